"""XmR charts: limits by hand, the reference's published example, phases, rules and gaps."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from figures.month_counts import AFTER_GAP, PeriodCount, month_chart
from figures.process_control import Chart, assurance, variation
from figures.released import WITHHELD, Count, last_day
from figures.xmr_chart import Measurement, xmr_chart

FIRST = date(2025, 1, 1)
# Mean 100. The eleven moving ranges are 6 each, so the limits are 100 ± 2.66 × 6 = 84.04 and 115.96,
# and two thirds of the way is 100 ± 10.64.
STEADY = (97.0, 103.0) * 6


def points(*values: float) -> list[Measurement]:
    return [
        Measurement(FIRST + timedelta(days=31 * number), value)
        for number, value in enumerate(values)
    ]


def names(chart: Chart[Measurement], index: int = -1) -> list[str]:
    return [signal.name for signal in chart.points[index].signals]


def limits(chart: Chart[Measurement], index: int = -1) -> tuple[float, float, float]:
    point = chart.points[index]
    assert point.mean is not None
    assert point.lower is not None
    assert point.upper is not None
    return point.lower, point.mean, point.upper


def test_limits_are_2_66_mean_moving_ranges_from_the_mean() -> None:
    assert limits(xmr_chart(points(*STEADY))) == pytest.approx((84.04, 100.0, 115.96))


def test_limits_of_unequal_moving_ranges() -> None:
    # Sum 119. Moving ranges 2 1 3 2 1 3 2 2 3 1 2: sum 22, mean 2, none is 6.534 or more. 2.66 × 2
    # is 5.32.
    values = (10.0, 12.0, 11.0, 8.0, 10.0, 11.0, 8.0, 10.0, 12.0, 9.0, 10.0, 8.0)
    chart = xmr_chart(points(*values))
    mean = 119 / 12
    assert limits(chart) == pytest.approx((mean - 5.32, mean, mean + 5.32))


def test_an_outlying_moving_range_does_not_widen_the_limits() -> None:
    # The first 12 points of the example of NHSRplotthedots ("Deviations from Excel defaults"): sum 26.
    # Moving ranges: nine of 1, 8 and 9; mean 26 / 11, their limit 3.267 × 2.364 = 7.72. Without 8 and
    # 9 the mean is 1.
    chart = xmr_chart(points(1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1))
    mean = 26 / 12
    assert limits(chart) == pytest.approx((0.0, mean, mean + 2.66))
    assert names(chart, 4) == ["above the upper limit"]


@pytest.mark.parametrize(
    ("step", "upper"),
    [
        # Ten ranges of 1 and one of `step`: its limit is 3.267 × (10 + step) / 11. At 4.22 the limit
        # is 4.223 and the range counts: mean 14.22 / 11. At 4.23 the limit is 4.226: mean 1.
        (4.22, 2.66 * 14.22 / 11),
        (4.23, 2.66),
    ],
)
def test_a_moving_range_counts_below_its_limit(step: float, upper: float) -> None:
    values = [50.0, 51.0] * 3
    values += [51.0 + step, 50.0 + step] * 3
    mean = sum(values) / 12
    assert limits(xmr_chart(points(*values)))[2] == pytest.approx(mean + upper)


def test_the_lower_limit_of_a_count_is_not_negative() -> None:
    # Mean 4, moving ranges 4: 4 - 10.64 is negative.
    lower, mean, upper = limits(xmr_chart(points(*(2.0, 6.0) * 6)))
    assert (lower, mean, upper) == pytest.approx((0.0, 4.0, 14.64))


def test_a_baseline_without_variation_has_limits_at_its_mean() -> None:
    chart = xmr_chart(points(*[5.0] * 12, 5.0, 6.0))
    assert limits(chart) == pytest.approx((5.0, 5.0, 5.0))
    assert names(chart, -2) == []
    assert names(chart) == ["above the upper limit"]


def test_the_baseline_is_frozen() -> None:
    assert limits(xmr_chart(points(*STEADY, 500.0, 1.0))) == pytest.approx((84.04, 100.0, 115.96))


@pytest.mark.parametrize(("count", "has_limits"), [(11, False), (12, True)])
def test_limits_need_twelve_points(count: int, has_limits: bool) -> None:
    chart = xmr_chart(points(*STEADY[:count]))
    assert chart.has_limits is has_limits
    assert (chart.points[0].upper is not None) is has_limits


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        ((115.9,), []),
        ((116.0,), ["above the upper limit"]),
        ((84.1,), []),
        ((84.0,), ["below the lower limit"]),
        ((110.7, 110.7), ["near the limit: 2 of 3 points far above the mean"]),
        ((110.6, 110.7), []),
        # The last point of the baseline is above the mean: seven later ones make eight.
        ((101.0, 102.0) * 3, []),
        ((101.0, 102.0) * 3 + (101.0,), ["shift: 8 points above the mean"]),
        ((96.0, 97.0, 98.0, 99.0, 101.0, 102.0), []),
        ((96.0, 97.0, 98.0, 99.0, 101.0, 102.0, 103.0), ["trend: 7 points rising"]),
    ],
)
def test_run_rules_of_counts(later: tuple[float, ...], expected: list[str]) -> None:
    assert names(xmr_chart(points(*STEADY, *later))) == expected


def test_a_rebase_point_begins_a_phase_with_limits_of_its_own() -> None:
    series = points(*STEADY, *(197.0, 203.0) * 6)
    chart = xmr_chart(series, {series[12].start: "second site opened"})
    assert limits(chart, 11) == pytest.approx((84.04, 100.0, 115.96))
    assert limits(chart, 12) == pytest.approx((184.04, 200.0, 215.96))
    assert chart.points[12].rebase_reason == "second site opened"
    assert names(chart) == []
    assert names(xmr_chart(series))[0] == "above the upper limit"


def test_a_count_without_a_direction_changes_and_a_time_has_a_target() -> None:
    chart = xmr_chart(points(*STEADY, 120.0))
    assert variation(chart, higher_is_better=None) == "change: above the upper limit"
    assert variation(chart, higher_is_better=False) == "concern: above the upper limit"
    assert variation(xmr_chart(points(*STEADY)), higher_is_better=None) == "no change beyond chance"
    assert assurance(chart, 116.0, higher_is_better=False) == "meets the target reliably"
    assert assurance(chart, 115.0, higher_is_better=False) == "meets the target by chance"


@pytest.mark.parametrize(
    "wrong",
    [
        [Measurement(FIRST, 1.0), Measurement(FIRST, 1.0)],
        [Measurement(FIRST, -0.1)],
        [Measurement(FIRST, float("nan"))],
    ],
)
def test_impossible_measurements_are_refused(wrong: list[Measurement]) -> None:
    with pytest.raises(ValueError, match=r"order|at least 0"):
        xmr_chart(wrong)


@given(st.lists(st.integers(0, 400), min_size=12, max_size=30), st.integers(12, 30))
def test_a_later_point_never_changes_limits_or_signals_of_an_earlier_one(
    values: list[int], length: int
) -> None:
    series = points(*values)
    assert xmr_chart(series[:length]).points == xmr_chart(series).points[:length]


def months(*counts: int | None, first: int = 0) -> list[PeriodCount]:
    """Single months from January 2025; None leaves a month out."""
    found = []
    for number, count in enumerate(counts, first):
        start = date(2025 + number // 12, number % 12 + 1, 1)
        if count is not None:
            found.append(PeriodCount("month", start, last_day(start), Count(count)))
    return found


def test_a_gap_begins_a_phase_and_joined_months_are_no_points() -> None:
    before = months(*map(int, STEADY))
    joined = PeriodCount("months", date(2026, 1, 1), date(2026, 2, 28), Count(90))
    after = months(150, 160, first=14)
    chart = month_chart([*before, joined, *after])
    assert [point.point.value for point in chart.points] == [*STEADY, 150, 160]
    assert [point.rebase_reason for point in chart.points] == [None] * 12 + [AFTER_GAP, None]
    assert limits(chart, 11) == pytest.approx((84.04, 100.0, 115.96))
    assert variation(chart, higher_is_better=None) == "no limits yet: 2 of 12 points"


def test_months_that_adjoin_are_one_phase_over_the_turn_of_the_year() -> None:
    chart = month_chart(months(*map(int, STEADY), 103, 97))
    assert [point.rebase_reason for point in chart.points] == [None] * 14
    assert month_chart(months(97, None, 103)).points[1].rebase_reason == AFTER_GAP


def test_a_hidden_count_is_a_gap() -> None:
    hidden = PeriodCount("month", date(2025, 2, 1), date(2025, 2, 28), Count(None, WITHHELD))
    chart = month_chart([*months(40), hidden, *months(50, first=2)])
    assert [point.point.value for point in chart.points] == [40, 50]
    assert chart.points[1].rebase_reason == AFTER_GAP


def test_a_rebase_row_names_its_reason_also_after_a_gap() -> None:
    series = [*months(40), *months(50, 51, first=2)]
    rebase = {date(2025, 3, 1): "second site opened", date(2025, 4, 15): "not a first day"}
    chart = month_chart(series, rebase)
    assert [point.rebase_reason for point in chart.points] == [None, "second site opened", None]
