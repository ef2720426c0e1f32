"""Impossible values refuse a release as a share of many rows, never as a single row."""

from __future__ import annotations

import re

import duckdb
import pytest

from expectations.suites import read_suites

_LEAST = 100


def _shares() -> list[tuple[str, str, str]]:
    """Return (relation, column, query) of each expectation about a share of rows."""
    found = []
    for suite in read_suites():
        for expectation in suite.expectations:
            query = str(expectation["kwargs"].get("unexpected_rows_query", ""))
            if column := re.search(r"count_if\((\w+) not between", query):
                found.append((suite.relation, column[1], query))
    return found


@pytest.mark.parametrize(("relation", "column", "query"), _shares(), ids=lambda value: value[:40])
@pytest.mark.parametrize(
    ("rows", "beyond", "refuses"),
    [
        (_LEAST - 1, _LEAST - 1, False),  # too few rows for a share
        (_LEAST, 1, False),
        (_LEAST, 2, True),
        (1000, 10, False),
        (1000, 11, True),
    ],
)
def test_share_above_one_percent_refuses(
    relation: str, column: str, query: str, rows: int, beyond: int, *, refuses: bool
) -> None:
    with duckdb.connect() as connection:
        connection.execute("create schema marts")
        connection.execute(
            f"create table {relation} as select case when i < {beyond} then -1 when i % 2 = 0 then 40 end"
            f" as {column} from range({rows}) as numbers(i)"
        )
        found = connection.execute(query.format(batch=relation)).fetchall()
    assert bool(found) == refuses


def test_columns_that_are_checked_as_shares() -> None:
    assert {(relation, column) for relation, column, _ in _shares()} == {
        ("marts.dim_client", "age_years"),
        ("marts.fct_stay", "length_of_stay_days"),
        ("marts.mart_client_utilization", "psychiatric_stay_365d_days"),
    }
