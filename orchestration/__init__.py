"""Runs the pipeline: Dagster definitions and the `caseload` command."""
