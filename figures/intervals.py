"""Intervals of rates and of the difference of two rates (Wilson 1927; Newcombe 1998, method 10)."""

from __future__ import annotations

import math
from statistics import NormalDist


def wilson(numerator: int, denominator: int, level: float = 0.95) -> tuple[float, float]:
    """Return the Wilson interval of a rate.

    Args:
        numerator: events with the outcome.
        denominator: events, at least 1.
        level: confidence level, such as 0.95.

    Returns:
        Lower and upper bound, 0 to 1.
    """
    z = NormalDist().inv_cdf(0.5 + level / 2)
    rate = numerator / denominator
    center = rate + z * z / (2 * denominator)
    half = z * math.sqrt(rate * (1 - rate) / denominator + z * z / (4 * denominator**2))
    scale = 1 + z * z / denominator
    return max(0.0, (center - half) / scale), min(1.0, (center + half) / scale)


def difference(
    one: tuple[int, int], other: tuple[int, int], level: float = 0.95
) -> tuple[float, float]:
    """Return Newcombe's interval of the difference of two independent rates, one less other.

    Args:
        one: numerator and denominator, at least 1.
        other: numerator and denominator, at least 1.
        level: confidence level.

    Returns:
        Lower and upper bound, -1 to 1.
    """
    (low1, high1), (low2, high2) = wilson(*one, level), wilson(*other, level)
    rate1, rate2 = one[0] / one[1], other[0] / other[1]
    gap = rate1 - rate2
    return (
        gap - math.hypot(rate1 - low1, high2 - rate2),
        gap + math.hypot(high1 - rate1, rate2 - low2),
    )
