"""Layout of a care manager's workbook: columns, widths, styles, drop-downs.

The titles of the entry columns are headers that the feed `outreach_log.contact` knows, because the
sheets Today and More calls are read as that feed when they come back. The modules of each sheet
have the cell texts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

HEADER_ROW = 6  # zero-based: the header of a list is always row 7
LINE_POINTS, ROW_POINTS = 14.0, 0.75  # of a line of text, and of the space around a row's lines
MINIMUM_LINES = 3  # of a client
MOST_LINES = 3  # that a cell of the list takes, where its facts can be arranged in fewer lines
FONT = {"font_name": "Calibri", "font_size": 11}
LEGAL, LETTER = 5, 1
CHANNELS = ("Phone", "Video", "In person", "Text", "Letter", "Email")
OUTCOMES = (
    "Reached",
    "Left message",
    "No answer",
    "Wrong number",
    "Appointment made",
    "Appointment moved",
    "Declined",
    "Back in hospital",
    "In jail",
    "Moved away",
    "Has died",
)
GROUPS = {
    "A": "Safety today",
    "B": "24-hour call",
    "C": "Left hospital: visit within 7 days",
    "D": "Missed appointments",
    "E": "Referrals, reviews and people going quiet",
    "F": "Old referrals to confirm or close",
    "G": "Plans and paperwork",
}
TIERS = ("standard", "rising", "high", "critical")
AMBER_GROUPS = frozenset("ABCD")
TRIES = 3
MORE_CALLS_ROWS = 40
NAMES = (
    "Names"  # hidden sheet of the drop-downs' names: a list in a cell has room for 255 characters
)
_ENTRY_WINDOW_DAYS = 90  # a contact can be entered this long after it happened


@dataclass(frozen=True)
class Column:
    """A column of a list.

    Attributes:
        title: header text; of an entry column, one that the feed knows.
        width: in characters.
        style: name of a cell style.
        hidden: in the file but not visible.
        is_entry: the care manager fills it in.
        is_printed: on the printed page.
    """

    title: str
    width: float
    style: str = "text"
    hidden: bool = False
    is_entry: bool = False
    is_printed: bool = True


ENTRIES = (
    Column("When you called", 15.5, "entry_datetime", is_entry=True),
    Column("How", 8, "entry", is_entry=True),
    Column("What happened", 15.5, "entry", is_entry=True),
    Column("Try again on", 10.5, "entry_date", is_entry=True),
)
_PASS = (
    Column("Pass to", 26, "entry", is_entry=True, is_printed=False),
    Column("Reason to pass", 26, "entry", is_entry=True, is_printed=False),
)
OPTIONAL_ENTRIES = (
    Column("Minutes", 9, "entry", is_entry=True, is_printed=False),
    Column("Instructions reviewed", 13, "entry", is_entry=True, is_printed=False),
    Column("Medicines reconciled", 13, "entry", is_entry=True, is_printed=False),
    Column("Summary received", 11, "entry", is_entry=True, is_printed=False),
    Column("Note to self", 30, "entry", is_entry=True, is_printed=False),
    *_PASS,
)
KEYS = (
    Column("client_id", 12, "key", hidden=True, is_printed=False),
    Column("task_key", 18, "key", hidden=True, is_printed=False),
    # For the reader's check that the contact is after the event of the row.
    Column("event_at", 16, "entry_datetime", hidden=True, is_printed=False),
    Column("staff_id", 12, "key", hidden=True, is_printed=False),
)
TODAY = (
    Column("Group", 6, "middle"),
    Column("Client", 35.5),
    Column("Call", 27),
    Column("Why today", 59),
    Column("Do next", 33.5, "action"),
    Column("By", 16.5, "due"),
    Column("Last contact", 18),
    *ENTRIES,
    *OPTIONAL_ENTRIES,
    *KEYS,
)
# In `unassigned.xlsx` the person who calls enters their own staff id, and an owner can be chosen
# instead of passing the client.
UNASSIGNED = (
    *TODAY[: -len(KEYS) - len(_PASS)],
    Column("Suggested owner", 34, is_printed=False),
    Column("Assign to", 26, "entry", is_entry=True, is_printed=False),
    Column("Decided by", 12, "entry", is_entry=True, is_printed=False),
    Column("Decided on", 16, "entry_datetime", is_entry=True, is_printed=False),
    *KEYS[:-1],
    Column("staff_id", 12, "entry", is_entry=True, is_printed=False),
)
PRINT = (
    Column("Client", 34),
    Column("Call", 25),
    Column("Why today", 52),
    Column("Do next", 44, "action"),
    Column("By", 16.5, "due"),
    Column("Done", 7, "box"),
)
CASELOAD = (
    Column("Client", 36),
    Column("Tier", 17),
    Column("Last seen", 24, "date"),
    Column("Usually every", 8.5, "days"),
    Column("Next visit", 16.5, "datetime"),
    Column("Open tasks", 29),
    Column("First PHQ-9", 7.5, "middle"),
    Column("Last four", 17),
    Column("Trend", 17),
    Column("Weeks in treatment", 9.5, "middle"),
    Column("Safety plan", 11.5, "date"),
    Column("Plan review", 13.5, "date"),
    Column("Authorization ends", 13.5, "date"),
    Column("Coverage ends", 13.5, "date"),
    Column("Case review", 7.5, "middle"),
    Column("client_id", 12, "key", hidden=True, is_printed=False),
)
CASE_REVIEW = (
    Column("Client", 40),
    Column("Baseline", 17),
    Column("Latest", 17),
    Column("Change", 9, "share"),
    Column("Trend", 20),
    Column("Every PHQ-9 score", 50),
    Column("Weeks in treatment", 10.5, "middle"),
    Column("Red from", 13.5, "date"),
    Column("Last consult", 14, "date"),
    Column("Notes on paper", 40),
)
CHANGES = (
    Column("Client", 40),
    Column("Change", 24, "name"),
    Column("Why", 90),
)
MORE_CALLS = (
    Column("Client", 44, "entry", is_entry=True),
    *ENTRIES,
    *OPTIONAL_ENTRIES[: -len(_PASS)],
    KEYS[-1],
)
MORE_CALLS_UNASSIGNED = (*MORE_CALLS[:-1], UNASSIGNED[-1])

PLAIN: dict[str, Any] = {**FONT, "valign": "top"}
_MIDDLE = {**PLAIN, "align": "center"}
_HEADER = {
    **FONT,
    "bold": True,
    "text_wrap": True,
    "valign": "vcenter",
    "font_color": "#FFFFFF",
    "bg_color": "#1F3A5F",
}
RED = {"bg_color": "#FBDFDD", "font_color": "#7A0C06", "bold": True}
AMBER = {"bg_color": "#FDEBD3", "font_color": "#6B3A00", "bold": True}
GRAY = {"font_color": "#6B747C", "bg_color": "#EEF0F2"}
STYLES: dict[str, dict[str, Any]] = {
    "text": {**PLAIN, "text_wrap": True},
    "action": {**PLAIN, "text_wrap": True, "bold": True},
    "name": {**PLAIN, "text_wrap": True, "bold": True},
    "middle": _MIDDLE,
    "box": {**_MIDDLE, "font_size": 14},
    "due": {**PLAIN, "align": "left"},
    "datetime": {**PLAIN, "num_format": "ddd d mmm hh:mm", "align": "left"},
    "datetime_with_year": {**PLAIN, "num_format": "d mmm yyyy hh:mm", "align": "left"},
    "date": {**PLAIN, "num_format": "d mmm", "align": "left"},
    "date_with_year": {**PLAIN, "num_format": "d mmm yyyy", "align": "left"},
    "share": {**_MIDDLE, "num_format": "+0%;-0%;0%"},
    "days": {**PLAIN, "num_format": '0" days"', "align": "left"},
    "key": {**PLAIN, "font_color": "#4A545D"},
    # Entry cells use ISO: a returned workbook may be saved as CSV, which keeps the displayed text.
    "entry": {**PLAIN, "text_wrap": True},
    "entry_datetime": {**PLAIN, "num_format": "yyyy-mm-dd hh:mm", "align": "left"},
    "entry_date": {**PLAIN, "num_format": "yyyy-mm-dd", "align": "left"},
    "header": _HEADER,
    "header_entry": {**_HEADER, "bg_color": "#806000"},
    "title": {**FONT, "font_size": 14, "bold": True, "font_color": "#1F3A5F"},
    "fact": {**FONT, "font_color": "#4A545D"},
    "notice": {**FONT, "bold": True, "font_color": "#574800"},
    "banner": {**FONT, "bold": True, "bg_color": "#B3261E", "font_color": "#FFFFFF"},
    "band": {**FONT, "bold": True, "bg_color": "#DCE6F1", "font_color": "#1F3A5F"},
    "alert": {**FONT, "bold": True, "text_wrap": True, "font_color": "#B3261E"},
    "line": {**PLAIN, "text_wrap": True},
    "section": {**FONT, "font_size": 12, "bold": True, "font_color": "#1F3A5F", "valign": "bottom"},
    # Parts of a cell. Red is for safety only; the text says it too.
    "strong": {**FONT, "bold": True},
    "plain": {**FONT},
    "small": {**FONT, "font_color": "#4A545D"},
    "safety": {**FONT, "bold": True, "font_color": "#7A0C06"},
    "struck": {**FONT, "font_strikeout": True, "font_color": "#4A545D"},
    # Applied to ranges as conditional formats, so that empty cells need not be written.
    "row_line": {"bottom": 1, "bottom_color": "#D5DAE0"},
    "entry_area": {"bg_color": "#FFF8E1", "border": 1, "border_color": "#C9B458"},
}


def list_day(as_of: datetime) -> datetime:
    """Return the start of the day that the list is for: in the evening, the next day."""
    evening = as_of.time() >= time(18)
    day = as_of.replace(tzinfo=None) + timedelta(days=1 if evening else 0)
    return day.replace(hour=0, minute=0, second=0, microsecond=0)


def entry_rules(
    as_of: datetime, colleagues: str | None = None, clients: str | None = None
) -> dict[str, dict[str, Any]]:
    """Return the data validation of each entry column.

    A value outside a drop-down is questioned, not refused: the reader knows many spellings.

    Args:
        as_of: `as_of` in the agency's time zone.
        colleagues: range of the names to pass a client to; None for no drop-down.
        clients: range of the clients that can be chosen; None for no drop-down.
    """
    now = as_of.replace(tzinfo=None)
    question = {"error_type": "warning", "error_title": "Please check"}
    choose = {
        **question,
        "validate": "list",
        "error_message": "This is not in the drop-down. Keep it only if it says what happened.",
    }
    rules: dict[str, dict[str, Any]] = {
        "When you called": {
            **question,
            "validate": "date",
            "criteria": "between",
            "minimum": now - timedelta(days=_ENTRY_WINDOW_DAYS),
            "maximum": list_day(as_of) + timedelta(days=7),
            "input_title": "When",
            "input_message": "Date and time, such as 6/30/2026 9:15 AM",
            "error_message": "Enter date and time, such as 6/30/2026 9:15 AM",
        },
        "How": {**choose, "source": list(CHANNELS)},
        "What happened": {**choose, "source": list(OUTCOMES)},
        "Try again on": {
            **question,
            "validate": "date",
            "criteria": ">=",
            "value": now.replace(hour=0, minute=0, second=0, microsecond=0),
            "error_message": "Enter today or a later date, such as 7/2/2026",
        },
        "Minutes": {
            "validate": "integer",
            "criteria": "between",
            "minimum": 0,
            "maximum": 1440,
            "error_message": "Enter whole minutes from 0 to 1440",
        },
    }
    for title in ("Instructions reviewed", "Medicines reconciled", "Summary received"):
        rules[title] = {**choose, "source": ["Yes", "No"]}
    if colleagues:
        rules["Pass to"] = rules["Assign to"] = {**choose, "source": f"={colleagues}"}
    if clients:
        rules["Client"] = {
            "validate": "list",
            "source": f"={clients}",
            "error_message": "Choose the client from the drop-down",
        }
    return rules


def locked_rule(title: str) -> dict[str, Any]:
    """Return the rule of a key column: typing is refused, and the rows still sort."""
    return {
        "validate": "custom",
        "value": "=FALSE",
        "error_message": f"{title} returns with the row. Do not change it.",
    }
