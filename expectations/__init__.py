"""What must be true before anything leaves."""
