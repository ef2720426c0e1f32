"""Intervals against published examples (Newcombe 1998, tables I and II)."""

from __future__ import annotations

import pytest

from figures.intervals import difference, wilson


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    [
        (81, 263, (0.2553, 0.3662)),
        (15, 148, (0.0624, 0.1605)),
        (0, 20, (0.0, 0.1611)),
        (1, 29, (0.0061, 0.1718)),
    ],
)
def test_wilson_interval(numerator: int, denominator: int, expected: tuple[float, float]) -> None:
    assert wilson(numerator, denominator) == pytest.approx(expected, abs=5e-5)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((56, 70), (48, 80), (0.0524, 0.3339)),
        ((9, 10), (3, 10), (0.1705, 0.8090)),
        ((0, 10), (0, 20), (-0.1611, 0.2775)),
    ],
)
def test_difference_of_two_rates(
    one: tuple[int, int], other: tuple[int, int], expected: tuple[float, float]
) -> None:
    assert difference(one, other) == pytest.approx(expected, abs=5e-5)


def test_a_higher_level_widens_the_interval() -> None:
    low, high = difference((56, 70), (48, 80), 0.99)
    assert low < 0.0524
    assert high > 0.3339
