"""What leaders see: pages over released aggregates, never the warehouse."""
