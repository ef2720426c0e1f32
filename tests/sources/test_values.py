"""Typed values: instants around clock changes, rounding, normalization, Parquet types."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from malformed import CLAIM_HEADER, Case, claim, contracts, lines

from sources.contract import load_contracts
from sources.ingest import FileReport, ingest
from sources.raw_zone import RawZone
from sources.timestamps import instant, parse_instants, wall_clock

ZONE = "America/New_York"
SEEN = dt.datetime(2025, 6, 1, tzinfo=dt.UTC)
Read = Callable[..., tuple[FileReport, pl.DataFrame]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Land one file (bytes, or a frame as Parquet) and return its report and typed rows."""

    def land(
        content: bytes | pl.DataFrame, source: str, table: str
    ) -> tuple[FileReport, pl.DataFrame]:
        folder = tmp_path / "landing" / source / "2025-05-30"
        folder.mkdir(parents=True)
        if isinstance(content, pl.DataFrame):
            content.write_parquet(folder / f"{table}.parquet")
        else:
            (folder / f"{table}.csv").write_bytes(content)
        known = {source: load_contracts()[source]}
        report = ingest(tmp_path / "landing", tmp_path / "raw", ZONE, SEEN, contracts=known)
        typed = RawZone(tmp_path / "raw", known).files(source, table)[1:]
        return report.files[0], pl.read_parquet(typed) if typed else pl.DataFrame()

    return land


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-01-02T03:04:05Z", "2025-01-02T03:04:05"),
        ("2025-01-02T03:04:05", "2025-01-02T08:04:05"),
        ("2025-07-02 03:04", "2025-07-02T07:04:00"),
        ("2025-01-02T03:04:05.25-05:00", "2025-01-02T08:04:05.250000"),
        ("2025-01-02T03:04:05.123456789+05:30", "2025-01-01T21:34:05.123456"),
        ("2025-01-02T03:04-0500", "2025-01-02T08:04:00"),
        ("2025-01-02T03:04:05-05", "2025-01-02T08:04:05"),
        ("2025-03-09T01:59:59", "2025-03-09T06:59:59"),
        ("2025-03-09T02:30:00", "2025-03-09T06:30:00"),  # skipped: the earlier of 06:30 and 07:30
        ("2025-03-09T03:00:00", "2025-03-09T07:00:00"),
        ("2025-11-02T01:30:00", "2025-11-02T05:30:00"),  # repeated: the earlier
        ("2025-11-02T01:30:00-05:00", "2025-11-02T06:30:00"),
        ("2025-11-02T02:00:00", "2025-11-02T07:00:00"),
        ("2025-01-02T24:00:00", None),
        ("2025-01-02T03:04:60", None),
        ("2025-02-29T03:04:05", None),
        ("2025-01-02T03:04:05+25:00", None),
        ("2025-1-2T03:04:05", None),
        ("2025-01-02", None),
        ("", None),
    ],
)
def test_timestamp_text_is_parsed_to_the_instant(text: str, expected: str | None) -> None:
    found = parse_instants(pl.Series([text, None]), ZONE, date_only=False).to_list()
    assert found == [expected and dt.datetime.fromisoformat(expected).replace(tzinfo=dt.UTC), None]


@pytest.mark.parametrize(
    "zone",
    [
        "America/New_York",
        "America/Havana",  # changes at midnight
        "America/St_Johns",  # changes one minute after midnight
        "Australia/Lord_Howe",  # changes by half an hour
        "Pacific/Apia",  # skipped a day
        "Asia/Kolkata",  # never changes
    ],
)
def test_fast_path_agrees_with_the_parser_around_every_clock_change(zone: str) -> None:
    hours = pl.datetime_range(
        dt.date(1969, 12, 30), dt.date(2101, 1, 3), "1h", time_unit="us", eager=True
    )
    offsets = hours - parse_instants(
        hours.dt.to_string("%Y-%m-%dT%H:%M"), zone, date_only=False
    ).dt.replace_time_zone(None)
    changes = hours.filter(offsets.ne_missing(offsets.shift()))
    walls = pl.concat(
        [
            changes + dt.timedelta(seconds=s)
            for s in (-3601, -3600, -1801, -1800, -3540, -1, 0, 1, 60)
        ]
    )
    texts = pl.DataFrame({"text": walls.dt.to_string("%Y-%m-%dT%H:%M:%S")})
    found = texts.with_columns(wall=wall_clock(pl.col("text"))).select(
        instant(pl.col("text"), pl.col("wall"), zone, date_only=False)
    )
    expected = parse_instants(texts["text"], zone, date_only=False)
    assert found.to_series().to_list() == expected.to_list()


def test_timestamps_with_offset_are_parsed_alike_alone_and_mixed() -> None:
    """The fast path for series of this format must agree with the general one, including nulls."""
    days = ("2024-02-29", "2023-02-29", "1969-12-31", "2024-13-01", "2100-01-01")
    clocks = ("00:00:00", "23:59:59", "24:00:00", "12:60:00", "10:20:59.1", "10:20:30.123456")
    suffixes = ("Z", "+00:00", "-05:00", "+17:59", "-12:30")
    texts = [f"{d}T{c}{s}" for d in days for c in clocks for s in suffixes]
    alone = parse_instants(pl.Series(texts), ZONE, date_only=True)
    among = parse_instants(pl.Series([*texts, "2024-01-01"]), ZONE, date_only=True)[:-1]
    assert alone.to_list() == among.to_list()
    assert alone[0] == dt.datetime(2024, 2, 29, tzinfo=dt.UTC)
    assert 0 < alone.null_count() < len(alone)


def test_bare_date_is_accepted_only_if_the_contract_allows_it(read: Read) -> None:
    header = "sending_facility_id,visit_number,event_type,event_at,source_patient_id"
    content = lines(
        "H,1,discharge,2025-03-08,P",
        "H,2,discharge,2025-03-08T23:30:00,P",
        "H,3,admit,2025-13-01,P",
        header=header,
    )
    report, typed = read(content, "adt", "event")
    assert (report.rows_loaded, report.rows_rejected) == (2, 1)
    assert typed["event_at_precision"].to_list() == ["date", "time"]
    assert [timestamp.isoformat() for timestamp in typed["event_at"]] == [
        "2025-03-08T05:00:00+00:00",
        "2025-03-09T04:30:00+00:00",
    ]


def test_amounts_are_decimal_and_rounded_at_the_fourth_place(read: Read) -> None:
    amounts = [
        "0.1",
        ".5",
        "5.",
        "12.30000000001",
        "-7",
        "99999999999999.9999",
        "99999999999999999",
    ]
    content = lines(
        *[claim(claim_id=f"K{n}", paid_amount=a) for n, a in enumerate(amounts)],
        header=CLAIM_HEADER,
    )
    report, typed = read(content, "claims", "medical_claim")
    assert report.rows_rejected == 1
    expected = ["0.1", "0.5", "5", "12.3", "-7", "99999999999999.9999"]
    assert typed["paid_amount"].to_list() == [Decimal(text) for text in expected]


def test_spellings_are_normalized_and_other_text_is_unchanged(read: Read) -> None:
    header = "person_id,member_id,gender,birth_date,enrollment_start_date,enrollment_end_date,payer,payer_type,data_source"
    genders = ["F", "Male", "unknown", " female ", "x"]
    content = lines(
        *[
            f"0{n},m,{g},1980-01-01,2025-01-01,9999-12-31,P,Self Pay,mco"
            for n, g in enumerate(genders)
        ],
        header=header,
    )
    report, typed = read(content, "claims", "eligibility")
    assert report.rows_rejected == 1
    assert typed["gender"].to_list() == ["female", "male", "unknown", "female"]
    assert set(typed["payer_type"]) == {"self-pay"}
    assert typed["person_id"].to_list() == ["00", "01", "02", "03"]


def test_parquet_values_pass_the_same_checks(read: Read) -> None:
    frame = pl.DataFrame(
        {
            "claim_id": ["K1", "K2", "K3", "K4"],
            "claim_line_number": [
                1.0,
                2.0,
                2.5,
                None,
            ],  # pandas makes whole numbers floating where one is missing
            "claim_type": ["professional"] * 4,
            "person_id": [1, 2, 3, 4],
            "member_id": ["m"] * 4,
            "payer": pl.Series(["P"] * 4, dtype=pl.Categorical),
            "claim_start_date": [dt.date(2025, 1, 2)] * 4,
            "claim_end_date": [dt.datetime(2025, 1, 2)] * 3 + [dt.datetime(2025, 1, 2, 3)],
            "diagnosis_code_1": ["F32.1"] * 4,
            "paid_amount": [0.1, 1e-7, float("nan"), 1.0],
            "in_network_flag": [True, None, False, True],
            "ingest_datetime": [dt.datetime(2025, 1, 2, 3, 4, 5, tzinfo=dt.UTC)] * 4,
            "data_source": ["mco"] * 4,
        }
    )
    report, typed = read(frame, "claims", "medical_claim")
    assert (report.rows_in, report.rows_loaded, report.rows_rejected) == (4, 2, 2)
    assert typed["claim_line_number"].to_list() == [1, 2]
    assert typed["person_id"].to_list() == ["1", "2"]
    assert typed["paid_amount"].to_list() == [Decimal("0.1"), Decimal("0")]
    assert typed["in_network_flag"].to_list() == [True, None]
    assert typed["_source_row"].to_list() == [1, 2]


def test_nested_parquet_column_refuses_the_file(read: Read) -> None:
    frame = pl.DataFrame({name: ["x"] for name in CLAIM_HEADER.split(",")} | {"claim_id": [["K1"]]})
    report, _ = read(frame, "claims", "medical_claim")
    assert report.reason_code == "bad_column_type"


def test_case_contracts_are_those_of_the_package() -> None:
    assert (
        contracts(Case("", b""))["ehr"].tables["client"] is load_contracts()["ehr"].tables["client"]
    )
