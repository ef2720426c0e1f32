"""Cell texts of the sheet Changes: who came to the list, who left it and why, whose tier changed."""

from __future__ import annotations

from publishing.cell_text import Cell, lines
from publishing.cells import safe_cell
from publishing.dates import day_text
from publishing.layout import TIERS
from publishing.wording import PAUSES, Row, WorkbookInfo, words

# Pauses, and ends of tasks in words; others are shown as they are.
_LEFT = {
    **PAUSES,
    "agency_discharge": "discharged from the agency",
    "consult": "the psychiatric consult took place",
    "died": "died",
    "event_cancelled": "the event was cancelled",
    "expired": "the time limit passed",
    "kept_visit": "came to a visit",
    "new_discharge": "a later discharge has its own follow-up",
    "next_step": "the next step was taken",
    "passed_to_lane_2": "the 24-hour call passed its limit",
    "passed_to_lane_6": "7 days passed without a visit",
    "reached": "reached",
    "referral_closed": "the referral was closed",
    "renewed": "renewed",
    "rescheduled": "the appointment was rescheduled",
    "reviewed": "the answer was reviewed",
    "score": "a new score",
    "score_outdated": "the score is too old to decide",
    "signed": "signed",
    "status_changed": "the referral has a new status",
    "treatment_change": "the treatment was changed",
    "treatment_ended": "the treatment ended",
}


def change_cells(row: Row, info: WorkbookInfo) -> tuple[Cell, ...]:
    """Return a row for a client who came or left, in the order of `layout.CHANGES`."""
    if row["change"] == "came":
        return (_client(row), "Came to the list", safe_cell(row["lane_name"] or ""))
    why = _left_text(row, info)
    return (_client(row), "Left the list", safe_cell(f"{row['lane_name'] or ''}: {why}"))


def _left_text(row: Row, info: WorkbookInfo) -> str:
    reason, until = row["left_reason"], row["snoozed_until_date"]
    if reason == "snoozed":
        return f"rests until {day_text(until, info.as_of.year)}"
    return _LEFT.get(reason, words(reason))


def tier_cells(row: Row) -> tuple[Cell, ...] | None:
    """Return a row for a client whose tier is another one than 30 days before; else None."""
    tier, previous = row["tier"], row["previous_tier"]
    if tier not in TIERS or previous not in TIERS or tier == previous:
        return None
    direction = "up" if TIERS.index(tier) > TIERS.index(previous) else "down"
    return (_client(row), f"Tier {direction}", f"{tier}; {previous} 30 days ago")


def _client(row: Row) -> Cell:
    return lines([("strong", row["client_name"]), ("small", f" · {row['client_id']}")])
