"""One module per file format. None names a sender."""
