"""The leaders' pages, one question each."""
