"""What a late claim and voids change since the last release, event by event, with the reason.

The day's files are kept for the next day (docs/rules/measures/restatement.md#last-release)."""

from __future__ import annotations

import stat
from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration import released_events
from tests import forked

_HEADER = (
    "claim_id,claim_line_number,claim_type,person_id,member_id,payer,plan,claim_start_date,claim_end_date,"
    "admission_date,discharge_date,discharge_disposition_code,place_of_service_code,bill_type_code,"
    "revenue_center_code,hcpcs_code,paid_date,paid_amount,diagnosis_code_1,diagnosis_code_2,"
    "claim_frequency_code,original_claim_id,claim_status,data_source\n"
)
_MEMBERS = "person_id,member_id,gender,birth_date,enrollment_start_date,enrollment_end_date,payer,payer_type,plan,data_source\n"


def _stay(claim: str, person: str, frequency: str = "1,") -> str:
    return (
        f"{claim},1,institutional,{person},M{person},State Medicaid,HMO,2026-02-01,2026-02-06,2026-02-01,"
        f"2026-02-06,01,,111,0124,,2026-03-10,5000.00,F33.2,,{frequency},paid,mco_a\n"
    )


def _visit(claim: str, person: str, frequency: str = "1,") -> str:
    return (
        f"{claim},1,professional,{person},M{person},State Medicaid,HMO,2026-02-09,2026-02-09,,,,53,,,90834,"
        f"2026-03-20,98.15,F33.2,,{frequency},paid,mco_a\n"
    )


def _write(landing: Path, day: str, table: str, text: str) -> None:
    folder = landing / "claims" / day
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{table}.csv").write_text(text)


def _restated(data: Path) -> list[tuple[object, ...]]:
    query = (
        "select client.client_id, restated.change, restated.released_status, restated.status,"
        " restated.reason, delivery.path, restated.evidence_key is null,"
        " restated.released_as_of::date"
        " from measures.fct_measure_restatement as restated"
        " left join marts.dim_client as client using (client_key)"
        " left join raw_caseload.delivery as delivery using (batch_id)"
        " where measure_id = 'fuh_7' and basis = 'reporting' order by all"
    )
    with duckdb.connect(str(data / "warehouse.duckdb"), read_only=True) as connection:
        return connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def agency(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A payer's claims, released on one day; the next day brings a late claim and two voids."""
    folder = tmp_path_factory.mktemp("restatement")
    landing, data = folder / "landing", folder / "data"
    members = "".join(
        f"P{n},MP{n},F,198{n}-03-12,2025-01-01,2026-12-31,State Medicaid,medicaid,HMO,mco_a\n"
        for n in (1, 2, 3)
    )
    _write(landing, "2026-06-29", "eligibility", _MEMBERS + members)
    claims = _stay("S1", "P1") + _stay("S2", "P2") + _stay("S3", "P3") + _visit("V3", "P3")
    _write(landing, "2026-06-29", "medical_claim", _HEADER + claims)
    forked.run(landing, data, "2026-06-29")
    assert _restated(data) == [], "the first release has nothing to compare with"
    late = _visit("V1", "P1") + _stay("S2X", "P2", "8,S2") + _visit("V3X", "P3", "8,V3")
    _write(landing, "2026-06-30", "medical_claim", _HEADER + late)
    forked.run(landing, data, "2026-06-30")
    return folder


def test_each_restated_event_has_its_change_and_its_reason(agency: Path) -> None:
    restated = [row[:-1] for row in _restated(agency / "data")]
    assert restated == [
        ("claims:mco_a:P1", "status_changed", "not_met", "met", "late_record",
         "2026-06-30/medical_claim.csv", False),
        ("claims:mco_a:P2", "removed", "not_met", None, "replaced_record", None, True),
        ("claims:mco_a:P3", "status_changed", "met", "not_met", "replaced_record", None, False),
    ]  # fmt: skip


def test_a_second_run_of_a_day_is_compared_with_the_day_before(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(
            "create schema raw_caseload; create schema measures;"
            "create table raw_caseload.batch as select 'b1' as batch_id;"
            "create table raw_caseload.run (as_of timestamptz, as_of_date date);"
            "create table measures.fct_measure_event as select 'fuh_7' as measure_id,"
            " '1' as measure_version, 2026 as measurement_year, 'reporting' as basis, 1 as client_key,"
            " 1 as event_key, date '2026-02-06' as event_date, 'met' as status,"
            " 'raw_claims.medical_claim' as evidence_table, 'b1:1' as evidence_key"
        )
        for as_of in (
            "2026-06-28 07:00:00",
            "2026-06-29 07:00:00",
            "2026-06-30 07:00:00",
            "2026-06-30 15:00:00",
        ):
            connection.execute(
                f"delete from raw_caseload.run; insert into raw_caseload.run values ('{as_of}+00', '{as_of}')"
            )
            with released_events.kept(connection, tmp_path):
                pass
        with pytest.raises(OSError, match="disk"), released_events.kept(connection, tmp_path):
            raise OSError("disk")
    kept = tmp_path / released_events.FOLDER
    assert sorted(path.name for path in kept.iterdir()) == ["2026-06-29", "2026-06-30"]
    for day, compared in (("2026-07-01", "2026-06-30"), ("2026-06-30", "2026-06-29")):
        files = released_events.before(tmp_path, date.fromisoformat(day))
        assert {path.parent.name for path in files.values()} == {compared}
    assert released_events.before(tmp_path, date(2026, 6, 29)) == {}


def test_the_events_of_two_days_are_kept_for_the_owner_only(agency: Path) -> None:
    kept = agency / "data" / "released"
    assert sorted(path.name for path in kept.iterdir()) == ["2026-06-29", "2026-06-30"]
    files = [path for path in kept.rglob("*") if path.is_file()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    published = agency / "data" / "published"
    assert not list(published.rglob("*measure_event*"))
    assert not list(published.rglob("*restatement*"))
