"""A release says how many wait for a person to say who they are, and shows no one."""

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


def test_who_waits_is_counted(connection: duckdb.DuckDBPyConnection) -> None:
    discharges, persons = _identity_notices(connection)
    assert discharges.startswith("adt: 2 discharges")
    assert "1 of them past their 24 hours" in discharges
    assert persons.startswith("identity: 2 persons wait")  # one of them for two reasons
    assert "Secretid" not in discharges + persons


def test_nothing_waits_and_nothing_is_said(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("delete from marts.fct_unmatched_discharge")
    connection.execute("delete from quality.fct_identity_review")
    assert _identity_notices(connection) == []
