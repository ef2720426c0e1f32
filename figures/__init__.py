"""Reads the released aggregates and does the statistics of the leaders' pages and reports."""
