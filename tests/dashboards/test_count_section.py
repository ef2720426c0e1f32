"""Counts by month on a page: chart, table and statement have the same numbers."""

from __future__ import annotations

import html
import json
import re
from datetime import date

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.charts import count_chart
from dashboards.count_section import count_table
from dashboards.questions.promises import opened_tasks
from figures.month_counts import PeriodCount, month_chart
from figures.released import Count, last_day

# Mean 100, moving ranges 6: limits 84.04 and 115.96.
STEADY = [97, 103] * 6
REASON = "=second site opened"


def months(counts: list[int], first: int = 0) -> list[PeriodCount]:
    found = []
    for number, count in enumerate(counts, first):
        start = date(2025 + number // 12, number % 12 + 1, 1)
        found.append(PeriodCount("month", start, last_day(start), Count(count)))
    return found


def texts(periods: list[PeriodCount], rebase: dict[date, str] | None = None) -> list[list[str]]:
    table = count_table("tasks", "Tasks", periods, month_chart(periods, rebase))
    return [[cell.text for cell in line] for line in table.rows]


def test_table_has_limits_and_the_rule_of_each_month() -> None:
    shown = texts(months([*STEADY, 1200]))
    assert shown[0] == ["Jan 2026", "1,200", "84.0 to 116.0", "above the upper limit"]
    assert shown[1] == ["Dec 2025", "103", "84.0 to 116.0", "–"]
    assert len(shown) == 13


def test_table_has_no_limits_below_twelve_months() -> None:
    assert {line[2] for line in texts(months(STEADY[:11]))} == {"–"}


def test_joined_months_are_in_the_table_and_not_on_the_chart() -> None:
    joined = PeriodCount("months", date(2026, 1, 1), date(2026, 2, 28), Count(90))
    shown = texts([*months(STEADY), joined, *months([100], first=14)])
    assert shown[0] == [
        "Mar 2026", "100", "–", "limits begin anew: the months before have no count of their own",
    ]  # fmt: skip
    assert shown[1] == [
        "Jan to Feb 2026", "90", "–", "not on the chart: no count of a single month",
    ]  # fmt: skip


def test_chart_ends_its_lines_at_a_rebase_point_and_names_the_reason() -> None:
    periods = months([*STEADY, *STEADY])
    chart = month_chart(periods, {date(2026, 1, 1): REASON})
    names = {row.start: f"{row.start:%b %Y}" for row in periods}
    drawn = json.loads(count_chart(chart, names, "Tasks").to_json())
    data = [row for rows in drawn["datasets"].values() for row in rows]
    assert {row["phase"] for row in data if row["start"] < "2026"} == {0}
    assert {row["phase"] for row in data if row["start"] >= "2026"} == {1}
    # A text that a spreadsheet would run as a formula is quoted.
    assert {row["reason"] for row in data} == {None, f"'{REASON}"}
    lines = [layer for layer in drawn["layer"] if layer["mark"]["type"] == "line"]
    assert len(lines) == 4
    assert all(line["encoding"]["detail"]["field"] == "phase" for line in lines)


def test_chart_without_limits_has_the_points_only() -> None:
    periods = months(STEADY[:3])
    names = {row.start: f"{row.start:%b %Y}" for row in periods}
    drawn = json.loads(count_chart(month_chart(periods), names, "Tasks").to_json())
    assert sorted(len(rows) for rows in drawn["datasets"].values()) == [0, 3]


def test_opened_tasks_are_those_of_the_lane() -> None:
    first = {
        "lane": 3, "outcome": "opened", "period_type": "month", "period_start": date(2026, 2, 1),
        "period_end": date(2026, 2, 28), "tasks": 40, "tasks_status": "shown",
    }  # fmt: skip
    flow = pl.DataFrame(
        [
            first,
            {**first, "outcome": "reviewed", "tasks": 20},
            {**first, "lane": 4, "tasks": 50},
            {
                **first,
                "period_start": date(2026, 1, 1),
                "period_end": date(2026, 1, 31),
                "tasks": 35,
            },
        ]
    )
    assert [(row.start.month, row.count.value) for row in opened_tasks(flow, 3)] == [
        (1, 35),
        (2, 40),
    ]


def _section(counts: list[int], period_type: str) -> None:
    from datetime import date

    from dashboards import count_section
    from figures.month_counts import PeriodCount
    from figures.released import Count, last_day

    starts = [date(2025 + n // 12, n % 12 + 1, 1) for n in range(len(counts))]
    count_section.draw(
        "tasks",
        "Tasks by month",
        [
            PeriodCount(period_type, start, last_day(start), Count(count))
            for start, count in zip(starts, counts, strict=True)
        ],
    )


@pytest.mark.parametrize(
    ("counts", "period_type", "says"),
    [
        ([*STEADY, 120], "month", "**Change: above the upper limit.**"),
        (STEADY, "month", "**No change beyond chance.**"),
        (STEADY[:11], "month", "**No limits yet: 11 of 12 points.**"),
        (STEADY, "months", "**No chart: no single month has a published count.**"),
        ([], "month", "No period can be published yet: counts are small or not final."),
    ],
)
def test_section_says_what_the_chart_says(counts: list[int], period_type: str, says: str) -> None:
    page = AppTest.from_function(_section, default_timeout=60, args=(counts, period_type)).run()
    assert not page.exception
    assert [heading.value for heading in page.header] == ["Tasks by month"]
    assert [element.value for element in page.markdown] == [says]
    body = html.unescape("".join(element.proto.body for element in page.get("html")))
    assert body.count("<tr>") == (len(counts) + 1 if counts else 0)
    assert len(re.findall('<td class="number">', body)) == len(counts)
    assert len(page.get("vega_lite_chart")) == (period_type == "month" and bool(counts))
