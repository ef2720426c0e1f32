"""Statistical process control: phases, limits, run rules, variation and assurance of any chart.

Limits come from a frozen baseline, the first 12 points of a phase. A phase with fewer than 12 points
has no limits and no signals. A phase begins at the first point and at each rebase point, which needs a
reason. `figures/p_chart.py` and `figures/xmr_chart.py` have the mean and standard deviation of rates,
and of counts and times. Rules: docs/rules/process-control.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Generic, Protocol, TypeVar

BASELINE_POINTS = 12
SHIFT_POINTS = 8
TREND_POINTS = 7
SIGMAS, _WARNING_SIGMAS = 3.0, 2.0
_TOLERANCE = 1e-9


class Observation(Protocol):
    """A value of a period."""

    @property
    def start(self) -> date:
        """First day of the period."""

    @property
    def value(self) -> float:
        """A rate, a count or a time, at least 0."""


AnyPoint = TypeVar("AnyPoint", bound=Observation)


@dataclass(frozen=True)
class Spread:
    """What the baseline of a phase says of its points.

    Attributes:
        mean: mean of the baseline.
        sigmas: standard deviation of each point of the phase.
        is_overdispersed: True if Laney's factor widens it.
    """

    mean: float
    sigmas: Sequence[float]
    is_overdispersed: bool = False


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
class ChartPoint(Generic[AnyPoint]):
    """A point with its limits and signals; mean and limits are None below 12 points.

    Attributes:
        point: the period and its value.
        mean: mean of the baseline.
        lower: lower limit, at least 0.
        upper: upper limit; of a rate, at most 1.
        signals: the rules that fire here, strongest first.
        rebase_reason: why a phase begins here; None elsewhere.
    """

    point: AnyPoint
    mean: float | None = None
    lower: float | None = None
    upper: float | None = None
    signals: tuple[Signal, ...] = ()
    rebase_reason: str | None = None


@dataclass(frozen=True)
class Chart(Generic[AnyPoint]):
    """A control chart.

    Attributes:
        points: in order of time.
        is_overdispersed: True if Laney's factor widens the limits of the last phase.
    """

    points: tuple[ChartPoint[AnyPoint], ...]
    is_overdispersed: bool = False

    @property
    def has_limits(self) -> bool:
        """True if the last phase has limits."""
        return bool(self.points) and self.points[-1].mean is not None

    @property
    def latest_signals(self) -> tuple[Signal, ...]:
        """The rules that fire at the last point."""
        return self.points[-1].signals if self.points else ()


def control_chart(
    points: Sequence[AnyPoint],
    rebase: Mapping[date, str],
    spread: Callable[[Sequence[AnyPoint]], Spread],
    *,
    highest: float,
) -> Chart[AnyPoint]:
    """Build a control chart.

    Args:
        points: periods in order of time.
        rebase: first day of a period at which a phase begins, and the reason.
        spread: mean and standard deviations of a phase, from its first 12 points.
        highest: the highest possible value.

    Returns:
        The chart; a later point never changes the limits of an earlier one.

    Raises:
        ValueError: the points are not in order, or a reason is empty.
    """
    if any(later.start <= earlier.start for earlier, later in pairwise(points)):
        raise ValueError("points must be in order of time, one per period")
    if any(not reason.strip() for reason in rebase.values()):
        raise ValueError("a rebase point needs a reason")
    charted: list[ChartPoint[AnyPoint]] = []
    is_overdispersed = False
    for phase in _phases(points, rebase):
        found = spread(phase) if len(phase) >= BASELINE_POINTS else None
        charted += _phase_points(phase, rebase.get(phase[0].start), found, highest)
        is_overdispersed = found is not None and found.is_overdispersed
    return Chart(tuple(charted), is_overdispersed)


def variation(chart: Chart[AnyPoint], *, higher_is_better: bool | None) -> str:
    """Say whether the latest point is an improvement, a concern, or common-cause variation.

    Args:
        chart: the chart.
        higher_is_better: the direction; None where neither is better, as of a count of events.

    Returns:
        `improvement: …`, `concern: …` or, without a direction, `change: …` with the rule,
        `no change beyond chance`, or why there is no statement.
    """
    if not chart.has_limits:
        count = _points_of_last_phase(chart)
        return f"no limits yet: {count} of {BASELINE_POINTS} points"
    if not chart.latest_signals:
        return "no change beyond chance"
    signal = chart.latest_signals[0]
    if higher_is_better is None:
        return f"change: {signal.name}"
    kind = "improvement" if signal.is_high == higher_is_better else "concern"
    return f"{kind}: {signal.name}"


def assurance(chart: Chart[AnyPoint], target: float, *, higher_is_better: bool) -> str | None:
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


def _phases(points: Sequence[AnyPoint], reasons: Mapping[date, str]) -> list[list[AnyPoint]]:
    phases: list[list[AnyPoint]] = []
    for point in points:
        if not phases or point.start in reasons:
            phases.append([])
        phases[-1].append(point)
    return phases


def _points_of_last_phase(chart: Chart[AnyPoint]) -> int:
    count = 0
    for charted in reversed(chart.points):
        count += 1
        if charted.rebase_reason is not None:
            break
    return count


def _phase_points(
    phase: Sequence[AnyPoint], reason: str | None, spread: Spread | None, highest: float
) -> list[ChartPoint[AnyPoint]]:
    reasons = [reason] + [None] * (len(phase) - 1)
    if spread is None:
        return [
            ChartPoint(point, rebase_reason=why) for point, why in zip(phase, reasons, strict=True)
        ]
    mean = spread.mean
    signals = _signals([point.value for point in phase], mean, spread.sigmas)
    return [
        ChartPoint(
            point,
            mean,
            max(0.0, mean - SIGMAS * sigma),
            min(highest, mean + SIGMAS * sigma),
            fired,
            why,
        )
        for point, sigma, fired, why in zip(phase, spread.sigmas, signals, reasons, strict=True)
    ]


def _signals(
    values: Sequence[float], mean: float, sigmas: Sequence[float]
) -> list[tuple[Signal, ...]]:
    """Return the rules that fire at each point, strongest first."""
    found = []
    shift, is_high = 0, False
    steps, is_rising = 0, False
    sides = [_side(value, mean) for value in values]
    for index, (value, sigma, side) in enumerate(zip(values, sigmas, sides, strict=True)):
        shift = (shift + 1 if (side > 0) == is_high and shift else 1) if side else 0
        is_high = side > 0
        step = _side(value, values[index - 1]) if index else 0
        steps = (steps + 1 if (step > 0) == is_rising and steps else 1) if step else 0
        is_rising = step > 0
        fired = []
        if side and abs(value - mean) > SIGMAS * sigma + _TOLERANCE:
            fired.append(Signal("outside limits", is_high, 1))
        if shift >= SHIFT_POINTS:
            fired.append(Signal("shift", is_high, shift))
        if steps + 1 >= TREND_POINTS:
            fired.append(Signal("trend", is_rising, steps + 1))
        recent = range(max(0, index - 2), index + 1)
        far = [
            i
            for i in recent
            if sides[i] == side and abs(values[i] - mean) > _WARNING_SIGMAS * sigmas[i] + _TOLERANCE
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
