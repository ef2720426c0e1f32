"""Reads each sender's files into typed rows. Imports neither dagster, dbt nor great_expectations."""
