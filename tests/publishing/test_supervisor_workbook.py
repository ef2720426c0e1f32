"""The supervisor's workbook: one per team, and its choices on their way back through the feed."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import openpyxl
import polars as pl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from sample_exports import AS_OF, ZONE, make_exports

from publishing import supervisor
from publishing.release import Release
from sources.contract import load_contracts
from sources.formats.returned_list import read_returned_lists
from sources.ingest import ingest
from sources.raw_zone import RawZone

CONTRACTS = {"outreach_log": load_contracts()["outreach_log"]}
AT = "timestamptz '2026-06-28 10:00:00-04'"
# group A has 0 clients, group B 2 of which 1 is late, and so on
GROUPS = ", ".join(
    f"{2 * place} as group_{letter}_count, {place} as group_{letter}_late_count"
    for place, letter in enumerate("abcdefg")
)


@pytest.fixture
def files(tmp_path: Path) -> dict[str, bytes]:
    connection = make_exports(duckdb.connect())
    connection.execute("create schema marts")
    for name, query in {
        "marts.dim_staff": "select 'sv.1' as staff_id, 'supervisor' as role, 'Adult 1' as team",
        "exports.export_supervisor_account": """
            select * from (values
                ('Adult 1', 'snoozed', 3), ('Adult 1', 'on_list', 8), (null, 'no_open_task', 2),
                ('Youth', 'on_list', 100)
            ) as account(team, list_status, client_count)""",
        "exports.export_supervisor_staff": f"""
            select staff.*, {GROUPS} from (values
                ('cm.1', 'Cleo Barrowby', 'Adult 1', 2, 4.5, 75.0, 4, date '2026-07-05', 'Ari Moss',
                    {AT}, 13, 2),
                ('CM_2', 'Ari Moss', null, 1, 1.0, 75.0, 0, null, null, null, null, null)
            ) as staff(staff_id, staff_name, team, client_count, load_units, capacity_units,
                listed_count, away_until_date, cover_name, last_return_at, sent_count,
                look_count)""",
        "exports.export_supervisor_task": f"""
            select *, {AT} as opened_at, {AT} as due_at from (values
                ('late', 't1', 'B', 'Call', 5.5, null, 'C1', '=Ana', date '1980-02-29', 'cm.1',
                    'Cleo Barrowby', 'Ari Moss', 'Adult 1'),
                ('late', 't2', 'A', 'Safety', 1.0, null, 'C9', 'Di Fox', null, null, null, null, null),
                ('late', 't3', 'A', 'Safety', 1.0, null, 'C8', 'Eve', null, 'x', null, null, 'Youth'),
                ('expired', 't4', null, 'Referral', null, {AT}, 'C2', 'Bo', null, 'cm.1',
                    'Cleo Barrowby', null, 'Adult 1')
            ) as task(problem, task_key, worklist_group, lane_name, overdue_hours, expired_at,
                client_id, client_name, birth_date, recipient_staff_id, recipient_name,
                covering_for_name, team)""",
        "exports.export_supervisor_unreached": """
            select 'C1' as client_id, '=Ana' as client_name, date '1980-02-29' as birth_date,
                'cm.1' as recipient_staff_id, 'Cleo Barrowby' as recipient_name,
                'Unable to reach: 3 tries.' as unable_to_reach, 'Adult 1' as team""",
        "exports.export_supervisor_report": f"""
            select * from (values
                ('C1', '=Ana', date '1980-02-29', 'cm.1', 'deceased', {AT}, 'cm.1'),
                ('C3', 'Bo', null, 'CM_2', 'moved', {AT}, 'CM_2'),
                ('C4', 'Cy', null, null, 'moved', {AT}, 'cm.1')
            ) as report(client_id, client_name, birth_date, care_manager_id, kind, reported_at,
                reported_by)""",
        "exports.export_supervisor_discharge": f"""
            select 1 as unmatched_discharge_key, 'Ana R' as person_name, null::date as birth_date,
                'General' as facility_name, 'medical' as setting, 'v1' as visit_number,
                {AT} as discharged_at, {AT} as due_at, 'Ana Ruiz · C1;Bo Li · C2' as candidates,
                'adt' as source, 'h1' as source_scope, 'm1' as source_client_id""",
        "exports.export_supervisor_pair": """
            select 'claims' as source, 'medicaid' as source_scope, 'p1' as source_client_id,
                'C1' as client_id, 'below_threshold' as reason_code, 0.9 as match_probability,
                'ANA RUIZ' as person_name, 'Ana Ruiz' as client_name,
                date '1980-02-28' as person_birth_date, date '1980-02-29' as client_birth_date,
                'female' as person_sex, null::varchar as client_sex, '1' as person_phone,
                '2' as client_phone, null::varchar as person_address, null::varchar as client_address,
                null::varchar as person_zip_code, null::varchar as client_zip_code""",
        "exports.export_supervisor_unassigned": """
            select 'C9' as client_id, 'Di Fox' as client_name, null::date as birth_date,
                's1' as site_id, 'cm.1' as suggested_staff_id,
                'Cleo Barrowby' as suggested_staff_name, 'same site' as suggested_by""",
        "exports.export_supervisor_pass": """
            select 'C4' as client_id, 'Eli Orr' as client_name, null::date as birth_date,
                'Adult 1' as team, 'cm.1' as staff_id, 'Cleo Barrowby' as staff_name,
                'cm.2' as pass_to_staff_id, 'Quinn Wainscott' as pass_to_name,
                '=speaks Arabic' as pass_reason, date '2026-06-29' as requested_date""",
        "exports.export_supervisor_referral": f"""
            select 1 as referral_key, 'r1' as referral_id, 'C1' as client_id, 'Ana' as client_name,
                'cm.1' as care_manager_id, 'housing' as domain, 'Desk' as referred_to,
                'sent' as status, {AT} as last_status_at""",
    }.items():
        connection.execute(f"create table {name} as {query}")
    with Release(tmp_path / "published", AS_OF) as release:
        assert supervisor.write(connection, release, ZONE) == 2
        folder = release.directory / "outreach"
        return {path.name: path.read_bytes() for path in folder.iterdir()}


def columns(sheet: Worksheet) -> dict[str, int]:
    """Column numbers by visible header."""
    return {str(cell.value): cell.column for cell in sheet[4]}


def test_each_team_has_its_own_rows_and_all_rows_without_a_team(files: dict[str, bytes]) -> None:
    assert sorted(files) == ["supervisor_Adult_1.xlsx", "supervisor_no_team.xlsx"]
    clients = {}
    for name, content in files.items():
        book = openpyxl.load_workbook(io.BytesIO(content))
        sheet = book["Deaths and moves"]
        at = columns(sheet)["Client id"]
        clients[name] = [row[at - 1].value for row in sheet.iter_rows(min_row=5)]
        assert book["Identity review"].max_row == book["Unmatched discharges"].max_row == 5
        assert sheet.row_dimensions[3].hidden
    assert clients == {
        "supervisor_Adult_1.xlsx": ["C1", "C3", "C4"],
        "supervisor_no_team.xlsx": ["C3", "C4"],
    }


def rows(content: bytes, name: str) -> list[dict[str, object]]:
    """Rows of a sheet by visible header."""
    sheet = openpyxl.load_workbook(io.BytesIO(content))[name]
    headers = columns(sheet)
    return [
        {header: row[at - 1].value for header, at in headers.items()}
        for row in sheet.iter_rows(min_row=5)
    ]


def test_the_account_adds_up_to_the_clients_of_the_workbook(files: dict[str, bytes]) -> None:
    titles, counts = {}, {}
    for name, content in files.items():
        title = openpyxl.load_workbook(io.BytesIO(content))["All clients"]["A1"].value
        titles[name] = title.split(" · ")[2]
        counts[name] = [
            (row["Team"], row["Status"], row["Clients"]) for row in rows(content, "All clients")
        ]
    without = ("Without a team", "Not on a list: no open task", 2)
    assert titles == {
        "supervisor_Adult_1.xlsx": "13 clients: 8 on lists, 5 not",
        "supervisor_no_team.xlsx": "2 clients: 0 on lists, 2 not",
    }
    assert counts == {
        "supervisor_Adult_1.xlsx": [
            ("Adult 1", "On a list", 8),
            ("Adult 1", "Not on a list: snoozed", 3),
            without,
        ],
        "supervisor_no_team.xlsx": [without],
    }


def test_a_care_manager_has_groups_leave_cover_and_last_return(files: dict[str, bytes]) -> None:
    ari, cleo = rows(files["supervisor_Adult_1.xlsx"], "Team")
    assert [cleo[name] for name in ("Clients", "Units", "of", "On today's list")] == [2, 4.5, 75, 4]
    assert [(cleo[group], cleo[f"{group} late"]) for group in "ABCDEFG"] == [
        (2 * place, place) for place in range(7)
    ]
    assert (str(cleo["Away until"])[:10], cleo["Cover"]) == ("2026-07-05", "Ari Moss")
    assert (cleo["Rows sent"], cleo["Sent back"]) == (13, 2)
    assert str(cleo["Last return"])[:10] == "2026-06-28"
    assert [ari[name] for name in ("Away until", "Cover", "Last return", "Sent back")] == [None] * 4


def test_urgent_clients_are_named(files: dict[str, bytes]) -> None:
    book = files["supervisor_Adult_1.xlsx"]
    names = ("Client name", "On the list of", "For (away)", "Group", "Hours late")
    assert [tuple(row[name] for name in names) for row in rows(book, "Late A and B")] == [
        ("Di Fox", "Unassigned", None, "A", 1),
        ("'=Ana", "Cleo Barrowby", "Ari Moss", "B", 5.5),
    ]
    assert [(row["Client id"], row["Reason"]) for row in rows(book, "Expired")] == [
        ("C2", "Referral")
    ]
    (unreached,) = rows(book, "Unable to reach")
    assert unreached["Tries and next step"] == "Unable to reach: 3 tries."
    (unassigned,) = rows(book, "Unassigned")
    assert (unassigned["Suggested"], unassigned["Because"]) == ("Cleo Barrowby · cm.1", "same site")
    other = files["supervisor_no_team.xlsx"]
    assert rows(other, "Expired") == rows(other, "Unable to reach") == []


def test_a_pass_waits_for_the_supervisors_choice(files: dict[str, bytes], tmp_path: Path) -> None:
    """The colleague that the care manager wants is shown; only Assign to is read back."""
    content = files["supervisor_Adult_1.xlsx"]
    (asked,) = rows(content, "Passes requested")
    assert [asked[name] for name in ("Client name", "Asked by", "Wants to pass to", "Why")] == [
        "Eli Orr", "Cleo Barrowby", "Quinn Wainscott · cm.2", "'=speaks Arabic",
    ]  # fmt: skip
    assert asked["Assign to"] is None
    assert rows(files["supervisor_no_team.xlsx"], "Passes requested") == []
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book["Passes requested"]
    sheet.cell(5, columns(sheet)["Assign to"], "Quinn Wainscott · cm.2")
    book.save(tmp_path / "returned.xlsx")
    tables = tuple(CONTRACTS["outreach_log"].tables.values())
    returned = read_returned_lists(tmp_path / "returned.xlsx", tables, tmp_path / "returned", "b")
    (choice,) = csv.DictReader(
        returned.files["assignment_choice"].open(encoding="utf-8", newline="")
    )
    assert (choice["client_id"], choice["assigned_staff_id"]) == ("C4", "cm.2")
    requests = (
        returned.files["pass_request"].read_text() if "pass_request" in returned.files else ""
    )
    assert "C4" not in requests


def test_differing_cells_are_marked_and_texts_are_safe(files: dict[str, bytes]) -> None:
    book = openpyxl.load_workbook(io.BytesIO(files["supervisor_Adult_1.xlsx"]))
    sheet = book["Identity review"]
    marked = {
        header
        for header, at in columns(sheet).items()
        if sheet.cell(5, at).fill.start_color.rgb == "FFFDF7D2"
    }
    assert marked == {"Sender: Born", "Ours: Born", "Sender: Phone", "Ours: Phone"}
    assert book["Deaths and moves"]["A5"].value == "'=Ana"
    (rule,) = book["Unmatched discharges"].data_validations.dataValidation
    assert rule.formula1 == '"Ana Ruiz · C1,Bo Li · C2"'


def test_every_care_manager_can_be_chosen(files: dict[str, bytes]) -> None:
    """The drop-down refers to a hidden sheet: a list in the cell has room for ten names."""
    book = openpyxl.load_workbook(io.BytesIO(files["supervisor_Adult_1.xlsx"]))
    names = book["Names"]
    assert names.sheet_state == "veryHidden"
    assert [row[0].value for row in names.iter_rows()] == [
        "Ari Moss · CM_2",
        "Cleo Barrowby · cm.1",
    ]
    for name in ("Unassigned", "Passes requested"):
        sheet = book[name]
        (rule,) = sheet.data_validations.dataValidation
        letter = sheet.cell(1, columns(sheet)["Assign to"]).column_letter
        assert rule.formula1 == "Names!$A$1:$A$2"
        assert str(rule.sqref) == f"{letter}5"


def test_choices_come_back_through_the_feed(files: dict[str, bytes], tmp_path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(files["supervisor_Adult_1.xlsx"]))
    for name, header, choice in (
        ("Deaths and moves", "Is it right?", "yes"),
        ("Unmatched discharges", "This is", "Ana Ruiz · C1"),
        ("Identity review", "Same or different?", "Unsure"),
        ("Unassigned", "Assign to", "Cleo Barrowby · cm.1"),
        ("Old referrals", "Close or keep", "Close"),
    ):
        sheet = book[name]
        sheet.cell(5, columns(sheet)[header], choice)
    book["Deaths and moves"].title = "renamed"
    book["Unassigned"].insert_cols(1)
    target = tmp_path / "landing" / "outreach_log" / "2026-06-30"
    target.mkdir(parents=True)
    book.save(target / "for Ana.xlsx")
    seen = datetime(2026, 7, 1, tzinfo=ZoneInfo("UTC"))
    (file,) = ingest(
        tmp_path / "landing", tmp_path / "raw", ZONE.key, seen, contracts=CONTRACTS
    ).files
    assert (file.outcome, file.rows_in, file.rows_rejected) == ("loaded", 5, 0), file.detail
    zone = RawZone(tmp_path / "raw", CONTRACTS)

    def row(table: str, *names: str) -> tuple[object, ...]:
        (found,) = pl.read_parquet(zone.files("outreach_log", table)[1:]).to_dicts()
        assert found["decided_by"] == "sv.1"
        assert str(found["decided_at"]) == "2026-06-30 03:59:00+00:00"
        return tuple(found[name] for name in names)

    assert row("confirmation", "client_id", "kind", "confirmation_answer") == (
        "C1",
        "deceased",
        "confirmed",
    )
    assert row(
        "unmatched_choice", "source", "source_scope", "source_client_id", "chosen_client_id"
    ) == (
        "adt",
        "h1",
        "m1",
        "C1",
    )
    assert row("identity_choice", "source", "source_client_id", "client_id", "decision") == (
        "claims",
        "p1",
        "C1",
        "cannot_tell",
    )
    assert row("assignment_choice", "client_id", "assigned_staff_id") == ("C9", "cm.1")
    assert row("referral_close", "referral_id", "client_id", "referral_answer") == (
        "r1",
        "C1",
        "close",
    )
    assert {batch.returned_by for batch in zone.batches()} == {"sv.1"}
