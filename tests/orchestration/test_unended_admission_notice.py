"""The notice about hospital stays with an assumed end, without a discharge."""

import duckdb

from orchestration.publication import _unended_admission_notices


def _connection(rows: list[tuple[str, bool]]) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(
        "create schema intermediate;"
        "create table intermediate.int_stay__in_hospital"
        " (part2_view varchar, is_end_assumed boolean)"
    )
    for row in rows:
        connection.execute("insert into intermediate.int_stay__in_hospital values (?, ?)", row)
    return connection


def test_stays_with_an_assumed_end_are_counted_once() -> None:
    rows = [("full", True), ("redacted", True), ("full", True), ("full", False)]
    (notice,) = _unended_admission_notices(_connection(rows))
    assert notice.startswith("2 hospital admissions have no discharge")


def test_no_notice_without_an_assumed_end() -> None:
    assert _unended_admission_notices(_connection([("full", False)])) == []
