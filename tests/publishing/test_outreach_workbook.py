"""The workbook as care managers see it, read with openpyxl, and as it returns to the pipeline."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pyrage
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from sample_exports import AS_OF, CLIENTS, NOTICE, ZONE, make_exports

from publishing import wording, workbook
from publishing.encryption import parse_recipients
from publishing.release import Feed, Release, ReleaseError
from sources.contract import load_contracts
from sources.formats.returned_list import read_returned_lists
from tests.conftest import ROOT

_HEADER = 4
# Copied from reference/feeds/outreach_log.md#contact: the feed must accept the returned workbook.
_CONTACT_COLUMNS = {
    "task_key", "client_id", "staff_id", "contacted_at", "channel", "outcome",
    "next_follow_up_date", "minutes", "instructions_reviewed", "medications_reconciled",
}  # fmt: skip
_CHANNELS = "phone,video,in_person,text,mail,email"
_OUTCOMES = (
    "reached,left_message,no_answer,wrong_number,declined,scheduled,rescheduled,transferred,"
    "deceased,incarcerated,moved"
)


def _write(
    connection: duckdb.DuckDBPyConnection, published: Path, feeds: tuple[Feed, ...] = ()
) -> dict[str, bytes]:
    with Release(published, AS_OF) as release:
        workbook.write(connection, release, ZONE, feeds)
        return {path.name: path.read_bytes() for path in (release.directory / "outreach").iterdir()}


def _open(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


def _table(sheet: Worksheet) -> list[dict[str, Any]]:
    header, *rows = sheet.iter_rows(min_row=_HEADER, values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_one_workbook_per_care_manager_and_one_for_unassigned_clients(
    exports: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    files = _write(exports, tmp_path)
    assert sorted(files) == ["CM_2.xlsx", "cm.1.xlsx", "unassigned.xlsx"]
    for name, content in files.items():
        book = _open(content)
        assert book.sheetnames == ["Today", "Open tasks", "Huddle", "Instructions"]
        assert book.properties.created == datetime(2026, 6, 30, 3, 59, 59)
        clients = [row["client_id"] for row in _table(book["Today"])]
        assert clients == {"CM_2.xlsx": ["C3"], "cm.1.xlsx": ["C1", "C2"]}.get(name, ["C4"])


def test_today_shows_contact_reason_and_due_time(
    exports: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    today = _open(_write(exports, tmp_path)["cm.1.xlsx"])["Today"]
    first, second = _table(today)
    assert first["#"] == 1
    assert first["Client"] == "Rivera, Ana"
    assert first["Phone"] == "(518) 555-0100"
    assert (first["Voicemail"], first["Text"]) == ("yes", "no")
    assert first["Born (age)"] == "29 Feb 1980 (46)"
    assert first["Why now"] == "Discharged yesterday, not yet reached\nPHQ-9 of 21"
    assert first["Due"] == datetime(2026, 6, 29, 8, 0)
    assert first["State"] == "Overdue"
    assert first["Last contact"] == "Thu 15 Jan 10:30\nleft message"
    assert first["PHQ-9 first → latest"] == "24 → 21 (-3)\nFri 12 Jun\nitem 9: 0"
    assert first["Also know"].startswith("Spanish, interpreter needed; C-SSRS moderate")
    assert "no safety plan on file" in first["Also know"]
    assert (first["task_key"], first["staff_id"]) == ("tC10", "cm.1")
    assert second["Client"].startswith("'=HYPERLINK")
    assert second["Voicemail"] == "ask"
    assert second["Phone"] is None
    assert second["State"] == "Due today"
    assert "over today's capacity" in second["Also know"]
    kinds = {cell.data_type for row in today.iter_rows() for cell in row}
    assert "f" not in kinds, "no cell is a formula"
    assert not today._hyperlinks


def test_today_has_the_columns_of_the_contact_feed(
    exports: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    today = _open(_write(exports, tmp_path)["cm.1.xlsx"])["Today"]
    titles = [cell.value for cell in today[_HEADER]]
    assert set(titles) >= _CONTACT_COLUMNS
    letter = {cell.value: cell.column_letter for cell in today[_HEADER]}
    hidden = {name for name in _CONTACT_COLUMNS if today.column_dimensions[letter[name]].hidden}
    assert hidden == {"task_key", "staff_id"}
    rules = {
        str(rule.sqref): (rule.type, (rule.formula1 or "").strip('"'))
        for rule in today.data_validations.dataValidation
    }

    def rule(name: str) -> tuple[str, str]:
        return rules[f"{letter[name]}5:{letter[name]}6"]

    assert rule("channel") == ("list", _CHANNELS)
    assert rule("outcome") == ("list", _OUTCOMES)
    assert rule("instructions_reviewed") == rule("medications_reconciled") == ("list", "true,false")
    assert rule("contacted_at")[0] == rule("next_follow_up_date")[0] == "date"
    assert rule("minutes")[0] == "whole"
    for row in _table(today):
        assert all(
            row[name] is None for name in _CONTACT_COLUMNS - {"task_key", "client_id", "staff_id"}
        ), "outcome cells are empty"


def test_unassigned_workbook_asks_for_the_staff_id(
    exports: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    book = _open(_write(exports, tmp_path)["unassigned.xlsx"])
    today = book["Today"]
    letter = {cell.value: cell.column_letter for cell in today[_HEADER]}
    assert not today.column_dimensions[letter["staff_id"]].hidden
    assert _table(today)[0]["staff_id"] is None
    text = "\n".join(str(row[0]) for row in book["Instructions"].values)
    assert "enter your own staff_id" in text


def test_open_tasks_and_huddle(exports: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    book = _open(_write(exports, tmp_path)["cm.1.xlsx"])
    others = _table(book["Open tasks"])
    assert [(row["client_id"], row["task_key"]) for row in others] == [
        ("C1", "tC11"),
        ("C2", "tC21"),
    ]
    assert others[0]["Why now"] == "No-show of therapy"
    huddle = [row for row in book["Huddle"].values if any(row)]
    assert (None, "Discharge: call within 24 hours", "1", "1 overdue, 0 due today") in [
        row[:4] for row in huddle
    ]
    assert (None, "critical", "1") in [row[:3] for row in huddle]
    assert [row[1] for row in huddle if row[0] == 1] == ["Rivera, Ana"]


def test_part2_notice_title_and_late_feed_banner(
    exports: duckdb.DuckDBPyConnection, tmp_path: Path, feeds: tuple[Feed, ...]
) -> None:
    files = _write(exports, tmp_path, feeds)
    with_notice, without = _open(files["cm.1.xlsx"])["Today"], _open(files["CM_2.xlsx"])["Today"]
    assert with_notice["A1"].value == NOTICE
    assert with_notice["A2"].value == "cm.1 · 2 clients · data as of Mon 29 Jun 2026 23:59 EDT"
    assert with_notice["A3"].value == (
        "HOSPITAL ALERTS ARE LATE (last received Fri 26 Jun 06:00): discharges may be missing."
        " Check the HIE inbox."
    )
    assert without["A1"].value is None
    assert without.row_dimensions[1].hidden
    fresh = _open(_write(exports, tmp_path, feeds[1:])["cm.1.xlsx"])["Today"]
    assert fresh["A3"].value is None
    assert fresh.row_dimensions[3].hidden


def test_dates_of_other_years_show_the_year(tmp_path: Path) -> None:
    clients = (
        {"client_id": "C1", "care_manager_id": "a", "last_kept_visit_date": "2025-12-31"},
        {"client_id": "C2", "care_manager_id": "a", "rank": 2, "due_at": "2025-12-31 12:00:00+00"},
    )
    today = _open(_write(make_exports(duckdb.connect(), clients), tmp_path)["a.xlsx"])["Today"]
    column = {cell.value: cell.column for cell in today[_HEADER]}
    formats = {
        name: [today.cell(row, column[name]).number_format for row in (5, 6)]
        for name in ("Due", "Last kept visit")
    }
    assert formats == {
        "Due": ["ddd d mmm hh:mm", "ddd d mmm yyyy hh:mm"],
        "Last kept visit": ["ddd d mmm yyyy", "ddd d mmm"],
    }


def test_every_language_code_has_a_name() -> None:
    seed = ROOT / "dbt_project" / "seeds" / "client" / "demographic_name.csv"
    rows = csv.DictReader(seed.open(encoding="utf-8", newline=""))
    codes = {row["normalized"] for row in rows if row["attribute"] == "language"}
    assert codes == set(wording.LANGUAGES)


def test_sheets_print_on_landscape_pages(
    exports: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    for name in ("Today", "Open tasks"):
        sheet = _open(_write(exports, tmp_path)["cm.1.xlsx"])[name]
        assert sheet.page_setup.orientation == "landscape"
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.print_title_rows == "$4:$4"
        assert sheet.freeze_panes == "C5"
        assert sheet.auto_filter.ref.startswith("A4:")


def test_equal_rows_give_equal_bytes(
    exports: duckdb.DuckDBPyConnection, tmp_path: Path, feeds: tuple[Feed, ...]
) -> None:
    assert _write(exports, tmp_path / "a", feeds) == _write(exports, tmp_path / "b", feeds)


def test_streamed_workbook_has_the_same_cells(
    exports: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_memory = _write(exports, tmp_path / "a")
    monkeypatch.setattr(workbook, "_LARGE", 1)
    streamed = _write(exports, tmp_path / "b")
    assert streamed == _write(exports, tmp_path / "c")
    for name, content in in_memory.items():
        for one, other in zip(_open(content), _open(streamed[name]), strict=True):
            assert list(one.values) == list(other.values)


@pytest.mark.parametrize("large", [1, 1000])
def test_encrypted_workbooks_open_with_the_recipients_key(
    exports: duckdb.DuckDBPyConnection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    large: int,
) -> None:
    monkeypatch.setattr(workbook, "_LARGE", large)
    plain = _write(exports, tmp_path / "plain")
    identity = pyrage.x25519.Identity.generate()
    public = str(identity.to_public())
    names = []
    for _ in range(2):
        with Release(tmp_path / "published", AS_OF) as release:
            recipients = parse_recipients({"cm.1": public, "supervisors": public})
            assert workbook.write(exports, release, ZONE, (), recipients) == len(CLIENTS)
            folder = release.directory / "outreach"
            assert sorted(path.name for path in folder.iterdir()) == [
                "CM_2.xlsx", "cm.1.xlsx.age", "unassigned.xlsx.age",
            ]  # fmt: skip
            for name in ("cm.1.xlsx", "unassigned.xlsx"):
                encrypted = (folder / f"{name}.age").read_bytes()
                assert pyrage.decrypt(encrypted, [identity]) == plain[name]
            names.append(release.release_id)
    assert names[0] == names[1]


@pytest.mark.parametrize("owner", ["../x", "a/b", "", "ä", "a b", "x" * 65, ".", "..", "a\n"])
def test_invalid_file_name_is_rejected(owner: str, tmp_path: Path) -> None:
    connection = make_exports(duckdb.connect(), ({"client_id": "C1", "care_manager_id": owner},))
    with pytest.raises(ReleaseError, match="not valid file names"):
        _write(connection, tmp_path / "published")
    assert list((tmp_path / "published").iterdir()) == []
    assert [path.name for path in tmp_path.iterdir()] == ["published"]


def test_staff_id_unassigned_is_reserved(tmp_path: Path) -> None:
    clients = ({"client_id": "C1", "care_manager_id": "unassigned"},)
    with pytest.raises(ReleaseError, match="is reserved"):
        _write(make_exports(duckdb.connect(), clients), tmp_path)


@pytest.mark.parametrize(("owner", "client"), [("cm.1", "C1"), ("unassigned", "C4")])
def test_filled_in_workbook_returns_as_a_contact(
    exports: duckdb.DuckDBPyConnection, tmp_path: Path, owner: str, client: str
) -> None:
    """Fill in the cells, save, and read the workbook as the sender's reader does."""
    book = _open(_write(exports, tmp_path / "published")[f"{owner}.xlsx"])
    today = book["Today"]
    column = {cell.value: cell.column for cell in today[_HEADER]}
    filled = {
        "contacted_at": datetime(2026, 6, 30, 9, 15),
        "channel": "phone",
        "outcome": "reached",
        "next_follow_up_date": date(2026, 7, 2),
        "minutes": 12,
        "instructions_reviewed": True,
    }
    if owner == "unassigned":
        filled["staff_id"] = "cm.9"
    for name, value in filled.items():
        today.cell(5, column[name], value)
    book.save(tmp_path / "returned.xlsx")
    tables = tuple(load_contracts()["outreach_log"].tables.values())
    returned = read_returned_lists(tmp_path / "returned.xlsx", tables, tmp_path / "returned", "b")
    (row,) = csv.DictReader(returned.files["contact"].open(encoding="utf-8", newline=""))
    assert {name: value for name, value in row.items() if value} == {
        "client_id": client, "task_key": f"t{client}0",
        "staff_id": "cm.9" if owner == "unassigned" else owner,
        "contacted_at": "2026-06-30T09:15:00", "channel": "phone", "outcome": "reached",
        "next_follow_up_date": "2026-07-02", "minutes": "12", "instructions_reviewed": "true",
        "sheet": "Today", "sheet_row": "5",
    }  # fmt: skip
