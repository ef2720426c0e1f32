"""Workbooks as care managers and supervisors return them, typed by hand.

Some care managers enter the calls of the last week in their workbook instead of the record system: in other words than
the drop-down's, with dates in several forms, without the time, with notes, and now and then with a row that cannot be
read. Most of those rows are entered again, correctly, on the next day. Supervisors return their answers to reported
deaths and moves, to old referrals, and about clients without a care manager. Must not be here: simulated events, the
reader's rules.
"""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import polars as pl
import xlsxwriter

from synthetic import rates
from synthetic.draw import Array, Draw
from synthetic.timeline import DAY, EPOCH

DAYS = 7  # days before the end of the period whose calls are in returned workbooks
MANAGERS = 20  # at most so many care managers return workbooks

# What people type for an outcome and a channel.
OUTCOME_WORDS = {
    "reached": (
        "Reached",
        "reached",
        "Spoke w client",
        "talked to client",
        "REACHED",
        "spoke with",
    ),
    "left_message": ("Left message", "LVM", "left vm", "Left voicemail", "left msg"),
    "no_answer": ("No answer", "no ans", "NO ANSWER", "did not pick up", "mailbox full"),
    "wrong_number": ("Wrong number", "disconnected", "not in service"),
    "declined": ("Declined", "refused", "Client declined"),
    "scheduled": ("Appointment made", "appt made", "booked", "Appt scheduled"),
    "rescheduled": ("Appointment moved", "moved appt", "rebooked"),
    "transferred": ("Back in hospital", "in hospital", "admitted"),
    "deceased": ("Has died", "passed away"),
    "incarcerated": ("In jail", "jail"),
    "moved": ("Moved away", "moved out of state"),
}
CHANNEL_WORDS = {
    "phone": ("Phone", "", "call", "cell", "phone call"),
    "video": ("Video", "zoom"),
    "in_person": ("In person", "home visit"),
    "text": ("Text", "sms"),
    "mail": ("Letter", "mailed letter"),
    "email": ("Email",),
}
NOTES = ("", "", "", "asked for a ride", "call before noon", "daughter answered", "evenings only")
UNREADABLE_OUTCOMES = ("see note", "?", "talk to Dr.")
UNREADABLE_TIMES = ("yesterday", "13/45/2026", "this morning")

Cell = str | int | datetime | date | None
_ENTRIES = ("When you called", "How", "What happened", "Try again on", "Minutes", "Note to self")
_MORE_CALLS = ("Client", *_ENTRIES)
_TODAY = (
    "Client",
    *_ENTRIES[:-1],
    "Instructions reviewed",
    "Note to self",
    "client_id",
    "staff_id",
)


@dataclass(frozen=True)
class ReturnedFile:
    """A workbook in a delivery of `outreach_log`.

    Attributes:
        day: Day number of the delivery.
        name: File name.
        content: The workbook.
        rows: Rows with an entry, by table of the contract.
    """

    day: int
    name: str
    content: bytes
    rows: dict[str, int]


def is_returned(staff: pl.Series, at: Array, end: int) -> Array:
    """Whether each contact is in a returned workbook: calls of the last week by the care managers who return one.

    Args:
        staff: Staff id of each contact.
        at: Clock of each contact.
        end: Clock of the end of the period.
    """
    number = staff.str.tail(4).cast(pl.Int64).to_numpy()
    returns = (number % 2 == 1) & (number <= 2 * MANAGERS)
    return returns & (at >= end - DAYS * DAY)


def contact_workbooks(contacts: pl.DataFrame, end_day: int, seed: int) -> Iterator[ReturnedFile]:
    """The workbooks of care managers.

    Args:
        contacts: Rows of outreach_log.contact, with the clients' names in the column `client_name`.
        end_day: Day number of the last delivery.
        seed: Seed of the typing.
    """
    draw = Draw(seed, "workbooks.contacts")
    rows = contacts.sort("contacted_at", "client_id", "outcome").to_dicts()
    typed: dict[tuple[int, str], list[dict[str, Cell]]] = {}
    for number, row in enumerate(rows):
        day = (row["contacted_at"].date() - EPOCH).days + 1
        entry = _typed(row, draw)
        # The first row of all is unreadable, so that every agency has one.
        if number == 0 or draw.rng.random() < rates.UNREADABLE_ENTRY:
            if draw.rng.random() < rates.UNREADABLE_CORRECTED:
                typed.setdefault((day + 1, row["staff_id"]), []).append(entry)
            entry = _unreadable(entry, draw)
        typed.setdefault((day, row["staff_id"]), []).append(entry)
    for (day, staff), entries in sorted(typed.items()):
        if day <= end_day:
            yield _contact_workbook(day, staff, entries, draw)


def _typed(row: dict[str, object], draw: Draw) -> dict[str, Cell]:
    at = row["contacted_at"]
    assert isinstance(at, datetime)
    again = row["next_follow_up_date"]
    minutes = row["minutes"]
    return {
        "Client": f"{row['client_name']} · {row['client_id']}",
        "client_id": str(row["client_id"]),
        "staff_id": str(row["staff_id"]),
        "When you called": _typed_time(at, draw),
        "How": _one_of(CHANNEL_WORDS[str(row["channel"])], draw),
        "What happened": _one_of(OUTCOME_WORDS[str(row["outcome"])], draw),
        "Try again on": None if again is None else _typed_day(again, draw),
        "Minutes": None if minutes is None else _one_of((minutes, f"{minutes} min"), draw),
        "Instructions reviewed": "x" if row["instructions_reviewed"] == "true" else None,
        "Note to self": _one_of(NOTES, draw) or None,
    }


def _typed_time(at: datetime, draw: Draw) -> Cell:
    """A time as a spreadsheet's value, as US text, or only its date."""
    us_day, us_time = f"{at.month}/{at.day}/{at.year}", f"{at.hour % 12 or 12}:{at.minute:02d}"
    half = "AM" if at.hour < 12 else "PM"
    forms: tuple[Callable[[], Cell], ...] = (
        lambda: at,
        lambda: f"{us_day} {us_time} {half}",
        lambda: f"{us_day[:-4]}{at.year % 100} {at.hour}:{at.minute:02d}",
        lambda: f"{at:%B} {at.day}, {at.year} {us_time} {half.lower()}",
        lambda: at.date(),
        lambda: us_day,
    )
    return forms[int(draw.pick([0.42, 0.22, 0.10, 0.06, 0.12, 0.08], 1)[0])]()


def _typed_day(day: object, draw: Draw) -> Cell:
    assert isinstance(day, date)
    return _one_of((day, f"{day.month}/{day.day}/{day.year}"), draw)


def _unreadable(entry: dict[str, Cell], draw: Draw) -> dict[str, Cell]:
    if draw.rng.random() < 0.5:
        return entry | {"What happened": _one_of(UNREADABLE_OUTCOMES, draw)}
    return entry | {"When you called": _one_of(UNREADABLE_TIMES, draw)}


def _one_of(values: tuple[Cell, ...], draw: Draw) -> Cell:
    return values[int(draw.rng.random() * len(values))]


def _contact_workbook(
    day: int, staff: str, entries: list[dict[str, Cell]], draw: Draw
) -> ReturnedFile:
    """A workbook with its rows on two sheets; some care managers rename a column or a sheet."""
    renamed = draw.rng.random() < rates.WORKBOOK_RENAMED
    today = entries[::2] if len(entries) > 1 else entries
    more = entries[1::2] if len(entries) > 1 else []
    titles = {"What happened": "Result", "When you called": "Date/Time"} if renamed else {}
    content = _workbook(
        day,
        [
            ("Sheet1" if renamed else "Today", _TODAY, today, titles),
            ("More calls", _MORE_CALLS, more, {}),
        ],
    )
    return ReturnedFile(day, f"{staff}.xlsx", content, {"contact": len(entries)})


def supervisor_workbooks(
    sheets: dict[str, tuple[str, pl.DataFrame]], schedule: Array
) -> Iterator[ReturnedFile]:
    """The workbooks of supervisors, one per supervisor and delivery.

    Args:
        sheets: By table of the contract, the name of its sheet and its rows, as `decisions` returns them.
        schedule: Day numbers of the deliveries.
    """
    found: dict[tuple[int, str], dict[str, list[dict[str, Cell]]]] = {}
    for table, (_, frame) in sheets.items():
        for row in frame.to_dicts():
            position = int(np.searchsorted(schedule * DAY, row.pop("known"), side="right"))
            if position < len(schedule):
                key = int(schedule[position]), str(row["Decided by"])
                found.setdefault(key, {}).setdefault(table, []).append(row)
    for (day, supervisor), tables in sorted(found.items()):
        content = _workbook(
            day,
            [(sheets[table][0], tuple(rows[0]), rows, {}) for table, rows in tables.items()],
        )
        counts = {table: len(rows) for table, rows in tables.items()}
        yield ReturnedFile(day, f"supervisor_{supervisor}.xlsx", content, counts)


def _workbook(
    day: int,
    sheets: list[tuple[str, tuple[str, ...], list[dict[str, Cell]], dict[str, str]]],
) -> bytes:
    """A workbook with a title above the header of each sheet; equal arguments give equal bytes."""
    buffer = io.BytesIO()
    created = datetime.combine(EPOCH + timedelta(days=day), time(), UTC).replace(tzinfo=None)
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
    book.set_properties({"created": created})
    at, on = (book.add_format({"num_format": form}) for form in ("m/d/yyyy h:mm", "m/d/yyyy"))
    for name, columns, rows, titles in sheets:
        sheet = book.add_worksheet(name)
        sheet.write_string(0, 0, name)
        for column, title in enumerate(columns):
            sheet.write_string(2, column, titles.get(title, title))
        for number, row in enumerate(rows, 3):
            for column, title in enumerate(columns):
                value = row[title]
                if isinstance(value, datetime):
                    sheet.write_datetime(number, column, value, at)
                elif isinstance(value, date):
                    sheet.write_datetime(number, column, value, on)
                elif isinstance(value, int):
                    sheet.write_number(number, column, value)
                elif value:
                    sheet.write_string(number, column, value)
    book.close()
    return buffer.getvalue()
