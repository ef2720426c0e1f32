"""Benchmarks of the pipeline against the reference baseline, and of the format readers."""
