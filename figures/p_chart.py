"""p-chart of a rate, with Laney's factor where the baseline is overdispersed.

Rules: docs/rules/process-control.md#limits.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from scipy.special import chdtri

from figures.process_control import BASELINE_POINTS, Chart, Spread, control_chart

_OVERDISPERSION_LEVEL = 0.05
_MOVING_RANGE_FACTOR = 1.128  # mean moving range of a standard normal variable (d2 of two points)


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
    def value(self) -> float:
        """The rate, 0 to 1."""
        return self.numerator / self.denominator


def p_chart(points: Sequence[Point], rebase: Mapping[date, str] | None = None) -> Chart[Point]:
    """Build a p-chart.

    Args:
        points: periods in order of time; periods without a shown rate are left out.
        rebase: first day of a period at which a phase begins, and the reason.

    Returns:
        The chart; a later point never changes the limits of an earlier one.

    Raises:
        ValueError: the points are not in order, a count is impossible, or a reason is empty.
    """
    if any(
        not 0 <= point.numerator <= point.denominator or not point.denominator for point in points
    ):
        raise ValueError("a numerator must be from 0 to its denominator, which must be at least 1")
    return control_chart(points, rebase or {}, _spread, highest=1.0)


def _spread(phase: Sequence[Point]) -> Spread:
    baseline = phase[:BASELINE_POINTS]
    mean = sum(p.numerator for p in baseline) / sum(p.denominator for p in baseline)
    factor = _laney_factor(baseline, mean)
    sigmas = [factor * _binomial_sigma(mean, point.denominator) for point in phase]
    return Spread(mean, sigmas, is_overdispersed=factor > 1.0)


def _binomial_sigma(mean: float, denominator: int) -> float:
    return math.sqrt(mean * (1 - mean) / denominator)


def _laney_factor(baseline: Sequence[Point], mean: float) -> float:
    """Return Laney's factor, or 1 where the binomial distribution explains the baseline."""
    if mean in (0.0, 1.0):
        return 1.0
    z = [(p.value - mean) / _binomial_sigma(mean, p.denominator) for p in baseline]
    if sum(value * value for value in z) <= chdtri(len(z) - 1, _OVERDISPERSION_LEVEL):
        return 1.0
    ranges = [abs(later - earlier) for earlier, later in pairwise(z)]
    return max(1.0, sum(ranges) / len(ranges) / _MOVING_RANGE_FACTOR)
