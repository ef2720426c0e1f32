"""XmR chart (individuals and moving range) of counts and times, of which each period has one value.

Rules: docs/rules/process-control.md#xmr.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from statistics import fmean

from figures.process_control import BASELINE_POINTS, SIGMAS, Chart, Spread, control_chart

_LIMIT_FACTOR = 2.66  # distance of a limit from the mean, in mean moving ranges
_RANGE_LIMIT_FACTOR = 3.267  # upper limit of a moving range, in mean moving ranges


@dataclass(frozen=True)
class Measurement:
    """A count or a time of a period.

    Attributes:
        start: first day of the period.
        value: the count, or the time in one unit, at least 0.
    """

    start: date
    value: float


def xmr_chart(
    points: Sequence[Measurement], rebase: Mapping[date, str] | None = None
) -> Chart[Measurement]:
    """Build an XmR chart.

    Args:
        points: periods of equal length in order of time, without a gap in a phase.
        rebase: first day of a period at which a phase begins, and the reason.

    Returns:
        The chart; a later point never changes the limits of an earlier one.

    Raises:
        ValueError: the points are not in order, a value is impossible, or a reason is empty.
    """
    if any(not (math.isfinite(point.value) and point.value >= 0) for point in points):
        raise ValueError("a count or time must be a number of at least 0")
    return control_chart(points, rebase or {}, _spread, highest=math.inf)


def _spread(phase: Sequence[Measurement]) -> Spread:
    baseline = [point.value for point in phase[:BASELINE_POINTS]]
    sigma = _LIMIT_FACTOR * _mean_moving_range(baseline) / SIGMAS
    return Spread(fmean(baseline), [sigma] * len(phase))


def _mean_moving_range(values: Sequence[float]) -> float:
    """Return the mean moving range, without ranges that are outside their own limit."""
    ranges = [abs(later - earlier) for earlier, later in pairwise(values)]
    limit = _RANGE_LIMIT_FACTOR * fmean(ranges)
    within = [distance for distance in ranges if distance < limit]
    return fmean(within) if within else 0.0  # none is within a limit of 0: all values are equal
