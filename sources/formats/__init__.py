"""One module per syntax. None knows a sender."""
