"""The files conform to the senders' contracts (names, required values, closed lists), and readers accept every row."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from sources.contract import load_contracts
from sources.ingest import ingest

# The default format of alerts is the exchange's CSV; HL7 v2 messages are an option of `formats`.
NOT_WRITTEN = {("adt", "message")}
# Choices of supervisors and rows as typed come from returned workbooks only.
NOT_WRITTEN |= {
    ("outreach_log", name) for name in load_contracts()["outreach_log"].tables if name != "contact"
}
# FHIR resources, and the agency's code lists are rows.
NOT_WRITTEN |= {("valuesets", "fhir_value_set"), ("valuesets", "fhir_resource")}
FEEDS = ("adt", "claims", "ehr", "outreach_log", "referrals", "screenings", "valuesets")


@pytest.mark.parametrize("source", FEEDS)
def test_files_conform_to_their_contract(small_agency, source: str) -> None:
    tables = {
        name: table
        for name, table in load_contracts()[source].tables.items()
        if (source, name) not in NOT_WRITTEN
    }
    written = set()
    for path in sorted((small_agency.landing / source).glob("*/*.csv")):
        name = path.stem.rsplit("_", 1)[0]
        table = tables[name]
        written.add(name)
        frame = pl.read_csv(path, infer_schema=False)
        columns = {column.name: column for column in table.columns}
        assert set(frame.columns) <= set(columns), path
        for column in columns.values():
            if column.is_required:
                assert column.name in frame.columns, (path, column.name)
            if column.name not in frame.columns:
                continue
            values = set(frame[column.name].drop_nulls().unique())
            if column.is_value_required and column.required_unless is None:
                assert frame[column.name].null_count() == 0, (path, column.name)
            if column.values is not None:
                assert values <= set(column.values), (path, column.name, values)
    assert written == set(tables), "every table of the sender is written"


def test_readers_reject_no_row(small_agency, tmp_path: Path) -> None:
    received_at = dt.datetime(2026, 6, 30, 11, tzinfo=dt.UTC)
    report = ingest(
        small_agency.landing,
        tmp_path / "raw",
        "America/New_York",
        received_at,
        lambda *_, **__: None,
    )
    assert len(report.files) == small_agency.report.files
    assert {file.outcome for file in report.files} <= {"loaded", "delivered_again"}
    assert sum(file.rows_rejected for file in report.files) == 0
    again = [file for file in report.files if file.outcome == "delivered_again"]
    assert sum(file.rows_in for file in report.files if file not in again) <= sum(
        small_agency.report.rows.values()
    )
    assert again, "some files are re-sent with the same bytes"


def test_each_sender_has_20_to_60_deliveries(small_agency) -> None:
    for source in set(FEEDS) - {"valuesets"}:
        days = {path.name for path in (small_agency.landing / source).iterdir()}
        assert 20 <= len(days) <= 60, source
        assert max(days) <= "2026-06-30"
    assert len(list((small_agency.landing / "valuesets").iterdir())) == 1
    assert small_agency.report.files <= 500


def test_identifiers_are_fictitious(small_agency) -> None:
    for column in ("phone", "phone_2", "guardian_phone"):
        assert (
            small_agency.number(f"""
            select count(*) from client where {column} is not null
            and not regexp_matches(regexp_replace({column}, '[^0-9]', '', 'g'), '^[0-9]{{3}}55501[0-9]{{2}}$')""")
            == 0
        )
    assert (
        small_agency.number("select count(*) from medical_claim where facility_npi not like '9%'")
        == 0
    )
    assert small_agency.number("select count(*) from client where length(ssn_last4) <> 4") == 0
    assert not any(
        "social_security" in path.read_text()[:900] for path in small_agency.landing.rglob("*.csv")
    )
