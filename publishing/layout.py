"""Layout of a care manager's workbook: columns, widths, colors, drop-downs.

Returned columns have the names of the feed `outreach_log.contact`, because the sheet Today is read
as that feed when it comes back. wording.py has the cell texts, sheets.py writes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

HEADER_ROW = 3  # zero-based: the header is always row 4
LINE_POINTS = 13.5
CHANNELS = ("phone", "video", "in_person", "text", "mail", "email")
OUTCOMES = (
    "reached",
    "left_message",
    "no_answer",
    "wrong_number",
    "declined",
    "scheduled",
    "rescheduled",
    "transferred",
    "deceased",
    "incarcerated",
    "moved",
)
_ENTRY_WINDOW_DAYS = 90  # a contact can be entered this long after it happened


@dataclass(frozen=True)
class Column:
    """A column of a list.

    Attributes:
        title: header text; for a returned column, its name in the feed.
        width: in characters.
        style: name of a cell style.
        hidden: in the file but not visible.
        wraps: long texts wrap and increase the row height.
    """

    title: str
    width: float
    style: str = "text"
    hidden: bool = False
    wraps: bool = False


TODAY_PRINTED = (
    Column("#", 4, "number"),
    Column("Client", 19, "name", wraps=True),
    Column("Born (age)", 14.5),
    Column("Phone", 13.5),
    Column("Voicemail", 9, "middle"),
    Column("Text", 5.5, "middle"),
    Column("Tier", 8.5, "middle"),
    Column("Task", 16, wraps=True),
    Column("Why now", 40, wraps=True),
    Column("What to do", 30, wraps=True),
    Column("Due", 20, "datetime"),
    Column("State", 9.5, "middle"),
    Column("Last contact", 17, wraps=True),
)
TODAY_RETURNED = (
    Column("client_id", 12, "key"),
    Column("contacted_at", 17, "entry_datetime"),
    Column("channel", 11, "entry"),
    Column("outcome", 14, "entry"),
    Column("next_follow_up_date", 19, "entry_date"),
    Column("minutes", 9, "entry"),
    Column("instructions_reviewed", 20, "entry"),
    Column("medications_reconciled", 21, "entry"),
    Column("task_key", 18, "key", hidden=True),
    Column("staff_id", 12, "key", hidden=True),
)
TODAY_MORE = (
    Column("Attempts in 14 days", 11, "middle"),
    Column("Next appointment", 20, "datetime"),
    Column("Last kept visit", 13, "date"),
    Column("Hospital or facility", 27, wraps=True),
    Column("PHQ-9 first → latest", 19, wraps=True),
    Column("Also know", 40, wraps=True),
)
TODAY = (*TODAY_PRINTED, *TODAY_RETURNED, *TODAY_MORE)
OPEN_TASKS = (
    Column("#", 4, "number"),
    Column("Client", 19, "name", wraps=True),
    Column("client_id", 12, "key"),
    Column("Phone", 13.5),
    Column("Voicemail", 9, "middle"),
    Column("Text", 5.5, "middle"),
    Column("Task", 16, wraps=True),
    Column("Why now", 40, wraps=True),
    Column("What to do", 30, wraps=True),
    Column("Opened", 20, "datetime"),
    Column("Due", 20, "datetime"),
    Column("State", 9.5, "middle"),
    Column("task_key", 18, "key", hidden=True),
)
HUDDLE_WIDTHS = (5, 24, 24, 52, 20, 11)
FIRST_ENTRY = len(TODAY_PRINTED) + 1
LAST_ENTRY = len(TODAY_PRINTED) + 7
STAFF_ID = len(TODAY_PRINTED) + len(TODAY_RETURNED) - 1

PLAIN: dict[str, Any] = {"font_size": 10, "valign": "top"}
_MIDDLE = {**PLAIN, "align": "center"}
_HEADER = {
    "font_size": 10,
    "bold": True,
    "text_wrap": True,
    "valign": "vcenter",
    "font_color": "#FFFFFF",
    "bg_color": "#1F3A5F",
}
_RED = {"bg_color": "#FBDFDD", "font_color": "#7A0C06", "bold": True}
_ORANGE = {"bg_color": "#FDEBD3", "font_color": "#6B3A00"}
_YELLOW = {"bg_color": "#FDF7D2", "font_color": "#574800"}
STYLES: dict[str, dict[str, Any]] = {
    "text": {**PLAIN, "text_wrap": True},
    "name": {**PLAIN, "text_wrap": True, "bold": True},
    "number": {**_MIDDLE, "font_color": "#4A545D"},
    "middle": _MIDDLE,
    "datetime": {**PLAIN, "num_format": "ddd d mmm hh:mm", "align": "left"},
    "datetime_with_year": {**PLAIN, "num_format": "ddd d mmm yyyy hh:mm", "align": "left"},
    "date": {**PLAIN, "num_format": "ddd d mmm", "align": "left"},
    "date_with_year": {**PLAIN, "num_format": "ddd d mmm yyyy", "align": "left"},
    "key": {**PLAIN, "font_color": "#4A545D"},
    # Entry cells use ISO: a returned workbook may be saved as CSV, which keeps the displayed text.
    "entry": PLAIN,
    "entry_datetime": {**PLAIN, "num_format": "yyyy-mm-dd hh:mm", "align": "left"},
    "entry_date": {**PLAIN, "num_format": "yyyy-mm-dd", "align": "left"},
    # Colors only repeat the text of the cell.
    "critical": {**_MIDDLE, **_RED},
    "high": {**_MIDDLE, **_ORANGE},
    "rising": {**_MIDDLE, **_YELLOW},
    "Overdue": {**_MIDDLE, **_RED},
    "Due today": {**_MIDDLE, **_ORANGE},
    "header": _HEADER,
    "header_entry": {**_HEADER, "bg_color": "#2F66A0"},
    "title": {"font_size": 13, "bold": True, "font_color": "#1F3A5F"},
    "notice": {"font_size": 10, "bold": True, "bg_color": "#FDF7D2", "font_color": "#574800"},
    "banner": {"font_size": 11, "bold": True, "bg_color": "#B3261E", "font_color": "#FFFFFF"},
    "alert": {"font_size": 11, "bold": True, "text_wrap": True, "font_color": "#B3261E"},
    "line": {"font_size": 11, "text_wrap": True, "valign": "top"},
    "section": {"font_size": 12, "bold": True, "font_color": "#1F3A5F", "valign": "bottom"},
    # Applied to ranges as conditional formats, so that empty cells need not be written.
    "row_line": {"bottom": 1, "bottom_color": "#D5DAE0"},
    "entry_area": {"bg_color": "#EAF2FB", "border": 1, "border_color": "#9DB4CE"},
}
ENTRY_TITLES = frozenset(column.title for column in TODAY_RETURNED)


def entry_rules(as_of: datetime) -> dict[str, dict[str, Any]]:
    """Return the data validation of each returned column: exactly the values that the feed accepts."""
    now = as_of.replace(tzinfo=None)
    return {
        "contacted_at": {
            "validate": "date",
            "criteria": ">=",
            "value": now - timedelta(days=_ENTRY_WINDOW_DAYS),
            "input_title": "When",
            "input_message": "Enter date and time of the contact, such as 2026-06-30 09:15",
            "error_message": "Enter a date and time such as 2026-06-30 09:15",
        },
        "channel": {"validate": "list", "source": list(CHANNELS)},
        "outcome": {"validate": "list", "source": list(OUTCOMES)},
        "next_follow_up_date": {
            "validate": "date",
            "criteria": ">=",
            "value": now.replace(hour=0, minute=0, second=0),
            "error_message": "Enter today or a later date, such as 2026-07-02",
        },
        "minutes": {
            "validate": "integer",
            "criteria": "between",
            "minimum": 0,
            "maximum": 1440,
            "error_message": "Enter whole minutes from 0 to 1440",
        },
        "instructions_reviewed": {"validate": "list", "source": ["true", "false"]},
        "medications_reconciled": {"validate": "list", "source": ["true", "false"]},
    }
