"""Selects what the monthly board report says: indicators, changes, equity, capacity, caveats.

Every sentence is made by a rule from the numbers (docs/rules/reports.md#board-report), so that the
test can compare sentences with numbers. board_page.py writes the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from figures.intervals import difference
from figures.p_chart import Point, p_chart
from figures.process_control import Chart, assurance, variation
from figures.released import MONTH, MONTHS, YEAR, Definition, Figures, RateRow, last_day
from figures.words import (
    BREAKDOWNS,
    group_words,
    is_group,
    percent,
    period_words,
    points,
    sender_words,
    span_words,
)
from publishing.dates import time_text

INDICATORS = (
    "contact_24h", "followup_7d_kept", "no_show_rate", "phq9_response", "iserv", "fuh_7", "fum_7",
    "note_signed_72h", "plan_current", "followup_7d_scheduled",
)  # fmt: skip
SHOWN_INDICATORS = 6
SHOWN_CHANGES = 3
SHOWN_GAPS = 4
LEVEL = 0.99
_LEAST_EVENTS = 30
_COMPARED_MONTHS = 3
_CHART_MONTHS, _LONG_CHART_MONTHS = 13, 25
_CURRENT_DAYS = 366  # a change whose latest period ended earlier is no news
_RULES = ("outside limits", "shift", "trend", "near limit")
_SMALL_CELLS = range(1, 11)


@dataclass(frozen=True)
class Indicator:
    """A rate of the first page.

    Attributes:
        definition: the measure.
        latest: the latest published period.
        chart: all periods by the end of the month.
        charted: the rows of the chart's points that the page shows, the last ones.
    """

    definition: Definition
    latest: RateRow
    chart: Chart[Point]
    charted: tuple[RateRow, ...]

    @property
    def rate(self) -> float:
        """The latest rate, 0 to 1."""
        numerator, denominator = self.latest.counts
        return numerator / denominator

    @property
    def variation(self) -> str:
        """What the process control chart says about the latest period."""
        return variation(self.chart, higher_is_better=self.definition.higher_is_better)

    @property
    def meets_target(self) -> bool | None:
        """Whether the latest rate meets the target; None without a target."""
        target = self.definition.target_rate
        if target is None:
            return None
        good = self.rate - float(target)
        return good >= 0 if self.definition.higher_is_better else good <= 0

    @property
    def target_text(self) -> str:
        """`target 65.0%: missed; misses the target reliably`, or `no target`."""
        target = self.definition.target_rate
        if target is None:
            return "no target"
        met = "met" if self.meets_target else "missed"
        sure = assurance(
            self.chart, float(target), higher_is_better=self.definition.higher_is_better
        )
        return f"target {percent(target)}: {met}" + (f"; {sure}" if sure else "")

    @property
    def national_text(self) -> str:
        """`national 36.6% (Medicaid HMO, MY2022)`, or `no national figure`."""
        rate = self.definition.national_rate
        if rate is None:
            return "no national figure"
        return f"national {percent(rate)} ({self.definition.national_label})"


@dataclass(frozen=True)
class Change:
    """A measure that is better or worse by more than chance."""

    definition: Definition
    is_better: bool
    sentence: str
    strength: tuple[int, float]


@dataclass(frozen=True)
class Board:
    """What the report says. Sequences are in the order of the page."""

    month: date
    release_id: str
    as_of_text: str
    indicators: tuple[Indicator, ...]
    better: tuple[Change, ...]
    worse: tuple[Change, ...]
    headline: str
    equity: tuple[str, ...]
    capacity: str
    caveats: tuple[str, ...]


def board(figures: Figures, month: date, release_id: str) -> Board:
    """Build the report of a month.

    Args:
        figures: the released aggregates.
        month: any day of the month.
        release_id: the release, which the page names.
    """
    end = last_day(month)
    found = [_indicator(figures, measure_id, end) for measure_id in INDICATORS]
    indicators = [indicator for indicator in found if indicator][:SHOWN_INDICATORS]
    changes = _changes(figures, end)
    better = [change for change in changes if change.is_better]
    worse = [change for change in changes if not change.is_better]
    return Board(
        month.replace(day=1),
        release_id,
        time_text(figures.as_of, None),
        tuple(indicators),
        tuple(better[:SHOWN_CHANGES]),
        tuple(worse[:SHOWN_CHANGES]),
        _headline(month, indicators, len(better), len(worse)),
        tuple(_equity(figures, indicators, end)),
        _capacity(figures),
        tuple(_caveats(figures, indicators, end)),
    )


def _rows(figures: Figures, measure_id: str, end: date) -> list[RateRow]:
    """Periods of a measure with a rate by a day: all shorter than a year, or else all years."""
    totals = figures.totals(measure_id, figures.basis_of(measure_id))
    rows = [row for row in totals if row.has_rate and row.period_end <= end]
    shorter = [row for row in rows if row.period_type != YEAR]
    return shorter if len(shorter) > 1 else rows


def _indicator(figures: Figures, measure_id: str, end: date) -> Indicator | None:
    definition = figures.definitions.get(measure_id)
    rows = _rows(figures, measure_id, end)
    if definition is None or not rows:
        return None
    months = _CHART_MONTHS if all(row.period_type == MONTH for row in rows) else _LONG_CHART_MONTHS
    first = _months_before(rows[-1].period_end, months - 1)
    charted = tuple(row for row in rows if row.period_start >= first)
    return Indicator(definition, rows[-1], _chart(figures, measure_id, rows), charted)


def _chart(figures: Figures, measure_id: str, rows: Sequence[RateRow]) -> Chart[Point]:
    rebase = figures.rebase_points.get(measure_id, {})
    return p_chart([Point(row.period_start, *row.counts) for row in rows], rebase)


def _months_before(day: date, months: int) -> date:
    """Return the first day of the month that is a number of months before the day's month."""
    number = day.year * 12 + day.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)


def _changes(figures: Figures, end: date) -> list[Change]:
    """Measures that changed by more than chance, the strongest first."""
    found = []
    for measure_id, definition in figures.definitions.items():
        rows = _rows(figures, measure_id, end)
        if not rows or (end - rows[-1].period_end).days > _CURRENT_DAYS:
            continue
        change = _signal(definition, rows, _chart(figures, measure_id, rows)) or _difference(
            definition, rows
        )
        if change is not None:
            found.append(change)
    return sorted(found, key=lambda change: (change.strength, change.definition.measure_id))


def _signal(definition: Definition, rows: Sequence[RateRow], chart: Chart[Point]) -> Change | None:
    if not chart.latest_signals:
        return None
    signal = chart.latest_signals[0]
    last = chart.points[-1]
    if last.mean is None:
        return None
    sentence = (
        f"{definition.title}: {percent(last.point.value)} in {period_words(rows[-1])},"
        f" baseline mean {percent(last.mean)}; {signal.name}."
    )
    strength = (_RULES.index(signal.rule), -abs(last.point.value - last.mean))
    return Change(definition, signal.is_high == definition.higher_is_better, sentence, strength)


def _difference(definition: Definition, rows: Sequence[RateRow]) -> Change | None:
    """Compare the latest period, or three months, with the one before."""
    length = _COMPARED_MONTHS if rows[-1].period_type == MONTH else 1
    recent = list(rows[-2 * length :])
    is_mixed = len({_kind(row) for row in recent}) > 1
    if len(recent) < 2 * length or is_mixed or not _adjoin(recent):
        return None
    before, after = recent[:length], recent[length:]
    old, new = _sum(before), _sum(after)
    low, high = difference(new, old, LEVEL)
    if low <= 0 <= high or min(old[1], new[1]) < _LEAST_EVENTS:
        return None
    gap = new[0] / new[1] - old[0] / old[1]
    sentence = (
        f"{definition.title}: {percent(new[0] / new[1])} in {_span(after)},"
        f" {percent(old[0] / old[1])} in {_span(before)}: {points(gap)}"
        f" {'higher' if gap > 0 else 'lower'}."
    )
    strength = (len(_RULES), -abs(gap) / max(high - low, 1e-9))
    return Change(definition, (gap > 0) == definition.higher_is_better, sentence, strength)


def _kind(row: RateRow) -> str:
    """`month`, `year`, or `months`: quarters and joined months are compared with each other."""
    return row.period_type if row.period_type in (MONTH, YEAR) else MONTHS


def _adjoin(rows: Sequence[RateRow]) -> bool:
    return all(
        later.period_start == earlier.period_end + timedelta(days=1)
        for earlier, later in pairwise(rows)
    )


def _sum(rows: Sequence[RateRow]) -> tuple[int, int]:
    counts = [row.counts for row in rows]
    return sum(numerator for numerator, _ in counts), sum(denominator for _, denominator in counts)


def _span(rows: Sequence[RateRow]) -> str:
    kind = rows[0].period_type if len(rows) == 1 else MONTHS
    return span_words(kind, rows[0].period_start, rows[-1].period_end)


def _headline(month: date, indicators: Sequence[Indicator], better: int, worse: int) -> str:
    with_target = [one for one in indicators if one.meets_target is not None]
    met = sum(bool(one.meets_target) for one in with_target)
    if not with_target:
        targets = "no indicator has a published rate and a target"
    else:
        verb = "meets" if met == 1 else "meet"
        count = met or "none"
        targets = f"{count} of {len(with_target)} indicators {verb} the target"
    if not better and not worse:
        return f"{month:%B %Y}: {targets}, and no measure changed by more than chance."
    changed = [
        f"{count} {'measure is' if count == 1 else 'measures are'} {word}"
        for count, word in ((better, "better"), (worse, "worse"))
        if count
    ]
    return f"{month:%B %Y}: {targets}; {' and '.join(changed)} than before."


def _equity(figures: Figures, indicators: Sequence[Indicator], end: date) -> list[str]:
    """Compare groups of the last complete year with all other clients."""
    gaps: list[tuple[float, str]] = []
    compared, too_few, years = 0, 0, set()
    for indicator in indicators:
        row = indicator.latest
        year = end.year if end == date(end.year, 12, 31) else end.year - 1
        rows = figures.year_rows(row.measure_id, row.basis, year)
        total = next((r for r in rows if r.is_total and r.has_rate), None)
        if total is None:
            continue
        years.add(year)
        for group in (r for r in rows if is_group(r.stratum_name, r.stratum_value)):
            rest = _rest(total, group)
            if rest is None:
                too_few += 1
                continue
            compared += 1
            low, high = difference(group.counts, rest, LEVEL)
            if low > 0 or high < 0:
                gaps.append(_gap(indicator.definition, group, rest, high - low))
    if not years:
        return [
            "No indicator has a published total of a complete year, so groups are not compared."
        ]
    (year,) = years
    count = f"{len(gaps)} {'differs' if len(gaps) == 1 else 'differ'}" if gaps else "none differs"
    summary = (
        f"{year}: of {compared} groups of the indicators that could be compared with all other"
        f" clients, {count} by more than chance (99% interval);"
        f" {too_few} {'is' if too_few == 1 else 'are'} too few to say."
    )
    return [summary, *(sentence for _, sentence in sorted(gaps)[:SHOWN_GAPS])]


def _rest(total: RateRow, group: RateRow) -> tuple[int, int] | None:
    """Return the counts of all other clients; None where a group is hidden or too small."""
    if not group.has_rate:
        return None
    numerator, denominator = total.counts
    rest = (numerator - group.counts[0], denominator - group.counts[1])
    if min(rest[1], group.counts[1]) < _LEAST_EVENTS:
        return None
    if rest[0] in _SMALL_CELLS or rest[1] - rest[0] in _SMALL_CELLS or rest[0] < 0:
        return None
    return rest


def _gap(
    definition: Definition, group: RateRow, rest: tuple[int, int], width: float
) -> tuple[float, str]:
    rate, other = group.counts[0] / group.counts[1], rest[0] / rest[1]
    sentence = (
        f"{definition.title}, {BREAKDOWNS[group.stratum_name].lower()}"
        f" {group_words(group.stratum_name, group.stratum_value)}: {percent(rate)} of"
        f" {group.counts[1]:,}, all other clients {percent(other)} of {rest[1]:,}:"
        f" {points(rate - other)} {'higher' if rate > other else 'lower'}."
    )
    return -abs(rate - other) / width, sentence


def _capacity(figures: Figures) -> str:
    capacity, clients = figures.capacity, figures.listable_clients
    room = capacity.care_managers * capacity.clients_per_care_manager
    limit = (
        f"{capacity.care_managers:,} care managers with clients have room for {room:,} at"
        f" {capacity.clients_per_care_manager} each"
    )
    if not clients.is_shown or not room or clients.value is None:
        return f"Clients who can be on a list: {clients.text}. {limit}."
    used = percent(clients.value / room)
    return f"{clients.value:,} clients can be on a list; {limit}: {used} of capacity."


def _caveats(figures: Figures, indicators: Sequence[Indicator], end: date) -> list[str]:
    caveats = []
    if end > figures.complete_through:
        caveats.append(
            f"{end:%B %Y} was not over when the data were read ({time_text(figures.as_of, None)}):"
            " its figures are not in this report."
        )
    late = [feed for feed in figures.feeds if feed.is_stale and feed.last_received_at]
    caveats += [
        f"Late: {sender_words(feed.source)}, last received"
        f" {time_text(feed.last_received_at.astimezone(figures.as_of.tzinfo), None)}; recent events may"
        " be missing."
        for feed in late
        if feed.last_received_at
    ]
    if not late:
        caveats.append("No feed was late.")
    earlier = [
        f"{one.definition.title} ({period_words(one.latest)})"
        for one in indicators
        if one.latest.period_end < end
    ]
    if earlier:
        caveats.append(
            "A period is published once its events are complete and large enough. Latest published:"
            f" {'; '.join(earlier)}."
        )
    absent = [
        figures.definitions[name].title
        for name in INDICATORS[:SHOWN_INDICATORS]
        if name in figures.definitions
        and name not in {one.definition.measure_id for one in indicators}
    ]
    if absent:
        caveats.append(f"Without a published rate: {'; '.join(absent)}.")
    caveats.append(
        "Shareable edition: no count of 1 to 10 is shown or can be calculated. Rates follow the"
        " measures as public sources describe them and are not certified."
    )
    return caveats
