"""No count of 1 to 10 can be read or computed from the released rates (docs/suppression.md).

Random agencies go through the compiled models at a random sequence of month ends. A linear program
then acts as a reader of all these releases (suppression_reader.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import Demo
from tests.dbt.shareable_models import ShareableModels, inputs
from tests.dbt.suppression_reader import LARGEST, Family, Reader, Row

_YEAR = 2026
_MONTHS = [date(_YEAR, number, 1) for number in range(1, 13)]
_MONTH_ENDS = [first - timedelta(days=1) for first in [*_MONTHS[1:], date(_YEAR + 1, 1, 1)]]
_LATER_ENDS = [date(_YEAR + 1, 1, 31), date(_YEAR + 1, 2, 28), date(_YEAR + 1, 3, 31)]
_KEY = (
    "measure_id, period_type, period_start, period_end, stratum_name, stratum_value, denominator,"
    " denominator_status, numerator, numerator_status, excluded, excluded_status, rate"
)


@pytest.fixture(scope="module")
def models(demo: Demo) -> ShareableModels:
    return ShareableModels(demo.data / "logs" / "dbt" / "compiled" / "caseload" / "models")


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with inputs() as connection:
        yield connection


@dataclass(frozen=True)
class Agency:
    """A year of one or two measures: events by month, kind and group, and the window in days."""

    months: list[list[int]]  # per month: met in both, second only, neither, first's event, second's
    group_count: int
    has_sister: bool
    window_days: int
    seed: int


@st.composite
def agencies(draw: st.DrawFn) -> Agency:
    seed = draw(st.integers(0, 1_000_000))
    random = Random(seed)
    size = draw(st.sampled_from([1, 3, 8, 20, 60, 150]))
    met = draw(st.sampled_from([0.0, 0.05, 0.3, 0.6, 0.95, 1.0]))
    more = draw(st.sampled_from([0.0, 0.1, 0.5]))
    is_seasonal = draw(st.booleans())
    excluded = draw(st.sampled_from([0.0, 0.0, 0.1]))
    months = []
    for _ in _MONTHS:
        events = random.randint(0, size) if not is_seasonal or random.random() < 0.6 else 0
        counts = [0] * 5
        for _ in range(events):
            if random.random() < met:
                kind = 0
            elif random.random() < more:
                kind = 1
            elif random.random() < excluded:
                kind = random.choice([3, 4])
            else:
                kind = 2
            counts[kind] += 1
        months.append(counts)
    return Agency(
        months,
        draw(st.integers(1, 5)),
        draw(st.booleans()),
        draw(st.sampled_from([0, 7, 40])),
        seed,
    )


def counts_of(kinds: list[int], measure: int) -> tuple[int, int]:
    both, second, neither, first_event, second_event = kinds
    if measure == 0:
        return both + second + neither + first_event, both
    return both + second + neither + second_event, both + second


def split(agency: Agency) -> dict[str, dict[str, list[int]]]:
    """The year's events by group, for two breakdowns, one of them uneven."""
    random = Random(agency.seed)
    found: dict[str, dict[str, list[int]]] = {}
    for name, unevenness in (("sex", 1.0), ("race", 0.35)):
        values = {f"{name} {number}": [0] * 5 for number in range(agency.group_count)}
        weights = [unevenness**number for number in range(agency.group_count)]
        for kind in range(5):
            for _ in range(sum(month[kind] for month in agency.months)):
                values[random.choices(list(values), weights)[0]][kind] += 1
        found[name] = values
    return found


def fill(connection: duckdb.DuckDBPyConnection, found: list[Agency]) -> None:
    """Write the agencies as measures `m<number>` and, where they have a sister, `s<number>`."""
    for table in ("measure_definition", "dim_measure", "measure_settlement", "fct_measure_rate"):
        connection.execute(f"delete from {table}")
    rates: list[tuple[Any, ...]] = []
    for number, agency in enumerate(found):
        groups = split(agency)
        for measure in range(1 + agency.has_sister):
            name = f"{'ms'[measure]}{number}"
            first = f"m{number}" if measure else None
            connection.execute("insert into measure_definition values (?, 'x', ?)", [name, first])
            connection.execute("insert into dim_measure values (?, ?)", [name, name])
            connection.execute(
                "insert into measure_settlement values (?, 'event', null, ?, 12)",
                [name, agency.window_days * (1 + measure)],
            )
            total = [sum(month[kind] for month in agency.months) for kind in range(5)]
            rows: list[tuple[date | None, str, str, list[int]]] = [(None, "total", "all", total)]
            rows += [
                (month, "total", "all", kinds)
                for month, kinds in zip(_MONTHS, agency.months, strict=True)
                if sum(kinds)
            ]
            rows += [
                (None, stratum, value, kinds)
                for stratum, values in groups.items()
                for value, kinds in values.items()
                if sum(kinds)
            ]
            for month, stratum, value, kinds in rows:
                denominator, numerator = counts_of(kinds, measure)
                rest = kinds[4 - measure]
                rates.append(
                    (name, _YEAR, "operational", month, stratum, value, denominator, numerator,
                     rest, 0)
                )  # fmt: skip
    if rates:
        marks = ", ".join(["(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"] * len(rates))
        connection.execute(
            f"insert into fct_measure_rate values {marks}", [cell for row in rates for cell in row]
        )


def release(
    models: ShareableModels, connection: duckdb.DuckDBPyConnection, as_of: date
) -> list[tuple[Any, ...]]:
    connection.execute("delete from int_run__as_of")
    connection.execute("insert into int_run__as_of values (?)", [as_of])
    models.build(connection)
    return connection.execute(f"select {_KEY} from export_metric_measure_rate").fetchall()


def members(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str, str], set[str]]:
    """The values in each published group, by measure and breakdown."""
    found: dict[tuple[str, str, str], set[str]] = {}
    for measure, stratum, value, published in connection.execute(
        "select measure_id, stratum_name, group_name, published_name from export_rate_first_group"
        " where is_published"
    ).fetchall():
        found.setdefault((measure, stratum, published), set()).add(value)
    for measure, stratum, value, published in connection.execute(
        "select measure_id, stratum_name, group_name, published_name from export_rate_sister_group"
        " where is_published"
    ).fetchall():
        first = f"m{measure[1:]}"
        inner = found.get((first, stratum, value), {value})
        found.setdefault((measure, stratum, published), set()).update(inner)
    return found


def family_of(
    number: int, agency: Agency, rows: list[tuple[Any, ...]], inner: dict[Any, set[str]]
) -> Family:
    measures = [f"m{number}", f"s{number}"][: 1 + agency.has_sister]
    indexes = range(len(measures))
    return Family(
        months={
            month: [counts_of(kinds, index) for index in indexes]
            for month, kinds in zip(_MONTHS, agency.months, strict=True)
        },
        groups={
            stratum: {
                value: [counts_of(kinds, i) for i in indexes] for value, kinds in values.items()
            }
            for stratum, values in split(agency).items()
        },
        members={
            (measures.index(name), stratum, published): values
            for (name, stratum, published), values in inner.items()
            if name in measures
        },
        rows=[
            Row(measures.index(row[0]), *row[1:6], row[6], row[7], row[8], row[9])
            for row in rows
            if row[0] in measures
        ],
    )


@settings(max_examples=12, deadline=None)
@given(
    found=st.lists(agencies(), min_size=1, max_size=14),
    ends=st.lists(st.sampled_from([*_MONTH_ENDS, *_LATER_ENDS]), unique=True, max_size=14),
)
def test_no_count_of_1_to_10_follows_from_all_releases_together(
    models: ShareableModels,
    database: duckdb.DuckDBPyConnection,
    found: list[Agency],
    ends: list[date],
) -> None:
    fill(database, found)
    published: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for as_of in sorted({*ends, date(_YEAR + 1, 6, 30)}):
        for row in release(models, database, as_of):
            before = published.setdefault(row[:6], row)
            assert before == row, "a published number changed in a later release"
    for row in published.values():
        denominator, numerator, excluded, rate = row[6], row[8], row[10], row[12]
        shown = [denominator, numerator, excluded]
        if denominator is not None and numerator is not None:
            shown.append(denominator - numerator)
        assert not [count for count in shown if count is not None and 1 <= count <= LARGEST]
        if denominator and numerator is not None:
            assert rate == round(Decimal(numerator) / denominator, 6)
        else:
            assert rate is None
    inner = members(database)
    for number, agency in enumerate(found):
        reader = Reader(family_of(number, agency, list(published.values()), inner))
        assert reader.revealed() == [], agency


@settings(max_examples=12, deadline=None)
@given(found=st.lists(agencies(), min_size=1, max_size=20))
def test_every_agency_total_of_11_or_more_is_visible(
    models: ShareableModels, database: duckdb.DuckDBPyConnection, found: list[Agency]
) -> None:
    fill(database, found)
    rows = release(models, database, date(_YEAR + 1, 6, 30))
    totals = {row[0]: row for row in rows if row[1] == "year" and row[4] == "total"}
    for number, agency in enumerate(found):
        for measure in range(1 + agency.has_sister):
            total = [sum(month[kind] for month in agency.months) for kind in range(5)]
            denominator, numerator = counts_of(total, measure)
            if f"{'ms'[measure]}{number}" not in totals:
                assert sum(total) == 0
                continue
            row = totals[f"{'ms'[measure]}{number}"]
            if denominator > LARGEST:
                assert row[6] == denominator, agency
            if 1 <= numerator <= LARGEST and denominator > 2 * LARGEST:
                assert row[9] == "fewer than 11"


def test_the_reader_finds_a_month_that_overlapping_periods_reveal() -> None:
    months = {month: [(20, 0)] for month in _MONTHS}
    months[_MONTHS[1]] = [(5, 0)]
    year = (_MONTHS[0], _MONTH_ENDS[11])
    rows = [
        Row(0, "months", *year, "total", "all", 225, "shown", 0, "shown"),
        Row(0, "months", _MONTHS[2], year[1], "total", "all", 200, "shown", 0, "shown"),
        Row(0, "month", _MONTHS[0], _MONTH_ENDS[0], "total", "all", 20, "shown", 0, "shown"),
    ]
    assert Reader(Family(months, {}, {}, rows[1:])).revealed() == []
    assert (
        "denominator 0 of month 2026-02-01 = 5 is in 5 to 5"
        in Reader(Family(months, {}, {}, rows)).revealed()
    )


def test_the_reader_knows_that_a_part_of_a_small_whole_is_smaller() -> None:
    months = {_MONTHS[0]: [(15, 12)]}
    row = ("month", _MONTHS[0], _MONTH_ENDS[0], "total", "all", 15, "shown", None)
    assert (
        Reader(Family(months, {}, {}, [Row(0, *row, "withheld to protect others")])).revealed()
        == []
    )
    months = {_MONTHS[0]: [(15, 4)]}
    assert (
        Reader(Family(months, {}, {}, [Row(0, *row, "withheld to protect others")])).revealed()
        == []
    )
    # 4 as "fewer than 11" would leave 5 to 14 for the rest, which is 11.
    months = {_MONTHS[0]: [(15, 8)]}
    assert Reader(Family(months, {}, {}, [Row(0, *row, "fewer than 11")])).revealed() != []


def test_the_reader_subtracts_measures_of_the_same_events() -> None:
    months = {month: [(40, 15), (40, 18 if month == _MONTHS[0] else 35)] for month in _MONTHS}
    rows = [
        Row(index, "month", _MONTHS[0], _MONTH_ENDS[0], "total", "all", 40, "shown", met, "shown")
        for index, met in enumerate((15, 18))
    ]
    assert Reader(Family(months, {}, {}, rows[:1])).revealed() == []
    assert Reader(Family(months, {}, {}, rows)).revealed()
