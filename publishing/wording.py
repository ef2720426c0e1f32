"""Texts that several sheets of the workbook share: header lines, numbers, dates, languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from publishing.cells import safe_cell
from publishing.dates import day_text, time_text
from publishing.feeds import fresh_text, late_text
from publishing.layout import list_day
from publishing.release import Feed

Row = dict[str, Any]
_NATIONAL_DIGITS = 10
# Names of the codes that the seed demographic_name maps to. Other languages are shown as delivered.
LANGUAGES = {
    "ar": "Arabic",
    "ase": "American Sign Language",
    "en": "English",
    "es": "Spanish",
    "fr": "French",
    "ht": "Haitian Creole",
    "ko": "Korean",
    "pt": "Portuguese",
    "ru": "Russian",
    "so": "Somali",
    "tl": "Tagalog",
    "und": "language unknown",
    "vi": "Vietnamese",
    "zh": "Chinese",
}
# Why open tasks are paused (rules/tasks-and-lanes.md#hospital-pause).
PAUSES = {
    "admitted": "in hospital: the tasks return at discharge",
    "incarcerated": "in jail",
    "reported_deceased": "reported to have died, not confirmed",
    "reported_moved": "reported to have moved away, not confirmed",
    "transferred": "back in hospital",
}
UNASSIGNED_NAME = "Clients without a care manager"
# By whether it is the workbook of unassigned clients, which has those of absent staff without cover.
_COVER = {False: "You also cover", True: "Without cover:"}


@dataclass(frozen=True)
class Cover:
    """A colleague on leave whose clients are in the workbook.

    Attributes:
        name: name of the colleague.
        until: last day of the leave; None where it is not known.
        clients: number of the colleague's clients on the sheet Today.
    """

    name: str
    until: date | None
    clients: int


@dataclass(frozen=True)
class WorkbookInfo:
    """Context of all sheets of a workbook.

    Attributes:
        owner: the care manager's staff_id; None for clients without a care manager.
        owner_name: name of the care manager; None where it is not known.
        groups: number of clients on the sheet Today, by group A to G.
        caseload: number of clients on the sheet My caseload.
        as_of: `as_of` of the data, in the agency's time zone.
        feeds: freshness of the senders.
        notice: Part 2 notice; None if no row needs it.
        covers: colleagues on leave whose clients are in the workbook.
        returned: result of the last returned workbook, in words; empty without one.
        colleagues: `name · staff_id` of the colleagues who can take a client.
        return_folder: where the workbook is returned; None if the agency has no such folder.
    """

    owner: str | None
    owner_name: str | None
    groups: Mapping[str, int]
    caseload: int
    as_of: datetime
    feeds: tuple[Feed, ...]
    notice: str | None
    covers: tuple[Cover, ...] = ()
    returned: str = ""
    colleagues: tuple[str, ...] = field(default=())
    return_folder: str | None = None

    @property
    def clients(self) -> int:
        """Number of rows on the sheet Today."""
        return sum(self.groups.values())

    @property
    def name(self) -> str:
        """Name of the owner as sheets show it."""
        return self.owner_name or self.owner or UNASSIGNED_NAME


def head_lines(info: WorkbookInfo) -> tuple[tuple[str, str], ...]:
    """Return the lines above a list as (style, text); an empty text hides its row."""
    covers = "; ".join(_cover_text(cover, info.as_of.year) for cover in info.covers)
    return (
        ("title", safe_cell(title_text(info))),
        ("fact", safe_cell(fresh_text(info.feeds, info.as_of.tzinfo, info.as_of.year))),
        ("banner", safe_cell(banner_text(info))),
        ("fact", safe_cell(info.returned)),
        ("notice", safe_cell(f"{_COVER[info.owner is None]} {covers}." if covers else "")),
        ("notice", safe_cell(f"Part 2: {info.notice}" if info.notice else "")),
    )


def title_text(info: WorkbookInfo) -> str:
    """`Quinn Wainscott · Tuesday 30 June 2026 · 13 of your 37 clients need you today`."""
    if info.owner is None:
        need = f"{info.clients} of {counted(info.caseload, 'client')} to call today"
    else:
        verb = "needs" if info.clients == 1 else "need"
        need = f"{info.clients} of your {counted(info.caseload, 'client')} {verb} you today"
    return f"{info.name} · {list_day_text(info)} · {need}"


def list_day_text(info: WorkbookInfo) -> str:
    """`Tuesday 30 June 2026`: the day that the list is for."""
    day = list_day(info.as_of)
    return f"{day:%A} {day.day} {day:%B} {day.year}"


def footer_text(info: WorkbookInfo) -> str:
    """`Quinn Wainscott · Tuesday 30 June 2026`."""
    return f"{info.name} · {list_day_text(info)}"


def banner_text(info: WorkbookInfo) -> str:
    """Return the banner about late senders; empty if all are fresh."""
    return late_text(info.feeds, info.as_of.tzinfo, info.as_of.year)


def as_of_text(as_of: datetime) -> str:
    """`data as of Mon 29 Jun 2026 23:59 EDT`."""
    return f"data as of {time_text(as_of, None)} {as_of:%Z}"


def text(value: str | None) -> str | None:
    """Make a sender's text safe for a cell; None if it is empty."""
    return safe_cell(value) if value else None


def counted(count: int, noun: str) -> str:
    """`1 client`, `2 clients`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def phone_text(digits: str | None) -> str | None:
    """`(909) 555-0115`; None without digits, and digits of another length as they are."""
    if not digits:
        return None
    number = "".join(filter(str.isdigit, digits))
    if len(number) == _NATIONAL_DIGITS + 1 and number[0] == "1":
        number = number[1:]
    if len(number) == _NATIONAL_DIGITS:
        return f"({number[:3]}) {number[3:6]}-{number[6:]}"
    return number or None


def birth_text(row: Row) -> str:
    """`45 (14 Jun 1981)`: age and birth date."""
    day = row["birth_date"]
    born = "" if day is None else f"({day.day} {day:%b} {day.year})"
    return " ".join(part for part in (str(row["age_years"] or ""), born) if part)


def language_text(row: Row) -> str | None:
    """Return a language other than English and any interpreter: `Arabic · INTERPRETER`."""
    code = row["language"] or "en"
    name = None if code.lower() in ("en", "eng") else LANGUAGES.get(code, code)
    interpreter = "INTERPRETER" if row["interpreter_needed"] else None
    return " · ".join(part for part in (name, interpreter) if part) or None


def words(code: str | None) -> str:
    """A code in words: `left_message` is `left message`."""
    return (code or "").replace("_", " ")


def listed_words(codes: Iterable[str | None]) -> str:
    """Codes in words, separated by commas, without the empty ones."""
    return ", ".join(words(code) for code in codes if code)


def cover_line(row: Row, year: int) -> str | None:
    """`for Cleo Barrowby (away until 5 Jul)`: whose client it is; None for the owner's own."""
    if not row["covering_for_staff_id"]:
        return None
    name = row["covering_for_name"] or row["covering_for_staff_id"]
    until = row["covering_until_date"]
    return f"for {name}{_away(until, year)}"


def _cover_text(cover: Cover, year: int) -> str:
    return f"{cover.name}{_away(cover.until, year)}: {counted(cover.clients, 'client')} today"


def _away(until: date | None, year: int) -> str:
    return f" (away until {day_text(until, year)})" if until else ""
