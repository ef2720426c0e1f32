"""Notices count unmatched discharges and people who need a match decision, without their ids."""

from __future__ import annotations

import duckdb
import pytest

from orchestration.publication import _identity_notices


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(
        """
        create schema marts; create schema quality; create schema raw_caseload;
        create table raw_caseload.run as select timestamptz '2026-06-30 11:00:00+00' as as_of;
        create table marts.fct_unmatched_discharge as
        select timestamptz '2026-06-30 10:59:59+00' as due_at
        union all select timestamptz '2026-06-30 11:00:00+00';
        create table quality.fct_identity_review as
        select 'claims' as source, 'm' as source_scope, 'Secretid' as source_client_id
        union all select 'claims', 'm', 'Secretid'
        union all select 'claims', 'n', 'Secretid';
        """
    )
    return connection


def test_unmatched_discharges_and_open_decisions_are_counted(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    discharges, people = _identity_notices(connection)
    assert discharges == (
        "2 hospital discharges match no client; 1 is past the 24-hour call:"
        " see outreach/unmatched_discharge.csv"
    )
    # Three rows, two people: one is in the review queue for two reasons.
    assert people.startswith("2 people need a match decision: see quality.fct_identity_review")
    assert "Secretid" not in discharges + people


@pytest.mark.parametrize(
    ("due", "expected"),
    [
        (["10:59:59"], "1 hospital discharge matches no client; it is past the 24-hour call:"),
        (["11:00:00"], "1 hospital discharge matches no client; none is past the 24-hour call:"),
        (
            ["10:59:59", "10:59:58"],
            "2 hospital discharges match no client; all 2 are past the 24-hour call:",
        ),
    ],
)
def test_notice_about_unmatched_discharges_is_a_sentence(
    connection: duckdb.DuckDBPyConnection, due: list[str], expected: str
) -> None:
    connection.execute("delete from marts.fct_unmatched_discharge")
    for time in due:
        connection.execute(
            f"insert into marts.fct_unmatched_discharge values ('2026-06-30 {time}+00')"
        )
    assert _identity_notices(connection)[0].startswith(expected)


def test_no_notice_without_unmatched_discharges_and_open_decisions(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    connection.execute("delete from marts.fct_unmatched_discharge")
    connection.execute("delete from quality.fct_identity_review")
    assert _identity_notices(connection) == []
