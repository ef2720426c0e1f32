"""Each malformed file is loaded, has records rejected with a reason, or is refused with a reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from malformed import CASES, Case, contracts

from sources.ingest import FileReport, IngestReport, ingest
from sources.raw_zone import RawZone
from sources.reasons import FILE_REASONS, ROW_REASONS

ZONE = "America/New_York"
NOW = dt.datetime(2025, 6, 1, 12, tzinfo=dt.UTC)
Landed = Callable[[Case], tuple[IngestReport, RawZone]]


@pytest.fixture
def landed(tmp_path: Path) -> Landed:
    """Land a case's file and ingest it."""

    def land(case: Case) -> tuple[IngestReport, RawZone]:
        path = tmp_path / "landing" / case.source / "2025-05-30" / case.file
        path.parent.mkdir(parents=True)
        path.write_bytes(case.content)
        report = ingest(
            tmp_path / "landing", tmp_path / "raw", ZONE, NOW, contracts=contracts(case)
        )
        return report, RawZone(tmp_path / "raw", contracts(case))

    return land


def test_there_are_at_least_45_cases_with_unique_names() -> None:
    assert len(CASES) >= 45
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_outcome_of_malformed_file(case: Case, landed: Landed) -> None:
    report, zone = landed(case)

    (file,) = report.files
    assert file.reason_code == (case.refused or None), file.detail
    assert file.rows_in == file.rows_loaded + file.rows_rejected == case.rows_in
    assert {reject.source_row: reject.reason_code for reject in zone.rejects()} == case.rejected
    batches = zone.batches()
    assert sum(batch.rows_in for batch in batches) == case.rows_in
    assert {batch.status for batch in batches} == {"refused" if case.refused else "loaded"}
    assert zone.verify() == []
    assert not (zone.path / "_tmp").exists()
    _check_reject_lines(case, zone)
    _check_reasons(file, zone)


def _check_reject_lines(case: Case, zone: RawZone) -> None:
    """Every reject has the original line of its record number."""
    original = case.content.split(b"\n")
    for path in zone.reject_files("ehr", "client") if case.file == "client.csv" else ():
        for row in pl.read_parquet(path).iter_rows(named=True):
            assert row["line"]
            if "in quotes" in case.name:  # a record of two lines shifts the following ones
                assert row["line"] in original
            else:
                assert row["line"] == original[row["_source_row"]].removesuffix(b"\r")


def _check_reasons(file: FileReport, zone: RawZone) -> None:
    if file.outcome == "refused":
        assert file.reason_code in FILE_REASONS
        assert file.detail
        assert "Ruiz" not in file.detail
    for reject in zone.rejects():
        assert reject.reason_code in ROW_REASONS or reject.reason_code.startswith("rule_")
        assert "Ruiz" not in reject.detail
