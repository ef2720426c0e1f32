"""The compiled models of the shareable rates on a database of their own, without dbt."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

MODELS = (
    "export_rate_month", "export_rate_first_period", "export_rate_sister_period",
    "export_rate_year", "export_rate_first_group", "export_rate_sister_group",
    "export_metric_measure_rate",
)  # fmt: skip
_REFERENCE = re.compile(r'"warehouse"\."\w+"\."(\w+)"')


class ShareableModels:
    """The rates' models in their order, with every reference in the schema `main`."""

    def __init__(self, compiled: Path) -> None:
        """Read the models from the folder of compiled models of a build."""
        found = {
            path.stem: path
            for path in compiled.rglob("*.sql")
            if path.stem in MODELS and path.parent.suffix != ".yml"
        }
        self._sql = {
            name: _REFERENCE.sub(r"\1", found[name].read_text(encoding="utf-8")).strip().rstrip(";")
            for name in MODELS
        }

    def build(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Build the models from the tables of the connection."""
        for name, sql in self._sql.items():
            connection.execute(f"create or replace table {name} as ({sql}\n)")


@contextmanager
def inputs() -> Iterator[duckdb.DuckDBPyConnection]:
    """A database with the empty tables that the models read."""
    connection = duckdb.connect()
    connection.execute("set threads = 1")
    for table in (
        "int_run__as_of (as_of_date date)",
        "measure_definition (measure_id varchar, measure_set varchar, shares_events_with varchar)",
        "dim_measure (measure_id varchar, title varchar)",
        "measure_settlement (measure_id varchar, settles_from varchar, window_rule varchar, window_days integer, last_event_month integer)",
        "measure_version (measure_set varchar, first_year integer, last_year integer, rule varchar, value integer)",
        "dim_program (program_id varchar, site_id varchar)",
        "fct_measure_rate (measure_id varchar, measurement_year integer, basis varchar, month date, stratum_name varchar, stratum_value varchar, denominator bigint, numerator bigint, excluded bigint, open bigint)",
    ):
        connection.execute(f"create table {table}")
    yield connection
    connection.close()
