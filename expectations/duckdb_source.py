"""Great Expectations on a DuckDB file: a data source of one persisted, read-only connection.

GX 1.24 has no source for DuckDB; over SQLAlchemy it reads the cursor after it closed the connection, unless the engine
keeps one (GX #10738, #11579). `close` must be called: DuckDB holds its lock on the file as long as a connection lives.
This module imports GX; only the judge imports this module.
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
        """The one connection."""
        if self.kept_connection is None:
            self.kept_connection = self.engine.connect()
        yield self.kept_connection

    def close(self) -> None:
        """Give the file back."""
        if self.kept_connection is not None:
            self.kept_connection.close()
            self.kept_connection = None
        self.engine.dispose()


class DuckDBSource(SQLDatasource):
    """A DuckDB file as a GX data source."""

    type: Literal["duckdb"] = "duckdb"

    @property
    def execution_engine_type(self) -> type[DuckDBExecutionEngine]:
        """The engine that keeps its connection."""
        return DuckDBExecutionEngine

    def test_connection(self, test_assets: bool = True) -> None:
        """Nothing to test twice: `open_source` has read from the file, and each relation is looked up before it is judged."""

    @property
    def engine(self) -> DuckDBExecutionEngine:
        """The engine of this source."""
        found = self.get_execution_engine()
        if not isinstance(found, DuckDBExecutionEngine):
            raise TypeError("the source was made without its own engine")
        return found

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Run a query of ours beside the expectations, on the same connection."""
        return [tuple(row) for row in self.engine.execute_query(sa.text(query)).fetchall()]

    def relation(self, schema: str, name: str) -> Batch:
        """All rows of a relation, as the batch that a suite judges."""
        asset = self.add_table_asset(f"{schema}.{name}", table_name=name, schema_name=schema)
        return asset.add_batch_definition_whole_table("all rows").get_batch()


def open_source(
    warehouse: Path, context: AbstractDataContext, memory_limit: str, threads: int
) -> DuckDBSource:
    """Open the file read-only.

    Args:
        warehouse: the DuckDB file; must exist.
        context: an ephemeral GX context.
        memory_limit: DuckDB's memory limit, in DuckDB's words.
        threads: DuckDB's threads.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the file is kept_connection by a writer, or is no DuckDB file.
    """
    # GX gives a data context such a method for the type of every data source class.
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
