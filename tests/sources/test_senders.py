"""Whole senders: the samples in this repository and, if available, real third-party files."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from pathlib import Path

import duckdb
import polars as pl
import pytest

from sources.contract import load_contracts
from sources.ingest import ingest
from sources.landing import format_of, list_landed_files, received_at, table_of
from sources.raw_zone import RawZone

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "tests" / "landing"
REAL = ROOT.parent / "shared" / "real" / "synthea-csv" / "landing"
ZONE = "America/New_York"
SEEN = dt.datetime(2025, 6, 1, tzinfo=dt.UTC)


def test_every_sample_is_loaded_without_rejects(tmp_path: Path) -> None:
    report = ingest(SAMPLES, tmp_path / "raw", ZONE, SEEN)
    assert {file.outcome for file in report.files} == {"loaded"}
    assert sum(file.rows_rejected for file in report.files) == 0
    assert all(file.rows_in for file in report.files)
    zone = RawZone(tmp_path / "raw")
    assert zone.notices() == []
    delivered = {(batch.source, batch.table_name) for batch in zone.batches()}
    of_feeds = {(s, t) for s, c in load_contracts().items() if s != "synthea" for t in c.tables}
    assert of_feeds <= delivered


@pytest.mark.parametrize(
    ("source", "sample", "name"),
    [
        ("ehr", "client.csv", b"client_\xff.csv"),
        ("ehr", "client.csv", b"client[1]*.csv"),
        ("adt", "hospital.hl7", b"\xe9t\xe9.hl7"),
        ("claims_x12", "835.x12", b"\xff.x12"),
    ],
)
def test_file_name_that_is_not_utf8_or_has_wildcards_is_read(
    tmp_path: Path, source: str, sample: str, name: bytes
) -> None:
    folder = tmp_path / "landing" / source / "2025-05-30"
    folder.mkdir(parents=True)
    named = Path(os.fsdecode(bytes(folder) + b"/" + name))
    shutil.copy(SAMPLES / source / "2025-05-30" / sample, named)
    if source == "ehr":
        pl.read_csv(named.read_bytes(), infer_schema=False).write_parquet(
            Path(f"{folder}/client.parquet")
        )
        (folder / "client.parquet").rename(named.with_suffix(".parquet"))
    report = ingest(tmp_path / "landing", tmp_path / "raw", ZONE, SEEN)
    assert {file.outcome for file in report.files} == {"loaded"}
    assert all(file.rows_loaded for file in report.files)
    printable = name.decode("utf-8", "backslashreplace")
    zone = RawZone(tmp_path / "raw")
    assert f"2025-05-30/{printable}" in {delivery.path for delivery in zone.deliveries()}
    assert ingest(tmp_path / "landing", tmp_path / "raw", ZONE, SEEN).n_unchanged == len(
        report.files
    )


def test_real_synthea_files_are_loaded(tmp_path: Path) -> None:
    if not REAL.is_dir():
        pytest.skip("../shared/real is absent: no third-party files to read")
    report = ingest(REAL, tmp_path / "raw", ZONE, SEEN)
    zone = RawZone(tmp_path / "raw")
    loaded = {batch.table_name: batch.rows_loaded for batch in zone.batches()}
    assert loaded == {
        "patients": 27,
        "encounters": 604,
        "conditions": 438,
        "observations": 990,
        "medications": 663,
        "procedures": 249,
        "claims": 1267,
        "claims_transactions": 5228,
        "payer_transitions": 1051,
        "organizations": 63,
        "providers": 166,
    }
    assert list(zone.rejects()) == []
    not_read = {file.path.rsplit("/", 1)[1] for file in report.files if file.outcome == "not_read"}
    assert {"devices.csv", "supplies.csv", "payers.csv", "careplans.csv"} <= not_read
    assert len(zone.notices()) == len(not_read)
    files = [str(path) for path in zone.files("synthea", "encounters")]
    first = duckdb.sql(
        f"select min(epoch(START)) from read_parquet({files}, union_by_name = true)"
    ).fetchone()
    assert first == (dt.datetime(1968, 1, 21, 0, 21, 58, tzinfo=dt.UTC).timestamp(),)


def test_only_enabled_senders_are_read(tmp_path: Path) -> None:
    only = {"adt": load_contracts()["adt"]}
    report = ingest(SAMPLES, tmp_path / "raw", ZONE, SEEN, contracts=only)
    assert {file.path.split("/")[0] for file in report.files} == {"adt"}
    assert (
        "landing/ehr: not read: this sender is not enabled (setting enabled_senders)"
        in report.notices
    )


def test_unread_folders_and_files_are_reported(tmp_path: Path) -> None:
    landing = tmp_path / "landing"
    for name in (
        "clams/2025-01-02/medical_claim.csv", "Claims/2025-01-02/medical_claim.csv",
        "notes/2025-01-02/a.csv", "client.csv", "a\nb\x1b[2J.csv", "x.csv.part", ".hidden/a.csv",
        "ehr/2025-01-02/client.csv", "ehr/2025-01-02/cleints\n.csv",
    ):  # fmt: skip
        (landing / name).parent.mkdir(parents=True, exist_ok=True)
        (landing / name).write_text("x")
    report = ingest(landing, tmp_path / "raw", ZONE, SEEN)
    assert report.notices == (
        "landing/Claims: not read: no sender of this name (did you mean claims?)",
        "landing/clams: not read: no sender of this name (did you mean claims?)",
        "landing/notes: not read: no sender of this name",
        "landing/a\\nb\\x1b[2J.csv: not read: expected in landing/<sender>/<YYYY-MM-DD>/",
        "landing/client.csv: not read: expected in landing/<sender>/<YYYY-MM-DD>/",
    )
    (unknown,) = RawZone(tmp_path / "raw").notices()
    assert unknown.startswith(
        "ehr/2025-01-02/cleints\\n.csv: not read: its name begins with no table of ehr"
    )


def test_absent_landing_folder_counts_as_empty(tmp_path: Path) -> None:
    assert ingest(tmp_path / "nothing", tmp_path / "raw", ZONE, SEEN).files == ()


def test_progress_is_reported_once_per_file(tmp_path: Path) -> None:
    progress: list[tuple[int, int, str]] = []
    only = {"adt": load_contracts()["adt"]}
    ingest(SAMPLES, tmp_path / "raw", ZONE, SEEN, lambda *step: progress.append(step), only)
    assert progress == [
        (1, 2, "adt/2025-05-30/event_hie.csv"),
        (2, 2, "adt/2025-05-30/hospital.hl7"),
    ]


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("staff.csv", "staff"),
        ("staff_leave_2025.csv", "staff_leave"),
        ("STAFF_PROGRAM.CSV", "staff_program"),
        ("treatment_plan_service.parquet", "treatment_plan_service"),
        ("treatment_plan-2025-01.csv.gz", "treatment_plan"),
        ("x/visit.csv", "visit"),
        ("unknown.csv", None),
    ],
)
def test_longest_matching_table_name_wins(name: str, table: str | None) -> None:
    assert table_of(name, load_contracts()["ehr"]) == table


def test_extension_determines_the_format() -> None:
    names = {
        "a.csv": "delimited",
        "a.TXT.gz": "delimited",
        "a.parquet": "parquet",
        "a.pq.gz": "parquet",
        "a.json": "fhir",
        "a.pdf": None,
    }
    assert {name: format_of(name, load_contracts()["ehr"]) for name in names} == names


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("2025-01-15", "2025-01-15T05:00:00+00:00"),
        ("2025-07-15", "2025-07-15T04:00:00+00:00"),
        ("2025-02-30", None),
        ("2025-1-5", None),
        ("inbox", None),
    ],
)
def test_received_at_is_the_local_start_of_the_day(folder: str, expected: str | None) -> None:
    found = received_at(folder, ZONE)
    assert (found and found.isoformat()) == expected


def test_incomplete_and_hidden_files_are_ignored_and_order_is_by_delivery(
    tmp_path: Path,
) -> None:
    for name in (
        *(
            "ehr/.client.csv",
            "ehr/2025-01-02/client.csv.part",
            "ehr/~$client.csv",
            "ehr/.sync/client.csv",
        ),
        *(
            "ehr/2025-01-02/visit.csv",
            "ehr/2025-01-02/client.csv",
            "adt/2025-01-01/event.csv",
            "ehr/client.csv",
        ),
        "other/2025-01-01/x.csv",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    found = list_landed_files(tmp_path, ["ehr", "adt"], ZONE)
    assert [f"{file.source}/{file.name}" for file in found.files] == [
        "adt/2025-01-01/event.csv",
        "ehr/2025-01-02/client.csv",
        "ehr/2025-01-02/visit.csv",
        "ehr/client.csv",
    ]
    assert found.unknown_sources == ("other",)
