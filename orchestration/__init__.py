"""When, and in what order: Dagster definitions and the `caseload` command."""
