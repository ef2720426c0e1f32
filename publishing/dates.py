"""Formats dates and times for people: `12 Jun`, `Fri 12 Jun`, `Fri 12 Jun 14:30`."""

from __future__ import annotations

from datetime import date, datetime


def day_text(day: date, year: int) -> str:
    """`12 Jun`, or `12 Jun 2025` when the date is not in `year`."""
    return f"{day.day} {day:%b}{'' if day.year == year else f' {day.year}'}"


def date_text(day: date, year: int | None) -> str:
    """`Fri 12 Jun`, or `Thu 12 Jun 2025` when the date is not in `year`.

    Args:
        day: a date, or a datetime in local time.
        year: the year that readers assume, usually that of `as_of`; None always shows the year.
    """
    shown_year = "" if day.year == year else f" {day.year}"
    return f"{day:%a} {day.day} {day:%b}{shown_year}"


def time_text(local: datetime, year: int | None) -> str:
    """`Fri 12 Jun 14:30`, with the year when it is not `year`; `local` is in the reader's zone."""
    return f"{date_text(local, year)} {local:%H:%M}"
