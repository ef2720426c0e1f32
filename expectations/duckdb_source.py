"""A Great Expectations data source for a DuckDB file, with one persistent read-only connection.

GX 1.24 has no DuckDB source. Over SQLAlchemy it reads the cursor after closing the connection,
unless the engine keeps the connection (GX #10738, #11579). Call `close`: DuckDB locks the file
while a connection is open. This module imports GX, so only the gate imports it.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
from great_expectations.core.batch import Batch
from great_expectations.data_context import AbstractDataContext
from great_expectations.datasource.fluent import SQLDatasource
from great_expectations.execution_engine import SqlAlchemyExecutionEngine
from sqlalchemy.pool import NullPool


class DuckDBExecutionEngine(SqlAlchemyExecutionEngine):
    """SQLAlchemy engine that keeps its connection until it is closed."""

    kept_connection: sa.Connection | None = None

    @contextmanager
    def get_connection(self) -> Generator[sa.Connection, None, None]:
        """Yield the persistent connection."""
        if self.kept_connection is None:
            self.kept_connection = self.engine.connect()
        yield self.kept_connection

    def close(self) -> None:
        """Close the connection, which unlocks the file."""
        if self.kept_connection is not None:
            self.kept_connection.close()
            self.kept_connection = None
        self.engine.dispose()


class DuckDBSource(SQLDatasource):
    """A DuckDB file as a GX data source."""

    type: Literal["duckdb"] = "duckdb"

    @property
    def execution_engine_type(self) -> type[DuckDBExecutionEngine]:
        """Return the engine class that keeps its connection."""
        return DuckDBExecutionEngine

    def test_connection(self, test_assets: bool = True) -> None:
        """Do nothing: `open_source` tests the file, and the gate looks up each relation."""

    @property
    def engine(self) -> DuckDBExecutionEngine:
        """Return the engine of this source."""
        found = self.get_execution_engine()
        if not isinstance(found, DuckDBExecutionEngine):
            raise TypeError("the data source has the wrong engine class")
        return found

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Run a query on the same connection."""
        return [tuple(row) for row in self.engine.execute_query(sa.text(query)).fetchall()]

    def relation(self, schema: str, name: str) -> Batch:
        """Return all rows of a relation as a GX batch."""
        asset = self.add_table_asset(f"{schema}.{name}", table_name=name, schema_name=schema)
        return asset.add_batch_definition_whole_table("all rows").get_batch()


def open_source(
    warehouse: Path, context: AbstractDataContext, memory_limit: str, threads: int
) -> DuckDBSource:
    """Open the file read-only.

    Args:
        warehouse: the DuckDB file; must exist.
        context: an ephemeral GX context.
        memory_limit: DuckDB's memory limit, such as 300MB.
        threads: DuckDB's threads.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: another process is writing the file, or it is not a DuckDB
        file.
    """
    # GX generates this method for every data source class.
    source: DuckDBSource = context.data_sources.add_or_update_duckdb(
        name="warehouse",
        connection_string=f"duckdb:///{warehouse}",
        kwargs={
            "poolclass": NullPool,
            "connect_args": {
                "read_only": True,
                "config": {"memory_limit": memory_limit, "threads": threads},
            },
        },
    )
    source.rows("select 1")
    return source
