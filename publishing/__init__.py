"""Writes the files of a release from `exports` relations and quality tables."""
