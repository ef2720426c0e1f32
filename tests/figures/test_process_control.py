"""p-charts by example, and properties of the limits and run rules."""

from __future__ import annotations

import math
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from figures.p_chart import Point, p_chart
from figures.process_control import Chart, assurance, variation

FIRST = date(2025, 1, 1)


def points(*numerators: int, of: int = 100) -> list[Point]:
    return [
        Point(FIRST + timedelta(days=31 * number), numerator, of)
        for number, numerator in enumerate(numerators)
    ]


# Mean 0.5 at a denominator of 100: sigma 0.05, limits 0.35 and 0.65. Alternates, so no run.
STEADY = (48, 52) * 6


def names(chart: Chart[Point], index: int = -1) -> list[str]:
    return [signal.name for signal in chart.points[index].signals]


def test_limits_are_three_binomial_sigmas_from_the_pooled_rate() -> None:
    chart = p_chart([*points(*STEADY), Point(date(2026, 2, 1), 30, 50)])
    assert not chart.is_overdispersed
    assert chart.points[0].mean == pytest.approx(0.5)
    assert (chart.points[0].lower, chart.points[0].upper) == pytest.approx((0.35, 0.65))
    half = 3 * math.sqrt(0.25 / 50)
    assert (chart.points[-1].lower, chart.points[-1].upper) == pytest.approx(
        (0.5 - half, 0.5 + half)
    )


@pytest.mark.parametrize(("count", "has_limits"), [(11, False), (12, True)])
def test_limits_need_twelve_points(count: int, has_limits: bool) -> None:
    chart = p_chart(points(*STEADY[:count]))
    assert chart.has_limits is has_limits
    assert (chart.points[0].mean is not None) is has_limits


def test_no_rule_fires_without_limits() -> None:
    chart = p_chart(points(10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 99))
    assert all(not charted.signals for charted in chart.points)
    assert variation(chart, higher_is_better=True) == "no limits yet: 11 of 12 points"


def test_overdispersed_baseline_has_laney_limits() -> None:
    # Denominator 10000: sigma 0.005; rates alternate by 0.04, so the mean moving range of z is 8.
    chart = p_chart(points(*(4800, 5200) * 6, of=10_000))
    factor = 8 / 1.128
    assert chart.is_overdispersed
    assert chart.points[0].upper == pytest.approx(0.5 + 3 * factor * 0.005)
    assert names(chart) == []


def test_laney_factor_never_narrows_the_limits() -> None:
    # Two levels: overdispersed, but the moving range is small within each.
    chart = p_chart(points(*([44] * 6 + [56] * 6), of=100))
    assert (chart.points[0].lower, chart.points[0].upper) == pytest.approx((0.35, 0.65))


@pytest.mark.parametrize(
    ("numerator", "expected"),
    [
        (65, []),
        (66, ["above the upper limit"]),
        (35, []),
        (34, ["below the lower limit"]),
    ],
)
def test_a_point_outside_the_limits_is_a_signal(numerator: int, expected: list[str]) -> None:
    assert names(p_chart(points(*STEADY, numerator))) == expected


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        # The last point of the baseline (52) is above the mean: seven later ones make eight.
        ((53, 52, 53, 52, 53, 52), []),
        ((53, 52, 53, 52, 53, 52, 53), ["shift: 8 points above the mean"]),
        ((53, 52, 53, 52, 53, 52, 53, 52), ["shift: 9 points above the mean"]),
        ((53, 52, 53, 50, 53, 52, 53), []),
        ((53, 52, 53, 47, 53, 52, 53), []),
        ((48, 47, 48, 47, 48, 47, 48), []),
        ((48, 47, 48, 47, 48, 47, 48, 47), ["shift: 8 points below the mean"]),
    ],
)
def test_eight_points_on_a_side_are_a_shift(later: tuple[int, ...], expected: list[str]) -> None:
    assert names(p_chart(points(*STEADY, *later))) == expected


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        ((46, 47, 48, 49, 51, 52), []),
        ((46, 47, 48, 49, 51, 52, 53), ["trend: 7 points rising"]),
        ((46, 47, 48, 48, 51, 52, 53), []),
        ((54, 53, 52, 51, 49, 48, 47), ["trend: 7 points falling"]),
    ],
)
def test_seven_rising_or_falling_points_are_a_trend(
    later: tuple[int, ...], expected: list[str]
) -> None:
    assert names(p_chart(points(*STEADY, *later))) == expected


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        ((61, 61), ["near the limit: 2 of 3 points far above the mean"]),
        ((61, 48, 61), ["near the limit: 2 of 3 points far above the mean"]),
        ((61, 48, 48, 61), []),
        ((60, 60), []),
        ((61, 39), []),
        ((39, 48, 39), ["near the limit: 2 of 3 points far below the mean"]),
        ((61, 61, 48), []),
    ],
)
def test_two_of_three_points_far_from_the_mean(later: tuple[int, ...], expected: list[str]) -> None:
    assert names(p_chart(points(*STEADY, *later))) == expected


def test_a_rebase_point_begins_a_phase_with_limits_of_its_own() -> None:
    series = points(*STEADY, *(70, 72) * 6)
    chart = p_chart(series, {series[12].start: "same-day access began"})
    assert chart.points[11].mean == pytest.approx(0.5)
    assert chart.points[12].mean == pytest.approx(0.71)
    assert chart.points[12].rebase_reason == "same-day access began"
    assert names(chart) == []
    assert not p_chart(series[:20], {series[12].start: "same-day access began"}).has_limits


def test_a_rebase_point_without_a_reason_is_refused() -> None:
    with pytest.raises(ValueError, match="reason"):
        p_chart(points(*STEADY), {FIRST: " "})


@pytest.mark.parametrize(
    "wrong",
    [
        [Point(FIRST, 1, 2), Point(FIRST, 1, 2)],
        [Point(FIRST, 3, 2)],
        [Point(FIRST, 0, 0)],
        [Point(FIRST, -1, 2)],
    ],
)
def test_impossible_points_are_refused(wrong: list[Point]) -> None:
    with pytest.raises(ValueError, match=r"order|numerator"):
        p_chart(wrong)


def test_the_same_signal_is_an_improvement_or_a_concern_by_direction() -> None:
    chart = p_chart(points(*STEADY, 70))
    assert variation(chart, higher_is_better=True) == "improvement: above the upper limit"
    assert variation(chart, higher_is_better=False) == "concern: above the upper limit"
    assert variation(p_chart(points(*STEADY)), higher_is_better=True) == "no change beyond chance"


@pytest.mark.parametrize(
    ("target", "higher", "expected"),
    [
        (0.35, True, "meets the target reliably"),
        (0.36, True, "meets the target by chance"),
        (0.65, True, "meets the target by chance"),
        (0.66, True, "misses the target reliably"),
        (0.65, False, "meets the target reliably"),
        (0.64, False, "meets the target by chance"),
        (0.34, False, "misses the target reliably"),
    ],
)
def test_assurance_compares_the_limits_with_the_target(
    target: float, higher: bool, expected: str
) -> None:
    chart = p_chart(points(*STEADY))
    assert assurance(chart, target, higher_is_better=higher) == expected
    assert assurance(p_chart(points(*STEADY[:5])), target, higher_is_better=higher) is None


COUNTS = st.lists(
    st.integers(1, 400).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))),
    min_size=1,
    max_size=30,
)


def _series(counts: list[tuple[int, int]]) -> list[Point]:
    return [Point(FIRST + timedelta(days=31 * i), x, n) for i, (x, n) in enumerate(counts)]


@given(COUNTS)
def test_a_later_point_never_changes_limits_or_signals_of_an_earlier_one(
    counts: list[tuple[int, int]],
) -> None:
    series = _series(counts)
    whole = p_chart(series).points
    for length in range(12, len(series)):
        assert p_chart(series[:length]).points == whole[:length]


@given(COUNTS)
def test_limits_contain_the_mean_and_mirrored_rates_give_mirrored_charts(
    counts: list[tuple[int, int]],
) -> None:
    chart = p_chart(_series(counts)).points
    mirrored = p_chart(_series([(n - x, n) for x, n in counts])).points
    for point, mirror in zip(chart, mirrored, strict=True):
        if point.mean is None:
            assert mirror.mean is None
            continue
        assert 0 <= point.lower <= point.mean <= point.upper <= 1
        assert mirror.lower == pytest.approx(1 - point.upper)
        assert [s.rule for s in point.signals] == [s.rule for s in mirror.signals]
        assert [s.is_high for s in point.signals] == [not s.is_high for s in mirror.signals]
