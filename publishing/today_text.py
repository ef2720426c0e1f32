"""Cell texts of the sheets Today and Print: one row per listed client."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime

from publishing.cell_text import Cell, Part, Rich, Styled, lines, listed, within
from publishing.dates import date_text, day_text, time_text
from publishing.layout import (
    AMBER_GROUPS,
    MOST_LINES,
    PRINT,
    TODAY,
    TRIES,
    UNASSIGNED,
    list_day,
)
from publishing.text_width import line_count
from publishing.wording import (
    Row,
    WorkbookInfo,
    birth_text,
    cover_line,
    language_text,
    listed_words,
    phone_text,
    text,
    words,
)

_DAY_HOURS = 24
# Lateness is part of the number format. Excel allows about 200 formats in a workbook: days are
# counted up to here, then months, and all that is older is one format.
_MOST_HOURS, _MOST_DAYS = 48, 60
_INSTRUMENTS = ("PHQ-9", "C-SSRS")
_PHQ9_DAYS = 365  # an older score is on My caseload only
_RISK_LEVELS = ("moderate", "high")
_HOUSING = {"homeless": "homeless", "unstable": "housing unstable"}
# Reasons of seed risk_weight that a flag says in fewer words.
SAID_BY_FLAG = {
    "Serious mental illness": "SMI",
    "Serious mental illness with substance use disorder": "SMI with SUD",
    "Homeless": "homeless",
    "Unstable housing": "housing unstable",
    "Safety plan needed and not on file": "NO SAFETY PLAN",
}
# A client's other open tasks, on the sheet where space is short.
TASK_WORDS = {
    "authorization_end": "authorization",
    "cadence_gap": "visit gap",
    "case_review": "case review",
    "chart_review": "chart review",
    "consent_end": "consent",
    "coverage_end": "insurance coverage",
    "crisis_contact": "crisis contact",
    "cssrs_high": "C-SSRS to review",
    "discharge_crisis": "24-hour call",
    "discharge_emergency": "24-hour call",
    "discharge_inpatient": "24-hour call",
    "discharge_observation": "24-hour call",
    "measure_first": "PHQ-9 due",
    "missed_injection": "missed injection",
    "missed_medical": "missed medical visit",
    "missed_moud": "missed medication visit",
    "missed_psychiatry": "missed psychiatry",
    "missed_therapy": "missed therapy",
    "note_unsigned": "unsigned note",
    "overdose": "overdose",
    "phq9_item9": "PHQ-9 item 9 to review",
    "plan_review": "plan review",
    "referral_barrier": "referral",
    "referral_stalled": "referral",
    "relapse_plan": "relapse plan",
    "self_harm": "self-harm",
    "transition": "7-day visit",
    "transition_late": "visit after discharge",
    "went_quiet": "went quiet",
    "worse": "PHQ-9 worse",
}
_WIDTHS = {column.title: column.width for column in TODAY}
_PRINT_WIDTHS = {column.title: column.width for column in PRINT}


def today_cells(row: Row, info: WorkbookInfo) -> tuple[Cell, ...]:
    """Return a row of the sheet Today, in the order of `layout.TODAY`; entry cells are empty."""
    entries = (None,) * sum(column.is_entry for column in TODAY)
    shown = (
        row["worklist_group"],
        client_cell(row, info, _WIDTHS["Client"]),
        call_cell(row, _WIDTHS["Call"]),
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
        own = shown[: len(UNASSIGNED) - len(keys) - 5]  # nothing to pass
        return (*own, lines(*suggested), None, None, decided_on, *keys, None)
    return (*shown, *keys, info.owner)


def print_cells(row: Row, info: WorkbookInfo) -> tuple[Cell, ...]:
    """Return a row of the sheet Print, in the order of `layout.PRINT`."""
    return (
        client_cell(row, info, _PRINT_WIDTHS["Client"]),
        call_cell(row, _PRINT_WIDTHS["Call"]),
        print_why_cell(row, info),
        text(row["next_step"]),
        due_cell(row, info),
        "☐",
    )


def client_cell(row: Row, info: WorkbookInfo, width: float) -> Rich | None:
    """Who it is: name and id; age, birth date and diagnosis group; program and therapist."""

    def cell(therapist: str | None) -> Rich | None:
        return within(
            MOST_LINES,
            width,
            [
                ("strong", row["client_name"]),
                ("strong", "  [PART 2]" if row["part2_notice"] else None),
                ("small", f" · {row['client_id']}"),
            ],
            [("small", listed(birth_text(row), row["diagnosis_group"]))],
            [("small", listed(row["program_name"], therapist))],
            [("strong", cover_line(row, info.as_of.year))],
        )

    named = cell(row["therapist_name"])
    if named is None or line_count(named.plain, width) <= MOST_LINES:
        return named
    return cell(_with_initial(row["therapist_name"]))


def _with_initial(name: str | None) -> str | None:
    """`T. Reedmace`: a staff member's name where space is short."""
    first, _, last = (name or "").partition(" ")
    return f"{first[0]}. {last}" if first and last else name


def call_cell(row: Row, width: float) -> Rich | None:
    """The person and number to call, numbers found wrong, what may be left, and the language."""
    struck = [each for each in (row["struck_phones"] or "").split(";") if each]
    number = phone_text(row["phone"])
    second = phone_text(row["phone_2"])
    is_guardian = row["contact_person"] == "guardian"
    note, wrong = _without_wrong_number(row["contact_note"], is_struck=bool(struck))
    return within(
        MOST_LINES,
        width,
        *([("struck", phone_text(each)), ("small", wrong)] for each in struck),
        [("strong", number or ("No phone on record" if not note else None))],
        [("strong", note or ("Call the guardian" if is_guardian else None))],
        [("small", f"{row['phone_2_label']}: {second}" if number and second else None)],
        [("small", listed(_permissions(row) if number else None, language_text(row)))],
        kept=len(struck) + 1,
    )


def why_cell(row: Row, info: WorkbookInfo) -> Rich | None:
    """Why today: the task's reason, standing facts, other tasks by name, as many reasons as fit."""
    reasons = _further_reasons(row, info)
    also = _task_names(row["other_task_types"])
    for count in range(len(reasons), 0, -1):
        cell = _why(row, info, reasons[:count], also)
        if cell is None or line_count(cell.plain, _WIDTHS["Why today"]) <= MOST_LINES:
            return cell
    return _why(row, info, [], also)


def print_why_cell(row: Row, info: WorkbookInfo) -> Rich | None:
    """Why today on the printed page: all reasons, and the reasons of the other tasks."""
    return _why(row, info, _further_reasons(row, info), row["other_tasks"])


def _why(row: Row, info: WorkbookInfo, reasons: list[str], also: str | None) -> Rich | None:
    safety, standing = flags(row, info)
    more = listed(*reasons, *standing, f"also: {also}" if also else None)
    facts: list[Part] = [("safety", " · ".join(safety))]
    if safety and more:
        facts.append(("small", " · "))
    facts.append(("small", more[:1].upper() + more[1:] if not safety else more))
    return lines([("plain", row["why_now_1"])], facts)


def _further_reasons(row: Row, info: WorkbookInfo) -> list[str]:
    """The reasons that neither a flag nor another fact of the row says."""
    safety, standing = flags(row, info)
    shown = [*safety, *standing]
    reasons = [each for each in (row["why_now_2"], row["why_now_3"]) if each]
    return [each for each in reasons if not _is_shown(each, shown)]


def _task_names(task_types: str | None) -> str | None:
    """`chart review, 2 unsigned notes`: tasks of a type once, with their number."""
    counts = Counter(TASK_WORDS.get(each, words(each)) for each in (task_types or "").split(";"))
    return (
        ", ".join(
            name if count == 1 else f"{name} ({count})" for name, count in counts.items() if name
        )
        or None
    )


def _without_wrong_number(note: str | None, *, is_struck: bool) -> tuple[str | None, str]:
    """A note without the number that the cell shows struck out, and the words beside that number."""
    texts = (note or "").split("; ")
    wrong = next((each for each in texts if each.startswith("WRONG NUMBER")), None)
    if not is_struck or wrong is None:
        return note, ""
    rest = "; ".join(each for each in texts if each != wrong)
    return rest or None, f" wrong ({wrong.rpartition(', ')[2]})"


def flags(row: Row, info: WorkbookInfo) -> tuple[list[str], list[str]]:
    """Return the standing facts of a client as texts: those of safety, and the others."""
    year = info.as_of.year
    level, item_9 = row["cssrs_level"], row["phq9_item9"] or 0
    level_text = f"C-SSRS {level}{_dated(row['cssrs_date'], year)}" if level in _RISK_LEVELS else ""
    item_text = f"PHQ-9 item 9 = {item_9}" if item_9 else ""
    is_level_red, is_item_red = row["is_cssrs_current"], row["is_item_9_current"]
    safety = [level_text if is_level_red else "", item_text if is_item_red else ""]
    if any(safety) and row["safety_plan_on_file"] is False:
        safety.append("NO SAFETY PLAN")
    reasons = {SAID_BY_FLAG.get(row[name] or "", "") for name in ("why_now_2", "why_now_3")}
    illness = "SMI with SUD" if "SMI with SUD" in reasons else "SMI"
    named = (row["why_now_1"] or "").partition(" Barrier: ")[2].rstrip(".")
    barriers = [each for each in (row["barriers"] or "").split(";") if words(each) != named]
    standing = [
        "" if is_level_red else level_text,
        "" if is_item_red else item_text,
        illness if row["has_serious_mental_illness"] else "",
        _HOUSING.get(row["housing_status"] or "", ""),
        _phq9(row, info),
        f"barrier: {listed_words(barriers)}" if any(barriers) else "",
        "beyond today's hours" if row["is_spillover"] else "",
    ]
    return [each for each in safety if each], [each for each in standing if each]


def due_cell(row: Row, info: WorkbookInfo) -> Styled | None:
    """When it is due: a date that sorts, with its lateness in words as its number format.

    A date wider than its column is shown as ###, so the formats are short.
    """
    due = row["due_at"]
    if due is None:
        return None
    now = info.as_of.replace(tzinfo=None)
    tone = "RED" if row["is_red"] else ""
    end_of_day = due.hour == 23 and due.minute == 59
    clock = "" if end_of_day else " hh:mm"
    if due < now:
        hours = (now - due).total_seconds() / 3600
        is_old = hours > _MOST_DAYS * _DAY_HOURS
        day = "ddd" if hours < _MOST_HOURS else "mmm yyyy" if is_old else "d mmm"
        late = "late" if is_old else f"{late_text(hours)} late"
        return Styled(due, tone, f'{day}", {late}"')
    if due.date() <= list_day(info.as_of).date():
        if not tone and row["worklist_group"] in AMBER_GROUPS:
            tone = "AMBER"
        return Styled(due, tone, f'"Today"{clock or " d mmm"}')
    if tone:
        return Styled(due, tone, 'd mmm", visit late"')
    return Styled(due, "", "d mmm yyyy" if due.year != now.year else f"ddd d mmm{clock}")


def late_text(hours: float) -> str:
    """`14 h`, `9 d`: how long past due."""
    return f"{int(hours)} h" if hours < _MOST_HOURS else f"{int(hours // _DAY_HOURS)} d"


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
    return within(
        MOST_LINES,
        _WIDTHS["Last contact"],
        [("plain", time_text(at, year) if at.year == year else date_text(at, year))],
        [("plain", listed_words((row["last_contact_channel"], row["last_contact_outcome"])))],
        [("small", listed(f"by {by}" if by else None, counted if tries else None))],
    )


def _permissions(row: Row) -> str:
    """`Voicemail, text OK`, `No voicemail, text OK`, `Voicemail OK, ask about text`."""
    voicemail, message = row["ok_to_leave_message"], row["ok_to_text"]
    if voicemail and message:
        return "Voicemail, text OK"
    left = {True: "Voicemail OK", False: "No voicemail", None: "Ask about voicemail"}
    sent = {True: "text OK", False: "no text", None: "ask about text"}
    return f"{left[voicemail]}, {sent[message]}"


def _phq9(row: Row, info: WorkbookInfo) -> str:
    """`PHQ-9 24 → 21 (12 Jun)`: the first and the latest score; empty for one of years ago."""
    day = row["phq9_latest_date"]
    if row["phq9_latest"] is None or (info.as_of.date() - day).days > _PHQ9_DAYS:
        return ""
    first, latest = row["phq9_first"], row["phq9_latest"]
    scores = f"{latest}" if first in (None, latest) else f"{first} → {latest}"
    return f"PHQ-9 {scores}{_dated(day, info.as_of.year)}"


def _is_shown(reason: str, flags_shown: list[str]) -> bool:
    """Whether a flag says the same as a reason: `PHQ-9 16 on Fri 29 May` and `PHQ-9 13 → 16`."""
    if reason in SAID_BY_FLAG:
        return any(each.startswith(SAID_BY_FLAG[reason]) for each in flags_shown)
    instrument, _, rest = reason.partition(" ")
    said = rest.removeprefix("worse: ").partition(" on ")[0]
    return instrument in _INSTRUMENTS and any(
        each.startswith(instrument) and said in each for each in flags_shown
    )


def _dated(day: date | None, year: int) -> str:
    return "" if day is None else f" ({day_text(day, year)})"
