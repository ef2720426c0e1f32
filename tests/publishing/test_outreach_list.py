"""The CSV files: columns (reference/release.md#outreach-list), formats, quoting, encryption."""

from __future__ import annotations

import csv
import io
import stat
from pathlib import Path

import duckdb
import pyrage
import pytest
from sample_exports import AS_OF, NOTICE, ZONE, make_exports

from publishing import outreach_list
from publishing.encryption import parse_recipients
from publishing.release import Release, ReleaseError

# Written out, so that a change of the code does not change the expected columns.
_INTERFACE = [
    "rank", "client_id", "client_name", "birth_date", "age_years", "phone", "ok_to_leave_message",
    "ok_to_text", "language", "interpreter_needed", "care_manager_id", "lane", "lane_name", "tier",
    "risk_score", "why_now_1", "why_now_2", "why_now_3", "action_needed", "due_at",
    "overdue_hours", "event_facility", "event_setting", "discharge_disposition", "last_contact_at",
    "last_contact_outcome", "attempts_14d", "last_kept_visit_date", "next_appointment_at",
    "open_referral_count", "phq9_first", "phq9_latest", "phq9_change", "phq9_latest_date",
    "phq9_item9", "cssrs_level", "safety_plan_on_file", "barriers", "consent_status",
    "part2_notice", "is_spillover", "data_as_of", "worklist_group", "contact_person",
    "contact_note", "covering_for_staff_id", "next_step",
]  # fmt: skip


def _list(connection: duckdb.DuckDBPyConnection, published: Path) -> bytes:
    with Release(published, AS_OF) as release:
        outreach_list.write(connection, release, ZONE)
        return (release.directory / outreach_list.PATH).read_bytes()


def _rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def test_columns_order_and_formats(exports: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    content = _list(exports, tmp_path)
    assert content.split(b"\r\n")[0].decode() == ",".join(_INTERFACE)
    rows = _rows(content)
    # Care managers in byte order, ranks from 1 for each, unassigned clients last.
    assert [(row["care_manager_id"], row["rank"], row["client_id"]) for row in rows] == [
        ("CM_2", "1", "C3"), ("cm.1", "1", "C1"), ("cm.1", "2", "C2"), ("", "1", "C4"),
    ]  # fmt: skip
    assert rows[1] == {
        "rank": "1", "client_id": "C1", "client_name": "Rivera, Ana", "birth_date": "1980-02-29",
        "age_years": "46", "phone": "5185550100", "ok_to_leave_message": "true",
        "ok_to_text": "false", "language": "es", "interpreter_needed": "true",
        "care_manager_id": "cm.1", "lane": "1", "lane_name": "Discharge: call within 24 hours",
        "tier": "critical", "risk_score": "61",
        "why_now_1": "Discharged yesterday, not yet reached", "why_now_2": "PHQ-9 of 21",
        "why_now_3": "", "action_needed": "Call", "due_at": "2026-06-29T08:00:00-04:00",
        "overdue_hours": "16.0", "event_facility": "General Hospital",
        "event_setting": "psychiatric", "discharge_disposition": "home",
        "last_contact_at": "2026-01-15T10:30:00-05:00", "last_contact_outcome": "left_message",
        "attempts_14d": "0", "last_kept_visit_date": "2026-05-30",
        "next_appointment_at": "2026-07-03T10:00:00-04:00", "open_referral_count": "1",
        "phq9_first": "24", "phq9_latest": "21", "phq9_change": "-3",
        "phq9_latest_date": "2026-06-12", "phq9_item9": "0", "cssrs_level": "moderate",
        "safety_plan_on_file": "false", "barriers": "insurance;transportation",
        "consent_status": "not_needed", "part2_notice": "", "is_spillover": "false",
        "data_as_of": "2026-06-29T23:59:59-04:00", "worklist_group": "B",
        "contact_person": "client", "contact_note": "", "covering_for_staff_id": "",
        "next_step": "Call now: 15 h late.",
    }  # fmt: skip
    assert rows[2]["client_name"] == '\'=HYPERLINK("http://x","y")'
    assert rows[2]["ok_to_leave_message"] == rows[2]["phone"] == rows[2]["phq9_latest"] == ""
    assert rows[2]["overdue_hours"] == "0.0"
    assert rows[2]["part2_notice"] == NOTICE
    assert rows[2]["is_spillover"] == "true"


@pytest.mark.parametrize(
    "name",
    [
        "=1+1",
        'A "quoted", name',
        "two\r\nlines",
        "semi;colon",
        "tab\there",
        "＝cmd",
        "'",
        "Ünïcode",
    ],
)
def test_any_name_stays_one_field(name: str, tmp_path: Path) -> None:
    connection = duckdb.connect()
    make_exports(connection, ({"client_id": "C1", "care_manager_id": "a", "client_name": name},))
    (row,) = _rows(_list(connection, tmp_path))
    assert row["client_name"] in (name, "'" + name)
    assert row["client_name"][0] not in "=+-@＝"


def test_times_around_a_clock_change_have_the_right_offset(tmp_path: Path) -> None:
    connection = duckdb.connect()
    clients = tuple(
        {"client_id": f"C{i}", "care_manager_id": "a", "rank": i, "due_at": due}
        for i, due in enumerate(
            ("2026-11-01 05:30:00+00", "2026-11-01 06:30:00+00", "2026-03-08 07:00:00+00"), 1
        )
    )
    make_exports(connection, clients)
    assert [row["due_at"] for row in _rows(_list(connection, tmp_path))] == [
        "2026-11-01T01:30:00-04:00", "2026-11-01T01:30:00-05:00", "2026-03-08T03:00:00-04:00",
    ]  # fmt: skip


def test_output_does_not_depend_on_the_session_time_zone(
    exports: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    before = _list(exports, tmp_path)
    exports.execute("set TimeZone = 'Asia/Kathmandu'")
    assert _list(exports, tmp_path) == before


def test_phone_is_digits_only(tmp_path: Path) -> None:
    connection = duckdb.connect()
    phone = {"phone": "+1 (518) 555-0100"}
    make_exports(connection, ({"client_id": "C1", "care_manager_id": "a", **phone},))
    (row,) = _rows(_list(connection, tmp_path))
    assert row["phone"] == "15185550100"


def test_empty_list_has_only_a_header(tmp_path: Path) -> None:
    connection = make_exports(duckdb.connect(), ())
    assert _list(connection, tmp_path) == (",".join(_INTERFACE) + "\r\n").encode()


def test_missing_column_is_named(exports: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    exports.execute("alter table exports.export_outreach drop column barriers")
    with pytest.raises(ReleaseError, match="has no column barriers"):
        _list(exports, tmp_path)


def test_encrypted_list_opens_only_with_the_supervisors_key(
    exports: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    plain = _list(exports, tmp_path / "plain")
    identity, other = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    key = parse_recipients({"supervisors": str(identity.to_public())})["supervisors"]
    names = []
    for _ in range(2):
        with Release(tmp_path / "published", AS_OF) as release:
            outreach_list.write(exports, release, ZONE, key)
            assert [path.name for path in release.directory.rglob("*") if path.is_file()] == [
                "outreach_list.csv.age"
            ]
            encrypted = (release.directory / f"{outreach_list.PATH}.age").read_bytes()
            names.append(release.release_id)
        assert pyrage.decrypt(encrypted, [identity]) == plain
        with pytest.raises(pyrage.DecryptError):
            pyrage.decrypt(encrypted, [other])
        assert b"Rivera" not in encrypted
    assert names[0] == names[1], "equal data give one release although age bytes differ"


def test_unmatched_discharges_are_sorted_by_rank(
    exports: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    with Release(tmp_path, AS_OF) as release:
        written = outreach_list.write(exports, release, ZONE, spec=outreach_list.UNMATCHED)
        path = release.directory / "outreach" / "unmatched_discharge.csv"
        rows = _rows(path.read_bytes())
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert written == len(rows) == 11
    # 10 and 11 after 9: ranks are sorted as numbers
    assert [int(row["rank"]) for row in rows] == list(range(1, 12))
    assert rows[0] == {
        "rank": "1", "facility_name": "'=General", "setting": "unknown",
        "discharged_at": "2026-01-15T10:30:00-05:00", "due_at": "2026-06-29T08:00:00-04:00",
        "overdue_hours": "1.5", "event_id": "e11", "visit_number": "", "source": "adt",
        "source_scope": "h1", "source_client_id": "m11", "candidate_client_id": "C1",
        "candidate_reason_code": "below_threshold", "data_as_of": "2026-06-30T00:00:00-04:00",
    }  # fmt: skip
