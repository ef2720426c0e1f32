"""Statistical process control of a rate: p-chart with Laney p', run rules, variation and assurance.

Limits come from a frozen baseline, the first 12 points of a phase, and are those of the binomial
distribution, widened by Laney's factor where the baseline varies more than that distribution
explains. A phase with fewer than 12 points has no limits and no signals. A phase begins at the first
point and at each rebase point, which needs a reason. Rules: docs/rules/process-control.md.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from scipy.special import chdtri

BASELINE_POINTS = 12
SHIFT_POINTS = 8
TREND_POINTS = 7
_SIGMAS, _WARNING_SIGMAS = 3.0, 2.0
_OVERDISPERSION_LEVEL = 0.05
_MOVING_RANGE_FACTOR = 1.128  # mean moving range of a standard normal variable (d2 of two points)
_TOLERANCE = 1e-9


@dataclass(frozen=True)
class Point:
    """Counts of a period.

    Attributes:
        start: first day of the period.
        numerator: events with the outcome.
        denominator: events, at least 1.
    """

    start: date
    numerator: int
    denominator: int

    @property
    def rate(self) -> float:
        """The rate, 0 to 1."""
        return self.numerator / self.denominator


@dataclass(frozen=True)
class Signal:
    """A rule that fires at a point.

    Attributes:
        rule: `outside limits`, `shift`, `trend` or `near limit`.
        is_high: True if the points are above the mean (trend: rising).
        points: number of points that the rule counts.
    """

    rule: str
    is_high: bool
    points: int

    @property
    def name(self) -> str:
        """The rule in words, such as `shift: 8 points above the mean`."""
        side = "above" if self.is_high else "below"
        return {
            "outside limits": f"{side} the {'upper' if self.is_high else 'lower'} limit",
            "shift": f"shift: {self.points} points {side} the mean",
            "trend": f"trend: {self.points} points {'rising' if self.is_high else 'falling'}",
            "near limit": f"near the limit: 2 of 3 points far {side} the mean",
        }[self.rule]


@dataclass(frozen=True)
class ChartPoint:
    """A point with its limits and signals; mean and limits are None below 12 points.

    Attributes:
        point: the counts.
        mean: pooled rate of the baseline.
        lower: lower limit, at least 0.
        upper: upper limit, at most 1.
        signals: the rules that fire here, strongest first.
        rebase_reason: why a phase begins here; None elsewhere.
    """

    point: Point
    mean: float | None = None
    lower: float | None = None
    upper: float | None = None
    signals: tuple[Signal, ...] = ()
    rebase_reason: str | None = None


@dataclass(frozen=True)
class Chart:
    """A p-chart.

    Attributes:
        points: in order of time.
        is_overdispersed: True if Laney's factor widens the limits of the last phase.
    """

    points: tuple[ChartPoint, ...]
    is_overdispersed: bool = False

    @property
    def has_limits(self) -> bool:
        """True if the last phase has limits."""
        return bool(self.points) and self.points[-1].mean is not None

    @property
    def latest_signals(self) -> tuple[Signal, ...]:
        """The rules that fire at the last point."""
        return self.points[-1].signals if self.points else ()


def p_chart(points: Sequence[Point], rebase: Mapping[date, str] | None = None) -> Chart:
    """Build a p-chart.

    Args:
        points: periods in order of time; periods without a shown rate are left out.
        rebase: first day of a period at which a phase begins, and the reason.

    Returns:
        The chart; a later point never changes the limits of an earlier one.

    Raises:
        ValueError: the points are not in order, a count is impossible, or a reason is empty.
    """
    reasons = dict(rebase or {})
    _check(points, reasons)
    charted: list[ChartPoint] = []
    is_overdispersed = False
    for phase in _phases(points, reasons):
        found, is_overdispersed = _phase_points(phase, reasons.get(phase[0].start))
        charted += found
    return Chart(tuple(charted), is_overdispersed)


def variation(chart: Chart, *, higher_is_better: bool) -> str:
    """Say whether the latest point is an improvement, a concern, or common-cause variation.

    Returns:
        `improvement: …` or `concern: …` with the rule, `no change beyond chance`, or why there is
        no statement.
    """
    if not chart.has_limits:
        count = _points_of_last_phase(chart)
        return f"no limits yet: {count} of {BASELINE_POINTS} points"
    if not chart.latest_signals:
        return "no change beyond chance"
    signal = chart.latest_signals[0]
    kind = "improvement" if signal.is_high == higher_is_better else "concern"
    return f"{kind}: {signal.name}"


def assurance(chart: Chart, target: float, *, higher_is_better: bool) -> str | None:
    """Say whether the process will meet a target, from the limits of the latest point.

    Returns:
        `meets the target reliably`, `misses the target reliably`, `meets the target by chance`;
        None without limits.
    """
    last = chart.points[-1] if chart.points else None
    if last is None or last.lower is None or last.upper is None:
        return None
    worst, best = (last.lower, last.upper) if higher_is_better else (last.upper, last.lower)
    sign = 1 if higher_is_better else -1
    if sign * (worst - target) >= 0:
        return "meets the target reliably"
    if sign * (best - target) < 0:
        return "misses the target reliably"
    return "meets the target by chance"


def _check(points: Sequence[Point], reasons: Mapping[date, str]) -> None:
    if any(later.start <= earlier.start for earlier, later in pairwise(points)):
        raise ValueError("points must be in order of time, one per period")
    if any(
        not 0 <= point.numerator <= point.denominator or not point.denominator for point in points
    ):
        raise ValueError("a numerator must be from 0 to its denominator, which must be at least 1")
    if any(not reason.strip() for reason in reasons.values()):
        raise ValueError("a rebase point needs a reason")


def _phases(points: Sequence[Point], reasons: Mapping[date, str]) -> list[list[Point]]:
    phases: list[list[Point]] = []
    for point in points:
        if not phases or point.start in reasons:
            phases.append([])
        phases[-1].append(point)
    return phases


def _points_of_last_phase(chart: Chart) -> int:
    count = 0
    for charted in reversed(chart.points):
        count += 1
        if charted.rebase_reason is not None:
            break
    return count


def _phase_points(phase: Sequence[Point], reason: str | None) -> tuple[list[ChartPoint], bool]:
    """Return the points of a phase, and whether Laney's factor widens its limits."""
    reasons = [reason] + [None] * (len(phase) - 1)
    if len(phase) < BASELINE_POINTS:
        return [
            ChartPoint(point, rebase_reason=why) for point, why in zip(phase, reasons, strict=True)
        ], False
    baseline = phase[:BASELINE_POINTS]
    mean = sum(p.numerator for p in baseline) / sum(p.denominator for p in baseline)
    factor = _laney_factor(baseline, mean)
    sigmas = [factor * _binomial_sigma(mean, point.denominator) for point in phase]
    signals = _signals([point.rate for point in phase], mean, sigmas)
    return [
        ChartPoint(
            point,
            mean,
            max(0.0, mean - _SIGMAS * sigma),
            min(1.0, mean + _SIGMAS * sigma),
            fired,
            why,
        )
        for point, sigma, fired, why in zip(phase, sigmas, signals, reasons, strict=True)
    ], factor > 1.0


def _binomial_sigma(mean: float, denominator: int) -> float:
    return math.sqrt(mean * (1 - mean) / denominator)


def _laney_factor(baseline: Sequence[Point], mean: float) -> float:
    """Return Laney's factor, or 1 where the binomial distribution explains the baseline."""
    if mean in (0.0, 1.0):
        return 1.0
    z = [(p.rate - mean) / _binomial_sigma(mean, p.denominator) for p in baseline]
    if sum(value * value for value in z) <= chdtri(len(z) - 1, _OVERDISPERSION_LEVEL):
        return 1.0
    ranges = [abs(later - earlier) for earlier, later in pairwise(z)]
    return max(1.0, sum(ranges) / len(ranges) / _MOVING_RANGE_FACTOR)


def _signals(
    rates: Sequence[float], mean: float, sigmas: Sequence[float]
) -> list[tuple[Signal, ...]]:
    """Return the rules that fire at each point, strongest first."""
    found = []
    shift, is_high = 0, False
    steps, is_rising = 0, False
    sides = [_side(rate, mean) for rate in rates]
    for index, (rate, sigma, side) in enumerate(zip(rates, sigmas, sides, strict=True)):
        shift = (shift + 1 if (side > 0) == is_high and shift else 1) if side else 0
        is_high = side > 0
        step = _side(rate, rates[index - 1]) if index else 0
        steps = (steps + 1 if (step > 0) == is_rising and steps else 1) if step else 0
        is_rising = step > 0
        fired = []
        if side and abs(rate - mean) > _SIGMAS * sigma + _TOLERANCE:
            fired.append(Signal("outside limits", is_high, 1))
        if shift >= SHIFT_POINTS:
            fired.append(Signal("shift", is_high, shift))
        if steps + 1 >= TREND_POINTS:
            fired.append(Signal("trend", is_rising, steps + 1))
        recent = range(max(0, index - 2), index + 1)
        far = [
            i
            for i in recent
            if sides[i] == side and abs(rates[i] - mean) > _WARNING_SIGMAS * sigmas[i] + _TOLERANCE
        ]
        if side and index in far and len(far) > 1:
            fired.append(Signal("near limit", is_high, 2))
        found.append(tuple(fired))
    return found


def _side(value: float, reference: float) -> int:
    """Return 1 above the reference, -1 below, 0 if equal."""
    if abs(value - reference) <= _TOLERANCE:
        return 0
    return 1 if value > reference else -1
