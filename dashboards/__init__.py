"""The leaders' pages, built from released aggregates only."""
