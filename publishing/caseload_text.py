"""Cell texts of the sheets My caseload and Case review: one row per client of the caseload."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from publishing.cell_text import Cell, Rich, Styled, lines, listed
from publishing.cells import safe_cell
from publishing.dates import day_text
from publishing.layout import TIERS, list_day
from publishing.wording import PAUSES, Row, WorkbookInfo, birth_text, cover_line, words

_BARS = "▁▂▃▄▅▆▇█"
_HIGHEST_PHQ9 = 27
_SHOWN_SCORES, _TREND_SCORES = 4, 8
_DAYS_UP_TO, _WEEKS_UP_TO = 14, 9  # older visits are shown in weeks, then in months
_WEEK_DAYS, _MONTH_DAYS, _MOST_MONTHS = 7, 30.44, 24
_HALF = 0.5
_PURPOSES = {"tpo": "treatment, payment and operations"}


@dataclass(frozen=True)
class Score:
    """A complete PHQ-9 total and its date."""

    day: date
    total: int


def caseload_cells(row: Row, info: WorkbookInfo) -> tuple[Cell, ...]:
    """Return a row of the sheet My caseload, in the order of `layout.CASELOAD`."""
    scores = score_series(row["phq9_scores"])
    latest = scores[-_SHOWN_SCORES:]
    return (
        _client(row, info),
        tier_text(row["tier"], row["previous_tier"]),
        _last_seen(row["last_kept_visit_date"], info),
        row["expected_interval_days"],
        row["next_appointment_at"],
        _open_tasks(row, info),
        scores[0].total if scores else None,
        " → ".join(str(score.total) for score in latest) or None,
        trend_text(scores),
        row["weeks_in_treatment"],
        row["safety_plan_date"],
        _ends(row["plan_review_date"], info),
        _ends(row["authorization_end_date"], info),
        _ends(row["coverage_end_date"], info),
        "yes" if row["is_case_review"] else None,
        row["client_id"],
    )


def review_cells(row: Row, info: WorkbookInfo) -> tuple[Cell, ...]:
    """Return a row of the sheet Case review, in the order of `layout.CASE_REVIEW`."""
    scores = score_series(row["phq9_scores"])
    year = info.as_of.year
    first = Score(row["baseline_date"], row["baseline_score"]) if row["baseline_date"] else None
    since = [score for score in scores if first and score.day >= first.day]
    last = since[-1] if since else None
    return (
        _client(row, info),
        f"{first.total} ({day_text(first.day, year)})" if first else None,
        f"{last.total} ({day_text(last.day, year)})" if last else None,
        (last.total - first.total) / first.total if first and last and first.total else None,
        trend_text(since),
        " · ".join(f"{day_text(score.day, year)}: {score.total}" for score in scores) or None,
        row["weeks_in_treatment"],
        _red_from(row["review_red_from_date"], info),
        row["last_consult_date"],
        None,
    )


def client_label(row: Row) -> str:
    """`Mara Abelforth · C000144`: the reader takes the id from the end."""
    return safe_cell(f"{row['client_name']} · {row['client_id']}")


def consent_text(row: Row, info: WorkbookInfo) -> str:
    """`Ana Ruiz · C1: treatment, until 30 Jun 2027 (consent cs1)`: the consent of a row."""
    purpose = _PURPOSES.get(row["consent_purpose"], words(row["consent_purpose"]))
    last = row["consent_last_date"]
    until = f"until {day_text(last, info.as_of.year)}" if last else "without an end date"
    named = (row["consent_id"] or "").replace(";", ", ")
    return f"{row['client_name']} · {row['client_id']}: {purpose}, {until} (consent {named})"


def score_series(text: str | None) -> list[Score]:
    """Scores of the text `2026-01-10 18;2026-04-01 9`, in its order."""
    parts = (each.split(" ") for each in text.split(";")) if text else ()
    return [Score(date.fromisoformat(day), int(total)) for day, total in parts]


def trend_text(scores: list[Score]) -> str | None:
    """`▇▅▃▂ halved`: the last scores as bars from 0 to 27, and the change since the first."""
    if not scores:
        return None
    step = (_HIGHEST_PHQ9 + 1) / len(_BARS)
    bars = "".join(_BARS[int(score.total / step)] for score in scores[-_TREND_SCORES:])
    first, last = scores[0].total, scores[-1].total
    if len(scores) == 1:
        return bars
    if last <= first * _HALF and first:
        word = "halved"
    else:
        word = "better" if last < first else "worse" if last > first else "same"
    return f"{bars} {word}"


def tier_text(tier: str | None, previous: str | None) -> str | None:
    """`high, up from rising`, with the tier of 30 days before where it was another one."""
    if tier not in TIERS or previous not in TIERS or tier == previous:
        return tier
    direction = "up" if TIERS.index(tier) > TIERS.index(previous) else "down"
    return f"{tier}, {direction} from {previous}"


def ago_text(days: int) -> str:
    """`5 days ago`, `6 weeks ago`, `4 months ago`."""
    if days <= _DAYS_UP_TO:
        return "today" if days == 0 else f"{days} day{'' if days == 1 else 's'} ago"
    if days <= _WEEKS_UP_TO * _WEEK_DAYS:
        return f"{days // _WEEK_DAYS} weeks ago"
    months = int(days / _MONTH_DAYS)
    return f"{months} months ago" if months <= _MOST_MONTHS else "over 2 years ago"


def _client(row: Row, info: WorkbookInfo) -> Rich | None:
    return lines(
        [("strong", row["client_name"]), ("strong", "  [PART 2]" if row["part2_notice"] else None)],
        [("small", listed(birth_text(row), row["client_id"], row["diagnosis_group"]))],
        [("small", listed(row["program_name"], row["therapist_name"]))],
        [("strong", cover_line(row, info.as_of.year))],
    )


def _last_seen(day: date | None, info: WorkbookInfo) -> Cell:
    if day is None:
        return "never"
    ago = ago_text((info.as_of.date() - day).days)
    shown = "d mmm" if day.year == info.as_of.year else "mmm yyyy"
    return Styled(day, "", f'{shown}", {ago}"')


def is_off_the_list(row: Row) -> bool:
    """Whether the client has open tasks and none of them is on the list today."""
    return row["list_status"] in ("snoozed", "paused", "old_referral_waits")


def _open_tasks(row: Row, info: WorkbookInfo) -> Cell:
    """The lanes of the open tasks, after until when or why they are not on the list."""
    tasks = (row["open_tasks"] or "").replace(";", ", ")
    return lines([("strong", _rest_text(row, info))], [("plain", tasks)])


def _rest_text(row: Row, info: WorkbookInfo) -> str | None:
    until, reason, status = (
        row["snoozed_until_date"], row["paused_reason"], row["list_status"]
    )  # fmt: skip
    if status == "old_referral_waits":
        return "Waits: the list shows the three oldest referrals"
    rests = f"until {day_text(until, info.as_of.year)}" if until else None
    if status == "on_list":
        return f"Some tasks rest {rests}" if rests else None
    paused = f"Paused: {PAUSES.get(reason, words(reason))}" if reason else None
    return "\n".join(text for text in (f"Rests {rests}" if rests else None, paused) if text) or None


def _red_from(day: date | None, info: WorkbookInfo) -> Cell:
    """The day from which a case review is red; red and in words once it has come."""
    if day is None or day > list_day(info.as_of).date():
        return day
    shown = "d mmm" if day.year == info.as_of.year else "mmm yyyy"
    return Styled(day, "RED", f'{shown}", past"')


def _ends(day: date | None, info: WorkbookInfo) -> Cell:
    """A date; one before the day of the list says so."""
    if day is None or day >= list_day(info.as_of).date():
        return day
    shown = "d mmm" if day.year == info.as_of.year else "mmm yyyy"
    return Styled(day, "", f'{shown}", past"')
