"""Cell texts of the sheet Changes: who came to the list, who left it and why, whose tier changed."""

from __future__ import annotations

from publishing.cell_text import Cell, lines
from publishing.cells import safe_cell
from publishing.layout import TIERS
from publishing.wording import Row, words

# Ends of tasks and pauses in words; others are shown as they are.
_LEFT = {
    "admitted": "in hospital: the tasks return at discharge",
    "agency_discharge": "discharged from the agency",
    "event_cancelled": "the event was cancelled",
    "expired": "the time limit passed",
    "incarcerated": "in jail",
    "kept_visit": "came to a visit",
    "passed_to_lane_2": "the 24-hour call passed its limit",
    "passed_to_lane_6": "7 days passed without a visit",
    "reached": "reached",
    "referral_closed": "the referral was closed",
    "reported_deceased": "reported to have died, not confirmed",
    "reported_moved": "reported to have moved away, not confirmed",
    "rescheduled": "the appointment was rescheduled",
    "reviewed": "the answer was reviewed",
    "status_changed": "the referral has a new status",
    "transferred": "back in hospital",
}
_RESTS = "nothing due on the list today"


def change_cells(row: Row) -> tuple[Cell, ...]:
    """Return a row for a client who came or left, in the order of `layout.CHANGES`."""
    if row["change"] == "came":
        return (_client(row), "Came to the list", safe_cell(row["lane_name"] or ""))
    reason = row["left_reason"]
    why = _LEFT.get(reason, words(reason)) if reason else _RESTS
    return (_client(row), "Left the list", safe_cell(f"{row['lane_name'] or ''}: {why}"))


def tier_cells(row: Row) -> tuple[Cell, ...] | None:
    """Return a row for a client whose tier is another one than 30 days before; else None."""
    tier, previous = row["tier"], row["previous_tier"]
    if tier not in TIERS or previous not in TIERS or tier == previous:
        return None
    direction = "up" if TIERS.index(tier) > TIERS.index(previous) else "down"
    return (_client(row), f"Tier {direction}", f"{tier}; {previous} 30 days ago")


def _client(row: Row) -> Cell:
    return lines([("strong", row["client_name"]), ("small", f" · {row['client_id']}")])
