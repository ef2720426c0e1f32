"""Cell texts of the sheets Today and Print: one row per listed client."""

from __future__ import annotations

from datetime import date, datetime

from publishing.cell_text import Cell, Part, Rich, Styled, lines, listed
from publishing.dates import date_text, day_text, time_text
from publishing.layout import (
    AMBER_GROUPS,
    ENTRIES,
    OPTIONAL_ENTRIES,
    RED_GROUPS,
    TRIES,
    list_day,
)
from publishing.wording import (
    Row,
    WorkbookInfo,
    birth_text,
    cover_line,
    language_text,
    listed_words,
    phone_text,
    text,
)

_DAY_HOURS = 24
# Lateness is part of the number format. Excel allows about 200 formats in a workbook: days are
# counted up to here, then months, and all that is older is one format.
_MOST_HOURS, _MOST_DAYS, _MOST_MONTHS = 48, 60, 24
_MONTH_DAYS = 30.44
_INSTRUMENTS = ("PHQ-9", "C-SSRS")
_RISK_LEVELS = ("moderate", "high")
_HOUSING = {"homeless": "homeless", "unstable": "housing unstable"}


def today_cells(row: Row, info: WorkbookInfo) -> tuple[Cell, ...]:
    """Return a row of the sheet Today, in the order of `layout.TODAY`; entry cells are empty."""
    entries = (None,) * (len(ENTRIES) + len(OPTIONAL_ENTRIES))
    shown = (
        row["worklist_group"],
        client_cell(row, info),
        call_cell(row),
        why_cell(row, info),
        text(row["next_step"]),
        due_cell(row, info),
        last_contact_cell(row, info),
        *entries,
    )
    keys = (row["client_id"], row["task_key"], row["event_at"])
    if info.owner is None:
        suggested = [[("plain", row["suggested_owner"])], [("small", row["suggested_by"])]]
        decided_on = info.as_of.replace(tzinfo=None, second=0, microsecond=0)
        return (*shown, lines(*suggested), None, None, decided_on, *keys, None)
    return (*shown, *keys, info.owner)


def print_cells(row: Row, info: WorkbookInfo) -> tuple[Cell, ...]:
    """Return a row of the sheet Print, in the order of `layout.PRINT`."""
    return (
        client_cell(row, info),
        call_cell(row),
        why_cell(row, info),
        text(row["next_step"]),
        due_cell(row, info),
        "☐",
    )


def client_cell(row: Row, info: WorkbookInfo) -> Rich | None:
    """Who it is: name; age, birth date, id and diagnosis group; program and therapist."""
    return lines(
        [("strong", row["client_name"]), ("strong", "  [PART 2]" if row["part2_notice"] else None)],
        [("small", listed(birth_text(row), row["client_id"], row["diagnosis_group"]))],
        [("small", listed(row["program_name"], row["therapist_name"]))],
        [("strong", cover_line(row, info.as_of.year))],
    )


def call_cell(row: Row) -> Rich | None:
    """The person and number to call, numbers found wrong, what may be left, and the language."""
    struck = (row["struck_phones"] or "").split(";")
    number = phone_text(row["phone"])
    second = phone_text(row["phone_2"])
    is_guardian = row["contact_person"] == "guardian"
    note = row["contact_note"]
    return lines(
        *([("struck", phone_text(digits))] for digits in struck),
        [("strong", number or ("No phone on record" if not note else None))],
        [("strong", note or ("Call the guardian" if is_guardian else None))],
        [("small", f"{row['phone_2_label']}: {second}" if number and second else None)],
        [("small", _permissions(row) if number else None)],
        [("small", language_text(row))],
    )


def why_cell(row: Row, info: WorkbookInfo) -> Rich | None:
    """Why today: the task's reason, the client's other tasks, two more reasons, standing facts."""
    others = row["other_tasks"]
    safety, standing = flags(row, info)
    shown = [*safety, *standing]
    reasons = [row["why_now_2"], row["why_now_3"]]
    more = listed(*(each for each in reasons if each and not _is_shown(each, shown)), *standing)
    facts: list[Part] = [("safety", " · ".join(safety))]
    if safety and more:
        facts.append(("small", " · "))
    facts.append(("small", more))
    return lines(
        [("plain", row["why_now_1"])],
        [("plain", f"Also open: {others}" if others else None)],
        facts,
    )


def flags(row: Row, info: WorkbookInfo) -> tuple[list[str], list[str]]:
    """Return the standing facts of a client as texts: those of safety, and the others."""
    year = info.as_of.year
    level, item_9 = row["cssrs_level"], row["phq9_item9"] or 0
    housing = row["housing_status"] or ""
    level_text = f"C-SSRS {level}{_dated(row['cssrs_date'], year)}" if level in _RISK_LEVELS else ""
    item_text = f"PHQ-9 item 9 = {item_9}" if item_9 else ""
    is_level_red, is_item_red = row["is_cssrs_current"], row["is_item_9_current"]
    safety = [level_text if is_level_red else "", item_text if is_item_red else ""]
    if any(safety) and row["safety_plan_on_file"] is False:
        safety.append("NO SAFETY PLAN")
    reasons = listed(row["why_now_1"], row["why_now_2"], row["why_now_3"]).lower()
    standing = [
        "" if is_level_red else level_text,
        "" if is_item_red else item_text,
        ""
        if "serious mental illness" in reasons or not row["has_serious_mental_illness"]
        else "SMI",
        "" if "housing" in reasons or "homeless" in reasons else _HOUSING.get(housing, ""),
        _phq9(row, year),
        f"barrier: {listed_words(row['barriers'].split(';'))}" if row["barriers"] else "",
        "beyond today's hours" if row["is_spillover"] else "",
    ]
    return [each for each in safety if each], [each for each in standing if each]


def due_cell(row: Row, info: WorkbookInfo) -> Styled | None:
    """When it is due: a date that sorts, with its lateness in words as its number format."""
    due = row["due_at"]
    if due is None:
        return None
    now = info.as_of.replace(tzinfo=None)
    end_of_day = due.hour == 23 and due.minute == 59
    clock = "" if end_of_day else " hh:mm"
    if due < now:
        hours = (now - due).total_seconds() / 3600
        if hours < _MOST_HOURS:
            day = "ddd" if end_of_day else "ddd hh:mm"
        else:
            day = "ddd d mmm" if hours <= _MOST_DAYS * _DAY_HOURS else "mmm yyyy"
        tone = "RED" if row["worklist_group"] in RED_GROUPS else ""
        return Styled(due, tone, f'{day}", {late_text(hours)} late"')
    if due.date() <= list_day(info.as_of).date():
        is_amber = row["worklist_group"] in AMBER_GROUPS
        return Styled(due, "AMBER" if is_amber else "", f'"Today"{clock or " d mmm"}')
    year = " yyyy" if due.year != now.year else ""
    return Styled(due, "", f"ddd d mmm{year}{clock}")


def late_text(hours: float) -> str:
    """`14 h`, `9 days`, `5 months`: how long past due."""
    if hours < _MOST_HOURS:
        return f"{int(hours)} h"
    days = int(hours // _DAY_HOURS)
    if days <= _MOST_DAYS:
        return f"{days} days"
    months = int(days / _MONTH_DAYS)
    return f"{months} months" if months <= _MOST_MONTHS else "over 2 years"


def last_contact_cell(row: Row, info: WorkbookInfo) -> Rich | None:
    """The last contact or attempt: when and how, its outcome, who made it, and the tries so far."""
    at: datetime | None = row["last_contact_at"]
    year = info.as_of.year
    tries = row["tries_14d"] or 0
    counted = f"{tries} of {TRIES} tries" if tries <= TRIES else f"{tries} tries"
    if at is None:
        return lines([("small", "No contact on record")])
    staff = row["last_contact_staff_name"]
    by = "you" if staff == info.owner_name else staff
    return lines(
        [("plain", time_text(at, year) if at.year == year else date_text(at, year))],
        [("plain", listed_words((row["last_contact_channel"], row["last_contact_outcome"])))],
        [("small", listed(f"by {by}" if by else None, counted if tries else None))],
    )


def _permissions(row: Row) -> str:
    voicemail = {True: "Voicemail OK", False: "No voicemail", None: "Ask about voicemail"}
    message = {True: "text OK", False: "no text", None: "ask about text"}
    return f"{voicemail[row['ok_to_leave_message']]} · {message[row['ok_to_text']]}"


def _phq9(row: Row, year: int) -> str:
    if row["phq9_latest"] is None:
        return ""
    first, latest = row["phq9_first"], row["phq9_latest"]
    scores = f"{latest}" if first in (None, latest) else f"{first} → {latest}"
    return f"PHQ-9 {scores}{_dated(row['phq9_latest_date'], year)}"


def _is_shown(reason: str, flags_shown: list[str]) -> bool:
    """Whether a flag says the same as a reason: `PHQ-9 16 on 2026-05-29`, `PHQ-9 13 → 16`."""
    instrument, _, rest = reason.partition(" ")
    return instrument in _INSTRUMENTS and any(
        each.startswith(instrument) and rest.split(" ")[0] in each for each in flags_shown
    )


def _dated(day: date | None, year: int) -> str:
    return "" if day is None else f" ({day_text(day, year)})"
