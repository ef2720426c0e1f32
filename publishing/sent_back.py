"""Writes the sheet Sent back: what became of the workbooks that a staff member returned last.

Rows that need a look stand there with their problem in plain words and with their cells as they
were typed, to be corrected. The sheet has the keys and the header texts of the list, so that
corrected cells are read when the workbook comes back (rules/returned-workbooks.md#sent-back). It
shows a staff member's own entries only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from publishing.cells import safe_cell
from publishing.dates import date_text, time_text

SHEET = "Sent back"
_NAME_ROW, _HEADER_ROW = 3, 4  # zero-based; the first is hidden and has the feed's names
_FIRST_YEAR = 1900  # a spreadsheet has no earlier dates
_CONTACT = "contact"

# Outcomes and channels as people choose them; the feed accepts these words.
OUTCOMES = (
    "Reached", "Left message", "No answer", "Wrong number", "Appointment made",
    "Appointment moved", "Declined", "Back in hospital", "In jail", "Moved away", "Has died",
)  # fmt: skip
CHANNELS = ("Phone", "Video", "In person", "Text", "Mail", "Email")

_COLUMN_WORDS = {
    "client_id": "the client",
    "staff_id": "your staff id",
    "contacted_at": "When you called",
    "channel": "How",
    "outcome": "What happened",
    "next_follow_up_date": "Try again on",
    "minutes": "Minutes",
    "instructions_reviewed": "Instructions reviewed",
    "medications_reconciled": "Medicines reconciled",
    "summary_received": "Summary received",
    "pass_to_staff_id": "Pass to",
    "decided_at": "Decided on",
    "decided_by": "Decided by",
}
_BEFORE_THE_EVENT = (
    "The time is before the event of this row, so it does not answer the row. Correct the date; if"
    " it is right, delete What happened here and enter the call on a row of another sheet."
)
_PROBLEMS = {
    ("contacted_at", "missing_required"): (
        "The time is missing. Enter the date and time, such as 6/30/2026 10:15 AM."
    ),
    ("contacted_at", "bad_timestamp"): (
        "The time could not be read. Enter it like 6/30/2026 10:15 AM."
    ),
    ("contacted_at", "out_of_range"): "The year looks wrong. Enter the time like 6/30/2026 10:15 AM.",
    ("contacted_at", "in_the_future"): "The time is in the future. Correct the date.",
    ("contacted_at", "before_the_event"): _BEFORE_THE_EVENT,
    ("event_at, contacted_at", "rule_not_before_event"): _BEFORE_THE_EVENT,
    ("outcome", "value_not_allowed"): (
        "What happened is not one of the answers. Choose one from the list in the cell."
    ),
    ("channel", "value_not_allowed"): (
        "How is not one of the answers. Choose one from the list in the cell, or leave it empty for"
        " a phone call."
    ),
    ("next_follow_up_date", "bad_date"): (
        "Try again on could not be read. Enter a date like 7/2/2026, or leave it empty."
    ),
    ("minutes", "bad_integer"): "Minutes must be a whole number, such as 15.",
    ("minutes", "out_of_range"): "Minutes must be between 0 and 1440.",
    ("client_id", "missing_required"): "The client is missing. Enter the client id.",
    ("client_id", "unknown_client"): "No client has this id. Enter the right client id.",
    ("staff_id", "missing_required"): "Enter your staff id.",
}  # fmt: skip
_REFUSALS = {
    "not_a_workbook": (
        "could not be opened. Save it again as an Excel workbook (.xlsx) without a password, and"
        " return it."
    ),
    "header_missing_column": (
        "has no sheet with client ids and outcomes. Return the workbook itself, not a copy of some"
        " cells."
    ),
}
_REFUSED = "could not be read. Save it again as an Excel workbook (.xlsx), and return it."


@dataclass(frozen=True)
class _Column:
    """A column of the sheet: the feed's name (None: not read back), header, width, cell style."""

    name: str | None
    title: str
    width: float
    style: str
    hidden: bool = False


_COLUMNS = (
    _Column(None, "Client", 26, "name"),
    _Column(None, "What is wrong", 52, "text"),
    _Column("contacted_at", "When you called", 20, "entry_datetime"),
    _Column("channel", "How", 11, "entry"),
    _Column("outcome", "What happened", 19, "entry"),
    _Column("next_follow_up_date", "Try again on", 14, "entry_date"),
    _Column("minutes", "Minutes", 9, "entry"),
    _Column("instructions_reviewed", "Instructions reviewed", 13, "entry"),
    _Column("medications_reconciled", "Medicines reconciled", 13, "entry"),
    _Column("summary_received", "Summary received", 11, "entry"),
    _Column("client_id", "Client id", 12, "entry"),
    _Column("task_key", "task_key", 18, "key", hidden=True),
    _Column("event_at", "event_at", 18, "entry_datetime", hidden=True),
    _Column("staff_id", "staff_id", 12, "key", hidden=True),
)
_POSITION = {column.name: at for at, column in enumerate(_COLUMNS) if column.name}


_PLAIN: dict[str, Any] = {"font_size": 10, "valign": "top"}
_ENTRY = {**_PLAIN, "bg_color": "#EAF2FB", "border": 1, "border_color": "#9DB4CE"}
_WRONG = {**_ENTRY, "bg_color": "#FBDFDD", "font_color": "#7A0C06"}
_TIME = {"num_format": "yyyy-mm-dd hh:mm", "align": "left"}
_DATE = {"num_format": "yyyy-mm-dd", "align": "left"}
_HEADER = {
    **_PLAIN, "bold": True, "text_wrap": True, "valign": "vcenter", "font_color": "#FFFFFF",
}  # fmt: skip
_STYLES: dict[str, dict[str, Any]] = {
    "title": {"font_size": 13, "bold": True, "font_color": "#1F3A5F"},
    "line": {"font_size": 11},
    "name": {**_PLAIN, "text_wrap": True, "bold": True},
    "text": {**_PLAIN, "text_wrap": True},
    "key": {**_PLAIN, "font_color": "#4A545D"},
    "entry": _ENTRY,
    "entry_datetime": {**_ENTRY, **_TIME},
    "entry_date": {**_ENTRY, **_DATE},
    "wrong_entry": _WRONG,
    "wrong_entry_datetime": {**_WRONG, **_TIME},
    "wrong_entry_date": {**_WRONG, **_DATE},
    "wrong_key": _WRONG,
    "header": {**_HEADER, "bg_color": "#1F3A5F"},
    "header_entry": {**_HEADER, "bg_color": "#2F66A0"},
}


class _Styles:
    """The sheet's cell formats by name, each made once."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[str, Format] = {}

    def __call__(self, name: str) -> Format:
        if name not in self._made:
            self._made[name] = self._book.add_format(_STYLES[name])
        return self._made[name]


@dataclass(frozen=True)
class SentBack:
    """The outcome of the workbooks that a staff member returned last.

    Attributes:
        received_on: the day they were received, in the agency's time zone.
        sent, counted, look: rows with an entry, rows that count, rows that need a look.
        refusal: reason code of a workbook that could not be read; None if all were.
        rows: rows of `exports.export_sent_back`, in the order of the sheet.
    """

    received_on: date
    sent: int
    counted: int
    look: int
    refusal: str | None = None
    rows: tuple[Mapping[str, Any], ...] = field(default=())


_RETURNS = """
    select
        staff_id, cast(timezone($zone, received_at) as date), sent_count, counted_count,
        look_count, refusal_reason_code
    from exports.export_return
"""
_ROWS = """
    select
        staff_id, client_id, client_name, task_key, list_table, sheet, sheet_row, reason_code,
        column_name, is_deciding, typed_cells
    from exports.export_sent_back
    order by staff_id, reason_code is null, client_id, task_key, sheet, sheet_row, sent_back_key
"""


def read(connection: duckdb.DuckDBPyConnection, zone: ZoneInfo) -> dict[str | None, SentBack]:
    """Read every staff member's last return, by staff_id; None is for rows that name no one."""
    rows: dict[str | None, list[dict[str, Any]]] = {}
    cursor = connection.cursor()
    found = cursor.execute(_ROWS)
    names = [column[0] for column in found.description or ()]
    for values in found.fetchall():
        row = dict(zip(names, values, strict=True))
        rows.setdefault(row["staff_id"], []).append(row)
    return {
        staff_id: SentBack(*counts, rows=tuple(rows.get(staff_id, ())))
        for staff_id, *counts in cursor.execute(_RETURNS, {"zone": zone.key}).fetchall()
    }


def summary(sent_back: SentBack, year: int) -> str:
    """`You sent 13 on Mon 29 Jun: 11 counted, 2 need a look`."""
    day = date_text(sent_back.received_on, year)
    refused = ""
    if sent_back.refusal is not None:
        refused = f"A workbook of {day} {_REFUSALS.get(sent_back.refusal, _REFUSED)}"
    if not sent_back.sent:
        return refused or f"Your workbook of {day} had no outcomes"
    if not sent_back.look:
        look = "all counted"
    else:
        verb = "needs" if sent_back.look == 1 else "need"
        look = f"{sent_back.counted} counted, {sent_back.look} {verb} a look"
    return f"You sent {sent_back.sent} on {day}: {look}" + (f". {refused}" if refused else "")


def write(
    book: Workbook,
    sent_back: SentBack | None,
    owner: str | None,
    as_of: datetime,
) -> None:
    """Write the sheet Sent back into a workbook; nothing if the owner has not returned one yet.

    Args:
        book: the owner's workbook.
        sent_back: the owner's entry of `read`.
        owner: whose workbook it is; None for unassigned clients.
        as_of: `as_of` of the data, in the agency's time zone.
    """
    if sent_back is None:
        return
    style = _Styles(book)
    sheet = book.add_worksheet(SHEET)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.freeze_panes(_HEADER_ROW + 1, 1)
    sheet.set_row(0, 21, style("title"))
    sheet.write_string(0, 0, summary(sent_back, as_of.year), style("title"))
    if sent_back.look:
        text = (
            "Correct the blue cells and return this workbook: the corrected rows are read from this"
            " sheet. To drop a row, delete What happened."
        )
        sheet.write_string(1, 0, text, style("line"))
    _write_header(sheet, style)
    row = _HEADER_ROW
    for sent in sent_back.rows:
        row += 1
        _write_row(sheet, row, sent, owner, style, as_of.year)
    _add_entry_rules(sheet, row)


def _write_header(sheet: Worksheet, style: _Styles) -> None:
    # The feed's names: a header that somebody renames is still read.
    sheet.set_row(_NAME_ROW, None, None, {"hidden": True})
    for position, column in enumerate(_COLUMNS):
        options = {"hidden": True} if column.hidden else {}
        sheet.set_column(position, position, column.width, None, options)
        header = "header_entry" if column.name and not column.hidden else "header"
        sheet.write_string(_HEADER_ROW, position, column.title, style(header))
        if column.name:
            sheet.write_string(_NAME_ROW, position, column.name, style("key"))


def _write_row(
    sheet: Worksheet,
    row: int,
    sent: Mapping[str, Any],
    owner: str | None,
    style: _Styles,
    year: int,
) -> None:
    typed: dict[str, str] = json.loads(sent["typed_cells"])
    client = sent["client_name"] or sent["client_id"] or typed.get("client_id") or ""
    sheet.write_string(row, 0, safe_cell(client), style("name"))
    sheet.write_string(row, 1, _problem(sent, typed, year), style("text"))
    is_correctable = sent["reason_code"] is not None and sent["list_table"] == _CONTACT
    if not is_correctable:
        return
    wrong = (sent["column_name"] or "").rpartition(" ")[2]
    keys = {
        "client_id": typed.get("client_id") or sent["client_id"] or "",
        "task_key": typed.get("task_key") or sent["task_key"] or "",
        "staff_id": typed.get("staff_id") or owner or "",
    }
    for name, position in _POSITION.items():
        column = _COLUMNS[position]
        text = keys.get(name, typed.get(name, ""))
        kind = column.style if name != wrong else f"wrong_{column.style}"
        _write_typed(sheet, row, position, text, style(kind), column)


def _write_typed(
    sheet: Worksheet, row: int, position: int, text: str, cell: Format, column: _Column
) -> None:
    """Write a cell as it was typed: a date as a date, other texts as texts."""
    instant = _as_datetime(text) if column.style in ("entry_datetime", "entry_date") else None
    if not text:
        sheet.write_blank(row, position, None, cell)
    elif instant is not None:
        sheet.write_datetime(row, position, instant, cell)
    elif column.name == "minutes" and text.isdigit():
        sheet.write_number(row, position, int(text), cell)
    else:
        sheet.write_string(row, position, safe_cell(text), cell)


def _as_datetime(text: str) -> datetime | None:
    """A date of the spreadsheet, which is ISO 8601; None for other texts.

    A date without a time becomes a whole serial number, which is read as a date again.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is None and found.year >= _FIRST_YEAR else None


def _problem(sent: Mapping[str, Any], typed: Mapping[str, str], year: int) -> str:
    where = f"Sheet {sent['sheet']}, row {sent['sheet_row']}" if sent["sheet"] else ""
    where = where or f"Row {sent['sheet_row']}"
    if sent["reason_code"] is None:
        outcome, when = typed.get("outcome", ""), _shown_time(typed.get("contacted_at", ""), year)
        decides = (
            "This one decides: it is the later one."
            if sent["is_deciding"]
            else "A later one decides."
        )
        text = f"Your copies of this row disagree. Here: {outcome}, {when}. All count as tries. {decides}"
        return safe_cell(f"{text} ({where})")
    problem = _PROBLEMS.get((sent["column_name"], sent["reason_code"]))
    if problem is None:
        column = _COLUMN_WORDS.get(sent["column_name"] or "", sent["column_name"] or "a cell")
        problem = f"{column} could not be read. Correct it."
        problem = problem[0].upper() + problem[1:]
    return safe_cell(f"{problem} ({where})")


def _shown_time(text: str, year: int) -> str:
    instant = _as_datetime(text)
    return time_text(instant, year) if instant is not None else text


def _add_entry_rules(sheet: Worksheet, last: int) -> None:
    """Drop-downs of the listed answers; other texts stay possible, because many are understood."""
    if last == _HEADER_ROW:
        return
    for name, values in (("outcome", OUTCOMES), ("channel", CHANNELS)):
        position = _POSITION[name]
        sheet.data_validation(
            _HEADER_ROW + 1, position, last, position,
            {"validate": "list", "source": list(values), "error_type": "warning"},
        )  # fmt: skip
