"""The workbook as care managers see it, read with openpyxl, and as it returns to the pipeline.

Longer than the size budget: all tests read the same written workbooks.
"""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from pathlib import Path

import duckdb
import openpyxl
import pyrage
import pytest
from sample_exports import AS_OF, CLIENTS, NOTICE, ZONE, make_exports
from workbooks import HEADER, columns, open_book, table, written

from publishing import layout, wording, workbook
from publishing.encryption import parse_recipients
from publishing.release import Feed, Release, ReleaseError
from publishing.text_width import line_count
from sources.contract import load_contracts
from sources.formats.returned_cells import key_of
from sources.formats.returned_list import read_returned_lists
from tests.conftest import ROOT

_ENTRIES = ("When you called", "How", "What happened", "Try again on")
_OPTIONAL = (
    "Minutes", "Instructions reviewed", "Medicines reconciled", "Summary received", "Note to self",
    "Pass to", "Reason to pass",
)  # fmt: skip
_KEYS = ("client_id", "task_key", "event_at", "staff_id")


def test_one_workbook_per_care_manager_and_one_for_unassigned_clients(
    exports: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    files = written(exports, tmp_path)
    assert sorted(files) == ["CM_2.xlsx", "cm.1.xlsx", "unassigned.xlsx"]
    for name, content in files.items():
        book = open_book(content)
        assert book.sheetnames == [
            "Today", "My caseload", "Case review", "More calls", "Changes", "Print", "Help", "Names",
        ]  # fmt: skip
        assert book["Names"].sheet_state == "veryHidden"
        assert book.properties.created == datetime(2026, 6, 30, 3, 59, 59)
        clients = [row["client_id"] for row in table(book["Today"])]
        assert clients == {"CM_2.xlsx": ["C3"], "cm.1.xlsx": ["C1", "C2"]}.get(name, ["C4"])


def test_a_care_manager_without_a_task_today_gets_a_workbook(tmp_path: Path) -> None:
    connection = make_exports(duckdb.connect(), ({"client_id": "C3", "care_manager_id": "CM_2"},))
    connection.execute(
        "insert into exports.export_workbook_client by name"
        " select 'cm.1' as care_manager_id, 'C9' as client_id, 'Rest, Rae' as client_name"
    )
    today = open_book(written(connection, tmp_path)["cm.1.xlsx"])["Today"]
    assert today["A1"].value.endswith(" · 0 of your 1 client need you today")
    assert [row["client_id"] for row in table(today) if row["client_id"]] == []


def test_today_shows_contact_reason_and_due_time(
    exports: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    today = open_book(written(exports, tmp_path)["cm.1.xlsx"])["Today"]
    first, second = table(today)
    assert [cell.value for cell in today[HEADER]][:7] == [
        "Group", "Client", "Call", "Why today", "Do next", "By", "Last contact",
    ]  # fmt: skip
    assert first["Group"] == "B"
    assert first["Client"] == (
        "Rivera, Ana · C1\n46 (29 Feb 1980) · depression\nOutpatient · Alma St. Ember"
    )
    assert first["Call"] == (
        "(518) 555-0100\nsecond: (518) 555-0199\nVoicemail OK, no text · Spanish · INTERPRETER"
    )
    assert first["Why today"] == (
        "Discharged yesterday, not yet reached\n"
        "C-SSRS moderate (30 May) · NO SAFETY PLAN · SMI · homeless · PHQ-9 24 → 21 (12 Jun)"
        " · barrier: insurance, transportation · also: missed therapy"
    )
    assert first["Do next"] == "Call now: 15 h late."
    assert first["By"] == datetime(2026, 6, 29, 8, 0)
    assert first["Last contact"] == (
        "Thu 15 Jan 10:30\nphone, left message\nby Cleo Barrowby · 2 of 3 tries"
    )
    assert (first["task_key"], first["staff_id"]) == ("tC10", "cm.1")
    assert second["Client"].startswith("'=HYPERLINK")
    assert "[PART 2]" in second["Client"]
    assert second["Call"] == "No phone on record\nSpanish · INTERPRETER"
    assert "beyond today's hours" in second["Why today"]
    kinds = {cell.data_type for row in today.iter_rows() for cell in row}
    assert "f" not in kinds, "no cell is a formula"
    assert not today._hyperlinks


@pytest.mark.parametrize(
    ("group_lane", "due_at", "number_format", "fill", "shown"),
    [
        (1, "2026-06-30 03:59:58+00", 'ddd", 0 h late"', "FFFBDFDD", "Mon, 0 h late"),
        (1, "2026-06-30 03:59:59+00", '"Today" d mmm', "FFFDEBD3", "Today 29 Jun"),
        (2, "2026-06-28 04:00:00+00", 'ddd", 47 h late"', "FFFBDFDD", "Sun, 47 h late"),
        (2, "2026-06-28 03:59:59+00", 'd mmm", 2 d late"', "FFFBDFDD", "27 Jun, 2 d late"),
        (3, "2026-06-28 03:59:59+00", 'd mmm", 2 d late"', "00000000", "27 Jun, 2 d late"),
        (3, "2026-06-30 04:00:00+00", '"Today" hh:mm', "FFFDEBD3", "Today 00:00"),
        (4, "2026-07-01 03:59:59+00", '"Today" d mmm', "00000000", "Today 30 Jun"),
        (3, "2026-07-01 04:00:00+00", "ddd d mmm hh:mm", "00000000", "Wed 1 Jul 00:00"),
        (4, "2027-01-01 05:00:00+00", "d mmm yyyy", "00000000", "1 Jan 2027"),
        (4, "2026-05-01 03:59:59+00", 'd mmm", 60 d late"', "00000000", "30 Apr, 60 d late"),
        (4, "2026-04-29 03:59:59+00", 'mmm yyyy", late"', "00000000", "Apr 2026, late"),
        (4, "2020-01-01 12:00:00+00", 'mmm yyyy", late"', "00000000", "Jan 2020, late"),
    ],
)
def test_due_date_sorts_and_says_how_late_it_is(
    tmp_path: Path, group_lane: int, due_at: str, number_format: str, fill: str, shown: str
) -> None:
    """As of the evening of 29 June the list is for 30 June. A wider text would be shown as ###."""
    assert all(
        line_count(shown, column.width, bold=fill != "00000000") == 1
        for column in (*layout.TODAY, *layout.PRINT)
        if column.style == "due"
    )
    client = {"client_id": "C1", "care_manager_id": "a", "lane": group_lane, "due_at": due_at}
    today = open_book(written(make_exports(duckdb.connect(), (client,)), tmp_path)["a.xlsx"])[
        "Today"
    ]
    cell = today.cell(HEADER + 1, columns(today)["By"])
    assert isinstance(cell.value, datetime)
    assert (cell.number_format, cell.fill.fgColor.rgb) == (number_format, fill)


@pytest.mark.parametrize(
    ("due_at", "number_format"),
    [
        ("2026-07-03 16:00:00+00", 'd mmm", visit late"'),
        ("2026-06-30 16:00:00+00", '"Today" hh:mm'),
    ],
)
def test_late_visit_is_red_before_its_task_is_due(
    tmp_path: Path, due_at: str, number_format: str
) -> None:
    client = {
        "client_id": "C1", "care_manager_id": "a", "lane": 6, "worklist_group": "C", "due_at": due_at,
    }  # fmt: skip
    book = open_book(written(make_exports(duckdb.connect(), (client,)), tmp_path)["a.xlsx"])
    cell = book["Today"].cell(HEADER + 1, columns(book["Today"])["By"])
    assert (cell.number_format, cell.fill.fgColor.rgb) == (number_format, "FFFBDFDD")


@pytest.mark.parametrize(
    ("style", "shown"), [("entry_datetime", "2026-06-30 10:30"), ("entry_date", "2026-06-30")]
)
def test_entered_dates_fit_their_columns(style: str, shown: str) -> None:
    entered = [column for column in layout.TODAY if column.is_entry and column.style == style]
    assert entered
    assert all(line_count(shown, column.width) == 1 for column in entered)


def test_today_has_drop_downs_in_words_and_locked_keys(
    exports: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    today = open_book(written(exports, tmp_path)["cm.1.xlsx"])["Today"]
    titles = [cell.value for cell in today[HEADER]]
    assert titles[7:] == [*_ENTRIES, *_OPTIONAL, *_KEYS]
    letter = {cell.value: cell.column_letter for cell in today[HEADER]}
    hidden = {name for name in titles if today.column_dimensions[letter[name]].hidden}
    assert hidden == set(_KEYS)
    rules = {
        str(rule.sqref): (rule.type, (rule.formula1 or "").strip('"'))
        for rule in today.data_validations.dataValidation
    }

    def rule(name: str) -> tuple[str, str]:
        return rules[f"{letter[name]}8:{letter[name]}9"]

    assert rule("How") == ("list", "Phone,Video,In person,Text,Letter,Email")
    assert rule("What happened") == (
        "list",
        ",".join(layout.OUTCOMES),
    )
    assert rule("Instructions reviewed") == rule("Medicines reconciled") == ("list", "Yes,No")
    assert rule("When you called")[0] == rule("Try again on")[0] == "date"
    assert rule("Minutes")[0] == "whole"
    assert {rule(name) for name in _KEYS} == {("custom", "FALSE")}
    for row in table(today):
        assert all(row[name] is None for name in (*_ENTRIES, *_OPTIONAL)), "entry cells are empty"


def test_the_feed_knows_every_word_and_entry_column() -> None:
    contact = load_contracts()["outreach_log"].tables["contact"]
    columns = {column.name: column for column in contact.columns}
    for name, choices in (("channel", layout.CHANNELS), ("outcome", layout.OUTCOMES)):
        known = {*columns[name].values, *dict(columns[name].spellings)}
        assert {choice.lower() for choice in choices} <= known
    assert len(layout.OUTCOMES) == len(columns["outcome"].values)
    headers = {text for column in contact.columns for text in (column.name, *column.header)}
    shown = {column.title.lower() for column in layout.TODAY if not column.is_entry}
    assert shown & headers == set(_KEYS), "no title of a shown column is an entry column's"


@pytest.mark.parametrize(
    "columns",
    [
        layout.TODAY, layout.UNASSIGNED, layout.MORE_CALLS, layout.MORE_CALLS_UNASSIGNED,
        layout.CASELOAD, layout.CASE_REVIEW, layout.CHANGES, layout.PRINT,
    ],
)  # fmt: skip
def test_every_entry_column_is_read_but_the_note_to_self(
    columns: tuple[layout.Column, ...],
) -> None:
    tables = load_contracts()["outreach_log"].tables.values()
    known = {
        key_of(text)
        for table in tables
        for column in table.columns
        for text in (column.name, *column.header)
    } | {"client"}  # the client of More calls, whose id is at the end of the text
    entries = {column.title for column in columns if column.is_entry}
    assert {title for title in entries if key_of(title) not in known} <= {"Note to self"}


def test_a_pass_returns_with_its_reason_and_without_an_outcome(
    exports: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    book = open_book(written(exports, tmp_path / "published")["cm.1.xlsx"])
    today = book["Today"]
    choices = {str(rule.sqref): rule.formula1 for rule in today.data_validations.dataValidation}
    letter = today.cell(HEADER, columns(today)["Pass to"]).column_letter
    assert choices[f"{letter}8:{letter}9"] == "Names!$B$1:$B$2"
    for name, value in {"Pass to": book["Names"]["B1"].value, "Reason to pass": "=sum(1)"}.items():
        today.cell(HEADER + 1, columns(today)[name], value).data_type = "s"
    book.save(tmp_path / "returned.xlsx")
    tables = tuple(load_contracts()["outreach_log"].tables.values())
    returned = read_returned_lists(tmp_path / "returned.xlsx", tables, tmp_path / "returned", "b")
    (row,) = csv.DictReader(returned.files["pass_request"].open(encoding="utf-8", newline=""))
    assert row == {
        "client_id": "C1", "task_key": "tC10", "staff_id": "cm.1", "pass_to_staff_id": "CM_2",
        "pass_reason": "=sum(1)", "sheet": "Today", "sheet_row": "8",
    }  # fmt: skip
    assert list(csv.DictReader(returned.files["contact"].open(encoding="utf-8", newline=""))) == []
    unassigned = open_book(written(exports, tmp_path / "again")["unassigned.xlsx"])["Today"]
    assert not {"Pass to", "Reason to pass"} & set(columns(unassigned)), "Assign to instead"


def test_unassigned_workbook_asks_for_the_staff_id(
    exports: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    book = open_book(written(exports, tmp_path)["unassigned.xlsx"])
    today = book["Today"]
    letter = {cell.value: cell.column_letter for cell in today[HEADER]}
    assert not today.column_dimensions[letter["staff_id"]].hidden
    assert table(today)[0]["staff_id"] is None
    assert today["A1"].value == (
        "Clients without a care manager · Tuesday 30 June 2026 · 1 of 1 client to call today"
    )
    text = "\n".join(str(row[0]) for row in book["Help"].values)
    assert "enter your own staff id" in text


def test_print_has_a_band_per_group_and_no_score(
    exports: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    page = open_book(written(exports, tmp_path)["cm.1.xlsx"])["Print"]
    first = [row[0] for row in page.iter_rows(min_row=HEADER, values_only=True)]
    assert first[0] == "Client"
    assert first[1] == "B · 24-hour call  (1)"
    assert first[2].startswith("Rivera, Ana")
    assert first[3] == "E · Referrals, reviews and people going quiet  (1)"
    assert first[4].startswith("'=HYPERLINK")
    shown = "\n".join(str(cell) for row in page.values for cell in row if cell)
    assert "61" not in shown, "the risk score"
    assert "critical" not in shown


def test_header_lines_say_whose_list_it_is_and_how_fresh(
    exports: duckdb.DuckDBPyConnection, tmp_path: Path, feeds: tuple[Feed, ...]
) -> None:
    files = written(exports, tmp_path, feeds)
    with_notice, without = (
        open_book(files["cm.1.xlsx"])["Today"],
        open_book(files["CM_2.xlsx"])["Today"],
    )
    assert with_notice["A1"].value == (
        "Quinn Wainscott · Tuesday 30 June 2026 · 2 of your 3 clients need you today"
    )
    assert with_notice["A2"].value == (
        "Data: hospital alerts to Fri 26 Jun 06:00 · record system files to Mon 29 Jun 06:00"
    )
    assert with_notice["A3"].value == (
        "HOSPITAL ALERTS ARE LATE (last received Fri 26 Jun 06:00): discharges may be missing."
        " Check the HIE inbox."
    )
    assert with_notice["A6"].value == f"Part 2: {NOTICE}"
    assert without["A6"].value is None
    assert without.row_dimensions[6].hidden
    fresh = open_book(written(exports, tmp_path, feeds[1:])["cm.1.xlsx"])["Today"]
    assert fresh["A3"].value is None
    assert fresh.row_dimensions[3].hidden


@pytest.mark.parametrize(
    ("as_of", "day"),
    [("2026-06-29 17:59:59", 29), ("2026-06-29 18:00:00", 30), ("2026-06-29 00:00:00", 29)],
)
def test_a_list_of_the_evening_is_for_the_next_day(as_of: str, day: int) -> None:
    assert layout.list_day(datetime.fromisoformat(as_of)) == datetime(2026, 6, day)


def test_every_language_code_has_a_name() -> None:
    seed = ROOT / "dbt_project" / "seeds" / "client" / "demographic_name.csv"
    rows = csv.DictReader(seed.open(encoding="utf-8", newline=""))
    codes = {row["normalized"] for row in rows if row["attribute"] == "language"}
    assert codes == set(wording.LANGUAGES)


def test_today_prints_at_8_points_on_one_landscape_page_and_fits_the_screen(
    exports: duckdb.DuckDBPyConnection, tmp_path: Path, feeds: tuple[Feed, ...]
) -> None:
    today = open_book(written(exports, tmp_path, feeds[1:])["cm.1.xlsx"])["Today"]
    assert today.page_setup.orientation == "landscape"
    assert today.page_setup.paperSize == layout.LEGAL
    assert (today.page_setup.fitToWidth or 1, today.page_setup.fitToHeight) == (1, 0)
    assert today.print_title_rows == "$7:$7"
    assert today.freeze_panes == "C8"
    assert today.auto_filter.ref.startswith("A7:")
    assert today.print_area == "'Today'!$A$1:$K$9"
    pixels = sum(round(column.width * 7 + 5) for column in layout.TODAY if column.is_printed)
    margins = today.page_margins.left + today.page_margins.right
    scale = int(100 * (14 - margins) * 96 / pixels) / 100
    assert layout.FONT["font_size"] * scale >= 8
    assert pixels + 60 <= 1920, "row numbers and scroll bar"


def test_equal_rows_give_equal_bytes(
    exports: duckdb.DuckDBPyConnection, tmp_path: Path, feeds: tuple[Feed, ...]
) -> None:
    assert written(exports, tmp_path / "a", feeds) == written(exports, tmp_path / "b", feeds)


def test_streamed_workbook_has_the_same_cells(
    exports: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_memory = written(exports, tmp_path / "a")
    monkeypatch.setattr(workbook, "_LARGE", 1)
    streamed = written(exports, tmp_path / "b")
    assert streamed == written(exports, tmp_path / "c")
    for name, content in in_memory.items():
        for one, other in zip(open_book(content), open_book(streamed[name]), strict=True):
            assert list(one.values) == list(other.values)


@pytest.mark.parametrize("large", [1, 1000])
def test_encrypted_workbooks_open_with_the_recipients_key(
    exports: duckdb.DuckDBPyConnection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    large: int,
) -> None:
    monkeypatch.setattr(workbook, "_LARGE", large)
    plain = written(exports, tmp_path / "plain")
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
                decrypted = pyrage.decrypt(encrypted, [identity])
                assert large == 1 or decrypted == plain[name]
                for one, other in zip(open_book(decrypted), open_book(plain[name]), strict=True):
                    assert list(one.values) == list(other.values)
            names.append(release.release_id)
    assert names[0] == names[1]


@pytest.mark.parametrize("owner", ["../x", "a/b", "", "ä", "a b", "x" * 65, ".", "..", "a\n"])
def test_invalid_file_name_is_rejected(owner: str, tmp_path: Path) -> None:
    connection = make_exports(duckdb.connect(), ({"client_id": "C1", "care_manager_id": owner},))
    with pytest.raises(ReleaseError, match="not valid file names"):
        written(connection, tmp_path / "published")
    assert list((tmp_path / "published").iterdir()) == []
    assert [path.name for path in tmp_path.iterdir()] == ["published"]


def test_staff_id_unassigned_is_reserved(tmp_path: Path) -> None:
    clients = ({"client_id": "C1", "care_manager_id": "unassigned"},)
    with pytest.raises(ReleaseError, match="is reserved"):
        written(make_exports(duckdb.connect(), clients), tmp_path)


@pytest.mark.parametrize(("owner", "client"), [("cm.1", "C1"), ("unassigned", "C4")])
def test_filled_in_workbook_returns_as_a_contact(
    exports: duckdb.DuckDBPyConnection, tmp_path: Path, owner: str, client: str
) -> None:
    """Fill in the cells, save, and read the workbook as the sender's reader does."""
    book = open_book(written(exports, tmp_path / "published")[f"{owner}.xlsx"])
    today = book["Today"]
    filled = {
        "When you called": datetime(2026, 6, 30, 9, 15),
        "How": "In person",
        "What happened": "Left message",
        "Try again on": date(2026, 7, 2),
        "Minutes": 12,
        "Instructions reviewed": "Yes",
        "Note to self": "private",
    }
    if owner == "unassigned":
        filled["staff_id"] = "cm.9"
    for name, value in filled.items():
        today.cell(HEADER + 1, columns(today)[name], value)
    book.save(tmp_path / "returned.xlsx")
    tables = tuple(load_contracts()["outreach_log"].tables.values())
    returned = read_returned_lists(tmp_path / "returned.xlsx", tables, tmp_path / "returned", "b")
    (row,) = csv.DictReader(returned.files["contact"].open(encoding="utf-8", newline=""))
    assert {name: value for name, value in row.items() if value} == {
        "client_id": client, "task_key": f"t{client}0",
        "staff_id": "cm.9" if owner == "unassigned" else owner,
        "contacted_at": "2026-06-30T09:15:00", "event_at": "2026-06-28T08:00:00", "channel": "in_person", "outcome": "left_message",
        "next_follow_up_date": "2026-07-02", "minutes": "12", "instructions_reviewed": "Yes",
        "sheet": "Today", "sheet_row": "8",
    }  # fmt: skip


def test_covered_clients_say_for_whom_and_until_when(
    tmp_path: Path,
) -> None:
    clients = (
        {"client_id": "C1", "care_manager_id": "cm.1", "covering_for_staff_id": "CM_2"},
        {"client_id": "C2", "care_manager_id": "cm.1"},
        {"client_id": "C4", "care_manager_id": None, "covering_for_staff_id": "cm.9"},
    )
    files = written(make_exports(duckdb.connect(), clients), tmp_path)
    book = open_book(files["cm.1.xlsx"])
    line = "You also cover Cleo Barrowby (away until 5 Jul): 1 client today."
    for name in ("Today", "Print", "My caseload"):
        assert book[name]["A5"].value == line
    mark = "\nfor Cleo Barrowby (away until 5 Jul)"
    for name in ("Today", "My caseload", "Case review"):
        marked = [row["Client"].endswith(mark) for row in table(book[name])]
        assert marked.count(True) == 1
    unassigned = open_book(files["unassigned.xlsx"])["Today"]
    assert unassigned["A5"].value == "Without cover: cm.9 (away until 5 Jul): 1 client today."


def test_wrong_numbers_are_struck_out_before_the_next_one(
    exports: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    exports.execute(
        "update exports.export_workbook_client set struck_phones = '5185550111;5185550112'"
        " where client_id = 'C1'"
    )
    content = written(exports, tmp_path)["cm.1.xlsx"]
    book = openpyxl.load_workbook(io.BytesIO(content), rich_text=True)
    for name in ("Today", "Print"):
        sheet = book[name]
        at = columns(sheet)["Call"]
        cells = [row[at - 1] for row in sheet.iter_rows(min_row=HEADER, values_only=True)]
        (cell,) = [each for each in cells if "(518) 555-0111" in str(each)]
        struck = [
            part.text for part in cell if getattr(getattr(part, "font", None), "strike", False)
        ]
        assert struck == ["(518) 555-0111\n(518) 555-0112\n"]
        assert str(cell).startswith("(518) 555-0111\n(518) 555-0112\n(518) 555-0100\n")


@pytest.mark.parametrize("decided_by", ["sv.1", ""])
def test_chosen_care_manager_of_an_unassigned_client_comes_back(
    exports: duckdb.DuckDBPyConnection, tmp_path: Path, decided_by: str
) -> None:
    """Without an entry under Decided by, the only staff id of the file is the decision maker."""
    book = open_book(written(exports, tmp_path / "published")["unassigned.xlsx"])
    today = book["Today"]
    (row,) = table(today)
    assert row["Suggested owner"] == "Cleo Barrowby · CM_2\nsame site, 20.0 units free"
    choices = {str(rule.sqref): rule.formula1 for rule in today.data_validations.dataValidation}
    at = columns(today)
    letter = today.cell(HEADER + 1, at["Assign to"]).coordinate
    assert choices[letter] == "Names!$B$1:$B$2"
    filled = {"Assign to": book["Names"]["B1"].value, "Decided by": decided_by or None}
    if not decided_by:
        filled |= {"What happened": "Reached", "staff_id": "sv.1"}
    for name, value in filled.items():
        today.cell(HEADER + 1, at[name], value)
    book.save(tmp_path / "returned.xlsx")
    tables = tuple(load_contracts()["outreach_log"].tables.values())
    returned = read_returned_lists(tmp_path / "returned.xlsx", tables, tmp_path / "returned", "b")
    (choice,) = csv.DictReader(
        returned.files["assignment_choice"].open(encoding="utf-8", newline="")
    )
    assert choice == {
        "client_id": "C4", "assigned_staff_id": "CM_2", "decided_by": "sv.1",
        "decided_at": "2026-06-29T23:59:00", "sheet": "Today", "sheet_row": "8",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("last_day", "until"),
    [("2027-06-30", "until 30 Jun 2027"), (None, "without an end date")],
)
def test_help_names_the_consent_of_each_part_2_row(
    exports: duckdb.DuckDBPyConnection, tmp_path: Path, last_day: str | None, until: str
) -> None:
    exports.execute(
        "update exports.export_workbook_client set consent_last_date = ? where client_id = 'C2'",
        [last_day],
    )
    lines = [row[0] for row in open_book(written(exports, tmp_path)["cm.1.xlsx"])["Help"].values]
    (line,) = [each for each in lines if each and "(consent " in each]
    assert line == (
        '\'=HYPERLINK("http://x","y") · C2: treatment, payment and operations,'
        f" {until} (consent cs1, cs2)"
    )
