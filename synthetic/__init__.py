"""A made-up agency that writes the same landing files as real senders."""
