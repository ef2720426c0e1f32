"""What care managers type into a row of their list, and what it means. No knowledge of the reader.

The words are those of people in a hurry: drop-down words in any case, abbreviations, US dates, a
time left out, a cell that means nothing. `meaning` is what a colleague would read from the row, and
None where a colleague would have to ask.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

TWO_WAY = frozenset({"reached", "declined", "scheduled", "rescheduled"})
# Outcomes with their shares, and how people write them.
_OUTCOMES: dict[str, tuple[float, tuple[str, ...]]] = {
    "reached": (0.40, ("Reached", "reached", "REACHED", "Spoke w/ client", "talked to client", "spoke with guardian", "reached ")),
    "left_message": (0.17, ("Left message", "LVM", "left vm", "Left voicemail", "LM", "left msg")),
    "no_answer": (0.15, ("No answer", "no ans", "NO ANSWER", "didn't answer", "N/A - no answer", "No Answer.")),
    "wrong_number": (0.03, ("Wrong number", "wrong #", "disconnected", "number not in service")),
    "scheduled": (0.10, ("Appointment made", "appt made", "Appt scheduled", "appointment booked")),
    "rescheduled": (0.05, ("Appointment moved", "rescheduled", "appt moved")),
    "declined": (0.05, ("Declined", "refused", "not interested")),
    "transferred": (0.02, ("Back in hospital", "in hospital", "admitted")),
    "incarcerated": (0.01, ("In jail", "incarcerated")),
    "moved": (0.01, ("Moved away", "moved out of state")),
    "deceased": (0.01, ("Has died", "deceased", "passed away")),
}  # fmt: skip
_UNREADABLE_OUTCOMES = ("see chart", "???", "will try tmrw", "spoke to neighbor, she will call him")
_CHANNELS = (
    "Phone",
    "phone",
    "cell",
    "",
    "",
    "Called",
    "Text",
    "in person",
    "Home visit",
    "Letter",
)
_UNREADABLE_TIMES = ("this morning", "yesterday pm", "10ish", "6/31/2026 9:00 AM")


@dataclass(frozen=True)
class Row:
    """A row of a list that can be answered: its keys, from the hidden columns."""

    client_id: str
    client: str
    task_key: str
    staff_id: str
    event_at: datetime | None = None


@dataclass(frozen=True)
class Answer:
    """A row as it was typed.

    Attributes:
        row: the row that is answered.
        cells: what was typed, by header.
        way: how it was typed, for the counts.
        outcome: what happened, in the words of the feed; None where it is unknown.
        at: when, in local time; a date where only the day was typed; None where it is unknown.
        is_entered_again: whether a later copy of the workbook has another answer to the row.
    """

    row: Row
    cells: dict[str, object] = field(hash=False)
    way: str
    outcome: str | None
    at: datetime | date | None
    is_entered_again: bool = False

    @property
    def is_readable(self) -> bool:
        """Whether a colleague could read the row."""
        return self.outcome is not None and self.at is not None

    @property
    def shown_outcome(self) -> str:
        """The outcome as it is in the cell."""
        return str(self.cells["What happened"]).strip()


def answer(row: Row, day: date, minute: int, draw: random.Random) -> Answer:
    """Answer a row on a day.

    Args:
        row: the row.
        day: the day of the call.
        minute: minute of the day at which it was made.
        draw: source of the choices.
    """
    weights = [share for share, _ in _OUTCOMES.values()]
    (outcome,) = draw.choices(list(_OUTCOMES), weights)
    at = datetime.combine(day, time()) + timedelta(minutes=minute)
    cells: dict[str, object] = {
        "When you called": at,
        "How": draw.choice(_CHANNELS),
        "What happened": draw.choice(_OUTCOMES[outcome][1]),
    }
    if outcome in ("left_message", "no_answer") and draw.random() < 0.3:
        again = day + timedelta(days=draw.choice((1, 2, 5, 20)))
        cells["Try again on"] = draw.choice((again, f"{again.month}/{again.day}/{again.year}"))
    if outcome in TWO_WAY and draw.random() < 0.3:
        cells["Minutes"] = draw.choice((5, 12, "15 min", 20))
    meant = Answer(row, cells, "as asked", outcome, at)
    return draw.choices(
        (_as_asked, _us_text, _day_only, _no_time, _unreadable_time, _tomorrow, _before_the_event,
         _unreadable_outcome, _unreadable_channel, _words_for_a_day, _note_too),
        (40, 22, 9, 4, 4, 2, 3, 6, 3, 3, 4),
    )[0](meant, day, draw)  # fmt: skip


def _with(
    meant: Answer, way: str, outcome: str | None, at: datetime | date | None, **cells: object
) -> Answer:
    titles = {"when": "When you called", "how": "How", "what": "What happened", "again": "Try again on", "note": "Note to self"}  # fmt: skip
    typed = meant.cells | {titles[name]: value for name, value in cells.items()}
    return Answer(meant.row, typed, way, outcome, at)


def _as_asked(meant: Answer, day: date, draw: random.Random) -> Answer:
    return meant


def _us_text(meant: Answer, day: date, draw: random.Random) -> Answer:
    at = meant.at
    assert isinstance(at, datetime)
    hour, half = at.hour % 12 or 12, "AM" if at.hour < 12 else "PM"
    text = draw.choice(
        (
            f"{at.month}/{at.day}/{at.year} {hour}:{at.minute:02} {half}",
            f"{at.month}/{at.day}/{at.year % 100} {hour}:{at.minute:02}{half.lower()}",
            f"{at:%m-%d-%Y} {at:%H:%M}",
            f"{at:%Y-%m-%d %H:%M}",
            f"{at:%B} {at.day}, {at.year} {hour}:{at.minute:02} {half}",
        )
    )
    return _with(meant, "a US date", meant.outcome, at, when=text)


def _day_only(meant: Answer, day: date, draw: random.Random) -> Answer:
    text = draw.choice((day, f"{day.month}/{day.day}/{day.year}", day.isoformat()))
    return _with(meant, "a day without a time", meant.outcome, day, when=text)


def _no_time(meant: Answer, day: date, draw: random.Random) -> Answer:
    return _with(meant, "no time", meant.outcome, None, when=None)


def _unreadable_time(meant: Answer, day: date, draw: random.Random) -> Answer:
    text = draw.choice(_UNREADABLE_TIMES)
    return _with(meant, "a time that cannot be read", meant.outcome, None, when=text)


def _tomorrow(meant: Answer, day: date, draw: random.Random) -> Answer:
    assert isinstance(meant.at, datetime)
    late = meant.at.replace(year=meant.at.year + 1)
    return _with(meant, "next year", meant.outcome, None, when=late)


def _before_the_event(meant: Answer, day: date, draw: random.Random) -> Answer:
    if meant.row.event_at is None:
        return meant
    early = meant.row.event_at.replace(microsecond=0) - timedelta(days=1, minutes=7)
    return _with(meant, "before the event", meant.outcome, None, when=early)


def _unreadable_outcome(meant: Answer, day: date, draw: random.Random) -> Answer:
    text = draw.choice(_UNREADABLE_OUTCOMES)
    return _with(meant, "an outcome that cannot be read", None, meant.at, what=text)


def _unreadable_channel(meant: Answer, day: date, draw: random.Random) -> Answer:
    return _with(meant, "an unknown channel", None, meant.at, how="carrier pigeon")


def _words_for_a_day(meant: Answer, day: date, draw: random.Random) -> Answer:
    return _with(meant, "a day in words", None, meant.at, again="next Friday")


def _note_too(meant: Answer, day: date, draw: random.Random) -> Answer:
    return _with(meant, "with a note", meant.outcome, meant.at, note="call after 3, works mornings")
