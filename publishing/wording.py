"""Cell texts of the workbook: formats rows of `exports` for care managers.

Senders' texts pass through `safe_cell`, because workbooks are often saved as CSV. Keys that come
back (client_id, task_key, staff_id) stay unchanged.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from publishing.cells import safe_cell
from publishing.dates import date_text, time_text
from publishing.feeds import late_text, received_text
from publishing.release import Feed

Row = dict[str, Any]
OVERDUE = "Overdue"
SOON = "Due today"
LATER = "Not due"
_SOON = timedelta(hours=24)
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


@dataclass(frozen=True)
class WorkbookInfo:
    """Context of all sheets of a workbook.

    Attributes:
        owner: the care manager's staff_id; None for clients without a care manager.
        clients: number of rows on the sheet Today.
        as_of: `as_of` of the data, in the agency's time zone.
        feeds: freshness of the senders.
        notice: Part 2 notice; None if no row needs it.
        return_folder: where the workbook is returned; None if the agency has no such folder.
    """

    owner: str | None
    clients: int
    as_of: datetime
    feeds: tuple[Feed, ...]
    notice: str | None
    return_folder: str | None = None


def today_cells(row: Row, state: str, info: WorkbookInfo) -> tuple[Any, ...]:
    """Return a row of the sheet Today, in the order of `layout.TODAY`; outcome cells are empty."""
    year = info.as_of.year
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
        _last_contact(row, year),
        row["client_id"],
        *(None,) * 7,
        row["task_key"],
        info.owner,
        row["attempts_14d"],
        row["next_appointment_at"],
        row["last_kept_visit_date"],
        _event(row),
        _phq9(row, year),
        _also(row),
    )


def task_cells(row: Row, state: str) -> tuple[Any, ...]:
    """Return a row of the sheet Open tasks, in the order of `layout.OPEN_TASKS`."""
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
    """Return Overdue, Due today (within 24 hours after `as_of`) or Not due."""
    if (row["overdue_hours"] or 0) > 0:
        return OVERDUE
    if row["due_at"] is not None and row["due_at"] <= as_of.replace(tzinfo=None) + _SOON:
        return SOON
    return LATER


def text(value: str | None) -> str | None:
    """Make a sender's text safe for a cell; None if it is empty."""
    return safe_cell(value) if value else None


def why(row: Row) -> str | None:
    """Return the reasons of a row, one per line."""
    reasons = (row["why_now_1"], row["why_now_2"], row["why_now_3"])
    return text("\n".join(reason for reason in reasons if reason))


def as_of_text(as_of: datetime) -> str:
    """`data as of Mon 29 Jun 2026 23:59 EDT`."""
    return f"data as of {time_text(as_of, None)} {as_of:%Z}"


def banner_text(info: WorkbookInfo) -> str:
    """Return the banner about late senders; empty if all are fresh."""
    return late_text(info.feeds, info.as_of.tzinfo, info.as_of.year)


def instructions(info: WorkbookInfo) -> Iterator[tuple[str, str]]:
    """Yield the lines of the sheet Instructions as (style, text)."""
    if info.notice:
        yield "notice", safe_cell(info.notice)
    yield "title", "How to use this workbook"
    yield "line", as_of_text(info.as_of)
    if banner := banner_text(info):
        yield "alert", banner
    yield "section", "The list"
    yield (
        "line",
        (
            "Work the sheet Today from top to bottom: safety, 24-hour calls, 7-day visits, missed appointments, referrals."
            " Within a task, overdue rows come first, then tier and score. Each client has one row, with the most urgent"
            " task; other tasks are on the sheet Open tasks. You can filter and sort."
        ),
    )
    yield (
        "line",
        (
            "State: Overdue is past the due time, Due today is due within 24 hours after the time of the data, Not due is"
            " due later. Voicemail and Text show what the client permits: yes, no, or ask if it is not on record."
        ),
    )
    yield "section", "Entering outcomes"
    yield (
        "line",
        (
            "After each contact or attempt, fill in the blue cells. contacted_at, channel and outcome are required. Rows"
            " without an outcome are ignored. Do not change client_id, task_key or staff_id."
        ),
    )
    if info.owner is None:
        yield (
            "line",
            "These clients have no care manager: enter your own staff_id in each row that you work.",
        )
    yield (
        "line",
        (
            "Enter reached, declined, scheduled or rescheduled if you spoke with the client or guardian; left_message,"
            " no_answer or wrong_number if you did not; transferred, deceased, incarcerated or moved if you learned that."
        ),
    )
    yield "section", "Returning the workbook"
    yield (
        "line",
        (
            f"Save the workbook in {_return_place(info)}. Your outcomes appear in the next list, and rows that"
            " could not be read come back on the sheet Sent back. Returning it twice does no harm."
        ),
    )
    if info.feeds:
        yield "section", "Data sources"
    for feed in sorted(info.feeds, key=lambda each: each.source):
        yield "line", received_text(feed, info.as_of.tzinfo, info.as_of.year)
    yield "section", "Confidential"
    yield (
        "line",
        (
            "This workbook contains your clients' names and health data. Keep it on the agency's devices, share it with no"
            " one else, and delete it when you receive the next one. Rows marked 42 CFR Part 2 contain substance use"
            " treatment records that the client agreed to share with you for care: do not pass them on."
        ),
    )


def _return_place(info: WorkbookInfo) -> str:
    if info.return_folder is not None:
        return f"the folder {safe_cell(info.return_folder)}, or in your own folder there"
    return (
        "the landing folder, under outreach_log and a folder with today's date, such as"
        " outreach_log/2026-06-30"
    )


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
    born = row["birth_date"]
    return f"{born.day} {born:%b %Y}{age}"


def _last_contact(row: Row, year: int) -> str | None:
    at = row["last_contact_at"]
    if at is None:
        return None
    outcome = (row["last_contact_outcome"] or "").replace("_", " ")
    return f"{time_text(at, year)}\n{outcome}".rstrip()


def _event(row: Row) -> str | None:
    setting = row["event_setting"]
    parts = (
        row["event_facility"],
        setting if setting != "unknown" else None,
        row["discharge_disposition"],
    )
    return text("\n".join(part for part in parts if part))


def _phq9(row: Row, year: int) -> str | None:
    if row["phq9_latest"] is None:
        return None
    first = "" if row["phq9_first"] is None else f"{row['phq9_first']} → "
    change = "" if row["phq9_change"] is None else f" ({row['phq9_change']:+})"
    day = row["phq9_latest_date"]
    dated = "" if day is None else f"\n{date_text(day, year)}"
    item = "" if row["phq9_item9"] is None else f"\nitem 9: {row['phq9_item9']}"
    return f"{first}{row['phq9_latest']}{change}{dated}{item}"


def _also(row: Row) -> str | None:
    referrals = row["open_referral_count"] or 0
    facts = (
        "42 CFR Part 2" if row["part2_notice"] else None,
        _language(row),
        f"C-SSRS {row['cssrs_level']}" if row["cssrs_level"] not in (None, "none") else None,
        "no safety plan on file" if row["safety_plan_on_file"] is False else None,
        f"{referrals} open referral{'s' if referrals > 1 else ''}" if referrals else None,
        f"barriers: {row['barriers'].replace(';', ', ')}" if row["barriers"] else None,
        "over today's capacity" if row["is_spillover"] else None,
    )
    return text("; ".join(fact for fact in facts if fact))


def _language(row: Row) -> str | None:
    """Return a language other than English and any interpreter: `Arabic, interpreter needed`."""
    code = row["language"] or "en"
    name = None if code.lower() in ("en", "eng") else LANGUAGES.get(code, code)
    interpreter = "interpreter needed" if row["interpreter_needed"] else None
    return ", ".join(part for part in (name, interpreter) if part) or None
