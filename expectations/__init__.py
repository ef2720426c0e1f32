"""What must be true before anything leaves: suites as JSON, and the judge that reads them. Knows relation names and DuckDB."""
