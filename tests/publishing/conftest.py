"""Fixtures: exports in memory, and feeds of which one is late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import duckdb
import pytest
from sample_exports import make_exports

from publishing.release import Feed


@pytest.fixture
def exports() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(config={"preserve_insertion_order": "false", "threads": "2"})
    yield make_exports(connection)
    connection.close()


@pytest.fixture
def feeds() -> tuple[Feed, ...]:
    return (
        Feed("adt", datetime(2026, 6, 26, 10, tzinfo=UTC), is_stale=True),
        Feed("ehr", datetime(2026, 6, 29, 10, tzinfo=UTC), is_stale=False),
        Feed("synthea", None, is_stale=False),
    )
