"""Reads cells of a returned list as people type them, into the contract's notation.

Dates and times become ISO 8601; typed texts are read in the US order (`6/30/2026 10:15 AM`) or with
the month's name. Listed values and their spellings are compared without case, blanks and
punctuation. What cannot be read stays as it is, and the validator rejects it with its reason.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import cache

from sources.contract import Column

_SECONDS_A_DAY = 86_400
_FIRST_LIKELY_SERIAL = 30_000  # in 1982
_SERIAL = re.compile(r"[0-9]{1,7}(?:\.[0-9]{1,20})?")
_ISO = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?:(?:,? +| ?T)(.+))?")
_US = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4}|[0-9]{2})(?:,? +(?:at +|@ *)?(.+))?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*\.?"
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,? +)?"
_AFTER_DAY = r"(?:,? +(?:at +|@ *)?(.+))?"
# June 30, 2026 10:15 AM · 30 Jun 2026
_MONTH_FIRST = re.compile(
    rf"{_WEEKDAY}{_MONTH} *([0-9]{{1,2}})(?:st|nd|rd|th)?,? +([0-9]{{4}}){_AFTER_DAY}",
    re.IGNORECASE,
)
_DAY_FIRST = re.compile(
    rf"{_WEEKDAY}([0-9]{{1,2}})(?:st|nd|rd|th)?[ -]{_MONTH}[ -,]+([0-9]{{4}}){_AFTER_DAY}",
    re.IGNORECASE,
)
# An offset or `Z` at the end of a time.
_OFFSET = re.compile(r"(?:Z|[+-][0-9]{2}:?[0-9]{2})\Z")
_TIME = re.compile(
    r"([0-9]{1,2})(?::([0-9]{2})(?::([0-9]{2})(?:\.[0-9]+)?)?)? ?(?:([ap])\.?m?\.?)?", re.IGNORECASE
)
_MINUTES = re.compile(r"([0-9]{1,4})(?:\.0+)? *(?:m|min|mins|minutes?)?\.?", re.IGNORECASE)
# A person chosen by name: `Cleo Barrowby · cm-0003`.
_CHOSEN = re.compile(r".*·\s*(\S+)\s*", re.DOTALL)
_CHECKED = frozenset({"x", "✓", "✔", "☑", "done"})
_NOT_APPLICABLE = frozenset({"n/a", "na", "-", "–"})


def key_of(text: str) -> str:
    """A text without case, blanks and punctuation."""
    return re.sub(r"[\W_]+", "", text.casefold())


def canonical(text: str, column: Column) -> str | None:
    """The listed value that a text means; None if it is none of them."""
    return _spellings(column).get(key_of(text)) if text else None


@cache
def _spellings(column: Column) -> dict[str, str]:
    listed = {key_of(value): value for value in column.values or ()}
    return {key_of(spelling): value for spelling, value in column.spellings or ()} | listed


def read_cell(text: str, column: Column, epoch: dt.date) -> str:
    """A cell in the contract's notation; a text that cannot be read is returned unchanged.

    Args:
        text: the cell's text; dates of the spreadsheet are ISO 8601 already.
        column: its column.
        epoch: the day that the spreadsheet's serial numbers count from.
    """
    if column.type in ("date", "timestamp"):
        return _iso(text, column.type, epoch)
    if column.values is not None:
        return canonical(text, column) or " ".join(text.split())
    if column.type == "integer" and (found := _MINUTES.fullmatch(text.strip())):
        return found[1]
    if column.type == "boolean":
        word = text.strip().casefold()
        return "true" if word in _CHECKED else "" if word in _NOT_APPLICABLE else text.strip()
    if column.name.endswith("_id") and (found := _CHOSEN.fullmatch(text)):
        return found[1]
    return text


def is_time(text: str) -> bool:
    """Whether a text is a date or a date with a time of day; a small number is a number."""
    if _SERIAL.fullmatch(text) and float(text) < _FIRST_LIKELY_SERIAL:
        return False
    return _iso(text, "timestamp", dt.date(1899, 12, 30)) != text or bool(_ISO.fullmatch(text))


def _iso(text: str, kind: str, epoch: dt.date) -> str:
    """A date with or without time as ISO 8601; unreadable texts unchanged."""
    if _SERIAL.fullmatch(text):
        text = _from_serial(text, epoch)
    else:
        written = " ".join(text.split())
        for pattern, order in (
            (_ISO, (1, 2, 3)), (_US, (3, 1, 2)), (_MONTH_FIRST, (3, 1, 2)), (_DAY_FIRST, (3, 2, 1)),
        ):  # fmt: skip
            if found := pattern.fullmatch(written):
                day = _day(*(found[part] for part in order))
                time = _clock_time(found[4] or "")
                text = text if day is None or time is None else f"{day}T{time}".rstrip("T")
                break
    # A date column needs no time of day.
    is_day_too_exact = kind == "date" and re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T", text)
    return text.partition("T")[0] if is_day_too_exact else text


def _from_serial(text: str, epoch: dt.date) -> str:
    days, seconds = divmod(round(float(text) * _SECONDS_A_DAY), _SECONDS_A_DAY)
    if days > (dt.date.max - epoch).days:
        return text
    day = epoch + dt.timedelta(days=days)
    minutes, second = divmod(seconds, 60)
    time = dt.time(*divmod(minutes, 60), second).isoformat()
    return day.isoformat() if text.isdigit() else f"{day}T{time}"


def _day(year: str, month: str, day: str) -> str | None:
    number = int(month) if month.isdigit() else _MONTHS.index(month[:3].casefold()) + 1
    try:
        return dt.date(
            int(year) if len(year) > 2 else 2000 + int(year), number, int(day)
        ).isoformat()
    except ValueError:
        return None


def _clock_time(text: str) -> str | None:
    """A time of day as ISO 8601; empty for an empty text, None if it is not a time.

    An offset or `Z` stays as it is written.
    """
    if not text.strip():
        return ""
    offset = _OFFSET.search(text.strip())
    clock = text.strip()[: offset.start()] if offset else text.strip()
    found = _TIME.fullmatch(clock.strip())
    if found is None:
        return None
    hour, half = int(found[1]), (found[4] or "").lower()
    if (half and not 1 <= hour <= 12) or (not half and found[2] is None):
        return None
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return dt.time(hour, int(found[2] or 0), int(found[3] or 0)).isoformat() + (
            offset[0] if offset else ""
        )
    except ValueError:
        return None
