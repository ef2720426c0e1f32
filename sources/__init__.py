"""What each sender delivers, and how its bytes become typed rows. Knows nothing of dagster, dbt or great_expectations."""
