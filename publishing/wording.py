"""What the cells of a workbook say: a row of `exports` in a care manager's words.

Texts that come from senders pass through `cell`: a workbook is often saved as CSV. Keys that travel back
(client_id, task_key, staff_id) stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from publishing.cells import safe_cell
from publishing.release import Feed

Row = dict[str, Any]
OVERDUE = "Overdue"
SOON = "Next 24 h"
LATER = "Later"
_SOON = timedelta(hours=24)
_NATIONAL_DIGITS = 10


@dataclass(frozen=True)
class WorkbookInfo:
    """What every sheet of a workbook says about itself.

    Attributes:
        owner: the care manager's staff_id, None for clients whom nobody owns.
        clients: rows of the sheet Today.
        as_of: the instant at which the data stand, in the agency's zone.
        feeds: freshness of the senders.
        notice: Part 2 notice, None where no row carries one.
    """

    owner: str | None
    clients: int
    as_of: datetime
    feeds: tuple[Feed, ...]
    notice: str | None


def today_cells(row: Row, state: str, owner: str | None) -> tuple[Any, ...]:
    """Values of the sheet Today, in the order of `layout.TODAY`; outcome cells are empty."""
    return (
        row["rank"],
        text(row["client_name"]),
        _born(row),
        _phone(row["phone"]),
        _permission(row["ok_to_leave_message"]),
        _permission(row["ok_to_text"]),
        row["tier"],
        text(row["lane_name"]),
        why(row),
        text(row["action_needed"]),
        row["due_at"],
        state,
        _last_contact(row),
        row["client_id"],
        *(None,) * 7,
        row["task_key"],
        owner,
        row["attempts_14d"],
        row["next_appointment_at"],
        row["last_kept_visit_date"],
        _event(row),
        _phq9(row),
        _also(row),
    )


def task_cells(row: Row, state: str) -> tuple[Any, ...]:
    """Values of the sheet Open tasks, in the order of `layout.OPEN_TASKS`."""
    return (
        row["rank"],
        text(row["client_name"]),
        row["client_id"],
        _phone(row["phone"]),
        _permission(row["ok_to_leave_message"]),
        _permission(row["ok_to_text"]),
        text(row["lane_name"]),
        text(row["why_now"]),
        text(row["action_needed"]),
        row["opened_at"],
        row["due_at"],
        state,
        row["task_key"],
    )


def due_state(row: Row, as_of: datetime) -> str:
    """Overdue, due within 24 hours of the data, or later."""
    if (row["overdue_hours"] or 0) > 0:
        return OVERDUE
    if row["due_at"] is not None and row["due_at"] <= as_of.replace(tzinfo=None) + _SOON:
        return SOON
    return LATER


def text(value: str | None) -> str | None:
    """A sender's text, safe in a cell; None for an empty one."""
    return safe_cell(value) if value else None


def why(row: Row) -> str | None:
    """The reasons of a row, one per line."""
    reasons = (row["why_now_1"], row["why_now_2"], row["why_now_3"])
    return text("\n".join(reason for reason in reasons if reason))


def as_of_text(as_of: datetime) -> str:
    """`data as of Mon 29 Jun 2026 23:59 EDT`."""
    return f"data as of {as_of:%a} {as_of.day} {as_of:%b %Y %H:%M %Z}"


def stale_text(info: WorkbookInfo) -> str:
    """The banner over a list whose senders fell silent; empty where all are fresh."""
    zone = info.as_of.tzinfo
    stale = [
        f"{feed.source} (last received {feed.last_received_at.astimezone(zone):%d %b %Y %H:%M})"
        if feed.last_received_at
        else feed.source
        for feed in info.feeds
        if feed.is_stale
    ]
    if not stale:
        return ""
    return f"NOT UP TO DATE: {', '.join(stale)}. Events may be missing: check the source before you rely on this list."


def instructions(info: WorkbookInfo) -> Iterator[tuple[str, str]]:
    """The sheet Instructions: (style, text) per line."""
    if info.notice:
        yield "notice", safe_cell(info.notice)
    yield "title", "How to work with this file"
    yield "line", as_of_text(info.as_of)
    if stale := stale_text(info):
        yield "alert", stale
    yield "section", "The list"
    yield (
        "line",
        (
            "Work Today from the top: safety, discharges, transitions, missed appointments, referrals; within a task overdue"
            " first, then tier and score. Every client stands there once, with the most urgent task; further tasks are on"
            " Open tasks. Filter and sort as you like: nothing depends on the order of rows."
        ),
    )
    yield (
        "line",
        (
            "State: Overdue is past its due time, Next 24 h falls due within a day of the data, Later is not due yet."
            " Voicemail and Text say what the client permitted: yes, no, or ask where it is not known."
        ),
    )
    yield "section", "Writing outcomes"
    yield (
        "line",
        (
            "After each contact or attempt fill the blue cells: contacted_at, channel and outcome are needed, the others where"
            " they apply. A row without an outcome counts as not worked. Leave client_id, task_key and staff_id as they are."
        ),
    )
    if info.owner is None:
        yield (
            "line",
            "Nobody owns these clients yet: write your own staff_id into each row that you work.",
        )
    yield (
        "line",
        (
            "reached, declined, scheduled and rescheduled mean that you spoke with the client or guardian. left_message,"
            " no_answer and wrong_number are attempts. transferred, deceased, incarcerated and moved say what you learned."
        ),
    )
    yield "section", "Sending it back"
    yield (
        "line",
        (
            "Save the file and put it into the landing folder, under outreach_log and a folder with the day's date, such as"
            " outreach_log/2026-06-30. The next list knows what you wrote. Sending it twice does no harm."
        ),
    )
    if info.feeds:
        yield "section", "Where the data come from"
    for feed in sorted(info.feeds, key=lambda one: one.source):
        yield "line", _feed_text(feed, info.as_of)
    yield "section", "Confidential"
    yield (
        "line",
        (
            "Names and health data of your clients: keep the file on the agency's devices, send it to nobody else, delete it"
            " when the next one is there. Rows marked 42 CFR Part 2 show substance-use treatment records that the client"
            " agreed to share with you for care; do not pass them on."
        ),
    )


def _feed_text(feed: Feed, as_of: datetime) -> str:
    if feed.last_received_at is None:
        return f"{feed.source}: never delivered"
    when = f"{feed.last_received_at.astimezone(as_of.tzinfo):%d %b %Y %H:%M}"
    return f"{feed.source}: last received {when}{', NOT UP TO DATE' if feed.is_stale else ''}"


def _permission(value: bool | None) -> str:
    return "ask" if value is None else "yes" if value else "no"


def _phone(digits: str | None) -> str | None:
    if not digits:
        return None
    number = "".join(filter(str.isdigit, digits))
    if len(number) == _NATIONAL_DIGITS + 1 and number[0] == "1":
        number = number[1:]
    if len(number) == _NATIONAL_DIGITS:
        return f"({number[:3]}) {number[3:6]}-{number[6:]}"
    return number or None


def _born(row: Row) -> str | None:
    if row["birth_date"] is None:
        return None
    age = "" if row["age_years"] is None else f" ({row['age_years']})"
    return f"{row['birth_date'].isoformat()}{age}"


def _last_contact(row: Row) -> str | None:
    at = row["last_contact_at"]
    if at is None:
        return None
    outcome = (row["last_contact_outcome"] or "").replace("_", " ")
    return f"{at.day} {at:%b %Y %H:%M}\n{outcome}".rstrip()


def _event(row: Row) -> str | None:
    setting = row["event_setting"]
    parts = (
        row["event_facility"],
        setting if setting != "unknown" else None,
        row["discharge_disposition"],
    )
    return text("\n".join(part for part in parts if part))


def _phq9(row: Row) -> str | None:
    if row["phq9_latest"] is None:
        return None
    first = "" if row["phq9_first"] is None else f"{row['phq9_first']} > "
    change = "" if row["phq9_change"] is None else f" ({row['phq9_change']:+})"
    day = row["phq9_latest_date"]
    dated = "" if day is None else f"\n{day.day} {day:%b %Y}"
    item = "" if row["phq9_item9"] is None else f"\nitem 9: {row['phq9_item9']}"
    return f"{first}{row['phq9_latest']}{change}{dated}{item}"


def _also(row: Row) -> str | None:
    language = row["language"] if (row["language"] or "en").lower() not in ("en", "eng") else None
    referrals = row["open_referral_count"] or 0
    info = (
        "42 CFR Part 2" if row["part2_notice"] else None,
        f"language {language}" if language else None,
        "interpreter needed" if row["interpreter_needed"] else None,
        f"C-SSRS {row['cssrs_level']}" if row["cssrs_level"] not in (None, "none") else None,
        "no safety plan on file" if row["safety_plan_on_file"] is False else None,
        f"{referrals} open referral{'s' if referrals > 1 else ''}" if referrals else None,
        f"barriers: {row['barriers'].replace(';', ', ')}" if row["barriers"] else None,
        "over today's capacity" if row["is_spillover"] else None,
    )
    return text("; ".join(fact for fact in info if fact))
