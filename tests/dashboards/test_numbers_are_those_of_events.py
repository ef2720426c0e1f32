"""Every rate on the leaders' pages, back to the events, to the last shown digit.

The events are counted here, without the models of rates and their suppression. How merged, joined and
hidden counts read is docs/suppression.md.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path

import duckdb
import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.questions import measures
from figures.words import BREAKDOWNS, group_words
from tests.conftest import Demo
from tests.dashboards.shown_numbers import Line, RateTable, chart_rates, rate_tables, tiles

FEW, WITHHELD = "fewer than 11", "withheld to protect others"
NO_CELL, TOO_FEW = "–", "too few to say"
OTHERS = "All other groups"
HALF_OF_LAST_DIGIT = Fraction(1, 20)  # of percent and points with one decimal
BASES = ("reporting", "operational", "fhir")
Drawn = Callable[..., AppTest]


@dataclass(frozen=True)
class Counts:
    """Evaluated events of a cell, and those with the outcome."""

    of: int
    met: int

    @classmethod
    def in_events(cls, events: pl.DataFrame) -> Counts:
        """Count events."""
        met = (events["status"] == "met").sum()
        return cls(met + (events["status"] == "not_met").sum(), met)

    @property
    def rate(self) -> Fraction:
        """The exact rate."""
        return Fraction(self.met, self.of)

    def are_shown_by(self, texts: dict[str, str]) -> bool:
        """True if Of, Met and Rate, as far as they are there, read as docs/suppression.md#words says."""
        met = f"{self.met:,}"
        if _is_small(self.met) and self.of > 20:
            met = FEW
        elif _is_small(self.met) or _is_small(self.of - self.met):
            met = WITHHELD
        of = f"{self.of:,}"
        if _is_small(self.of):
            of = met = FEW
        if not self.of:
            is_rate = texts["Rate"] == "no event"
        elif met in (FEW, WITHHELD):
            is_rate = texts["Rate"] == met
        else:
            is_rate = _is_rounded(texts["Rate"].removesuffix("%"), self.rate)
        return is_rate and texts.get("Of", of) == of and texts.get("Met", met) == met


def _is_small(count: int) -> bool:
    return 1 <= count <= 10


def _is_rounded(text: str, exact: Fraction) -> bool:
    """True if a text with one decimal is the exact share, in percent or points."""
    is_number = re.fullmatch(r"[+-]?\d+\.\d", text) is not None
    return is_number and abs(Fraction(text) - 100 * exact) <= HALF_OF_LAST_DIGIT


@dataclass(frozen=True)
class Events:
    """The events of all measures, and the basis of each measure that pages use."""

    events: pl.DataFrame
    bases: dict[str, str]
    titles: dict[str, str]

    def of(self, measure_id: str, basis: str | None = None) -> pl.DataFrame:
        """Events of a measure on one basis."""
        return self.events.filter(
            pl.col("measure_id") == measure_id,
            pl.col("basis") == (basis or self.bases[measure_id]),
        )

    def of_year(self, measure_id: str, year: int, basis: str | None = None) -> pl.DataFrame:
        """Events of a measurement year."""
        return self.of(measure_id, basis).filter(pl.col("measurement_year") == year)

    def of_span(self, measure_id: str, span: str) -> pl.DataFrame:
        """Events of `2025` (a measurement year), `May 2026` or `Nov 2025 to Jan 2026`."""
        if span.isdigit():
            return self.of_year(measure_id, int(span))
        first, _, last = span.rpartition(" to ")
        end = _month(last)
        start = (
            end if not first else _month(first if first[-1].isdigit() else f"{first} {end.year}")
        )
        month = pl.col("event_date").dt.truncate("1mo")
        return self.of(measure_id).filter(month.is_between(start, end))

    def of_period(self, measure_id: str, period: str) -> list[Counts]:
        """Counts of a period; one for each measurement year, where a month is in two."""
        years = self.of_span(measure_id, period).partition_by("measurement_year")
        return [Counts.in_events(year) for year in years] or [Counts(0, 0)]


def _month(text: str) -> date:
    return datetime.strptime(text, "%b %Y").date()


@pytest.fixture(scope="module")
def events(demo: Demo) -> Events:
    with duckdb.connect(str(demo.data / "warehouse.duckdb"), read_only=True) as connection:
        found = connection.execute(
            f"select measure_id, basis, measurement_year, event_date, status, {', '.join(BREAKDOWNS)}"
            " from measures.fct_measure_event"
        ).pl()
        titles = connection.execute("select title, measure_id from measures.dim_measure").fetchall()
    released = _released_rates(demo).select("measure_id", "basis").unique().rows()
    ranked = sorted(released, key=lambda row: BASES.index(row[1]), reverse=True)
    return Events(found, dict(ranked), dict(titles))


def _released_rates(demo: Demo) -> pl.DataFrame:
    return pl.read_parquet(demo.release / "metrics" / "measure_rate.parquet", glob=False)


def compare_periods(table: RateTable, events: Events) -> None:
    """Compare a table by period with the events."""
    for line in table.lines:
        counted = events.of_period(line.measure_id, line.name)
        assert any(counts.are_shown_by(line.texts) for counts in counted), (line, "events", counted)


def compare_groups(table: RateTable, events: Events) -> None:
    """Compare a table by group with the events, and differences from everyone else where shown."""
    (breakdown,) = (name for name, words in BREAKDOWNS.items() if words == table.kind)
    label = (
        pl.col(breakdown)
        .fill_null("unknown")
        .map_elements(lambda group: group_words(breakdown, group), return_dtype=pl.String)
    )
    year = events.of_year(table.measure_id, table.year).with_columns(label.alias("label"))
    named = [line.name for line in table.lines if line.name != OTHERS]
    members = {name: pl.col("label") == name for name in named}
    members[OTHERS] = ~pl.col("label").is_in(named)
    total = Counts.in_events(year)
    groups = {name: Counts.in_events(year.filter(chosen)) for name, chosen in members.items()}
    for line in table.lines:
        counts = groups[line.name]
        assert counts.are_shown_by(line.texts), (line, "events", counts)
        if "Against all others" in line.texts:
            _compare_difference(line, counts, Counts(total.of - counts.of, total.met - counts.met))
    if all(line.name != OTHERS for line in table.lines):
        assert groups[OTHERS] == Counts(0, 0), (table.caption, "events of no group", groups[OTHERS])


def _compare_difference(line: Line, group: Counts, others: Counts) -> None:
    gap, interval = line.texts["Against all others"], line.texts["95% interval"]
    if not group.of or not others.of:
        assert (gap, interval) == (TOO_FEW, NO_CELL)
        return
    said = re.search(r"\((.+)% of others\)", interval)
    assert _is_rounded(gap.removesuffix(" points"), group.rate - others.rate), (line, "events", group, others)  # fmt: skip
    assert said is not None
    assert _is_rounded(said[1], others.rate), (line, "events", others)


def compare_years(table: RateTable, events: Events, basis: str) -> None:
    """Compare a table of measures in one year with the events."""
    for line in table.lines:
        texts = line.texts
        on = texts.get("Basis", basis)
        if texts["Rate"] != NO_CELL:
            year = events.of_year(line.measure_id, table.year, on)
            counts = Counts.in_events(year)
            assert counts.are_shown_by(texts), (line, "events", counts)
            excluded = (year["status"] == "excluded").sum()
            shown = (FEW, WITHHELD) if _is_small(excluded) else (f"{excluded:,}", WITHHELD)
            assert texts["Excluded"] in shown, (line, "excluded events", excluded)
        if texts["Year before"] != NO_CELL:
            before = Counts.in_events(events.of_year(line.measure_id, table.year - 1, on))
            assert before.are_shown_by({"Rate": texts["Year before"]}), (line, "events", before)


def compare_charts(page: AppTest, tables: list[RateTable], events: Events) -> None:
    """Compare each chart with the table beside it, which is compared with the events."""
    beside = {(table.measure_id, table.kind): table.rates for table in tables}
    for title, kind, rates in chart_rates(page):
        assert rates == beside.pop((events.titles[title], kind)), (title, "events, as in the table")
    assert not any(beside.values()), "tables without a chart"


def compare_question(page: AppTest, events: Events) -> list[RateTable]:
    """Compare everything on a page of measures, or of groups, with the events."""
    assert not page.exception
    tables = rate_tables(page)
    for table in tables:
        compare = compare_periods if table.kind == "Period" else compare_groups
        compare(table, events)
    compare_charts(page, tables, events)
    for element in page.markdown:
        if said := re.search(r"measure=(\w+)\).* basis: (\w+)$", element.value):
            assert events.bases[said[1]] == said[2]
    return tables


def compare_reports(page: AppTest, events: Events) -> int:
    """Compare the page of reports with the events; return the number of rates."""
    assert not page.exception
    basis = page.query_params.get("basis", BASES[0])
    ccbhc, year = rate_tables(page)
    compare_years(ccbhc, events, basis)
    compare_years(year, events, basis)
    return len(ccbhc.rates) + len(year.rates)


def compare_promises(page: AppTest, events: Events) -> int:
    """Compare tiles and sentences of the first page with the events; return the number of tiles."""
    assert not page.exception
    shown = tiles(page)
    for tile in shown:
        counts = Counts.in_events(events.of_span(tile.measure_id, tile.period))
        assert counts.are_shown_by(tile.texts), (tile, "events", counts)
        if tile.change:
            before = Counts.in_events(events.of_span(tile.measure_id, tile.period_before))
            assert _is_rounded(tile.change, counts.rate - before.rate), (tile, "events", before)
    values = {tile.title: tile.texts["Rate"] for tile in shown}
    for element in page.markdown:
        if said := re.match(r"- (.+): (\d+\.\d%) in (.+?), ", element.value):
            counted = events.of_period(events.titles[said[1]], said[3])
            texts = {"Rate": said[2]}
            assert any(counts.are_shown_by(texts) for counts in counted), (said[0], "events", counted)  # fmt: skip
        elif said := re.match(r"- (.+) is (\d+\.\d%); ", element.value):
            assert values[said[1]] == said[2], (said[0], "events, as in the tile")
    return len(shown)


@pytest.mark.parametrize("question", measures.QUESTIONS, ids=lambda question: question.address)
def test_periods_and_groups_of_a_question(
    drawn: Drawn, events: Events, question: measures.Question
) -> None:
    for breakdown in BREAKDOWNS:
        tables = compare_question(drawn(question.address, group=breakdown), events)
        assert any(table.kind == "Period" and table.rates for table in tables)


def test_groups_of_every_measure_and_their_differences(
    drawn: Drawn, demo: Demo, events: Events
) -> None:
    released = _released_rates(demo).filter(pl.col("stratum_name").is_in(list(BREAKDOWNS)))
    kinds = set()
    for measure_id in sorted(set(released["measure_id"])):
        kinds |= {
            table.kind for table in compare_question(drawn("groups", measure=measure_id), events)
        }
    assert kinds == set(BREAKDOWNS.values())


def test_reports_of_every_year_and_basis(drawn: Drawn, demo: Demo, events: Events) -> None:
    released = _released_rates(demo)
    compared = 0
    for year, basis in released.select("measurement_year", "basis").unique().sort(pl.all()).rows():
        page = drawn("reports", year=str(year), basis=basis)
        if len(rate_tables(page)) == 2:  # a year in progress has no table of totals
            compared += compare_reports(page, events)
    assert compared > 10


def test_promises(drawn: Drawn, events: Events) -> None:
    assert compare_promises(drawn("promises"), events) > 1


MONTH = pl.col("month").is_not_null() & (pl.col("measure_id") == "no_show_rate")
LATEST = MONTH & (pl.col("month") == pl.col("month").filter(MONTH).max())
YEAR = pl.col("measure_id").eq("no_show_rate") & pl.col("month").is_null()
WOMEN = YEAR & (pl.col("stratum_value") == "F")
TOTAL = YEAR & (pl.col("stratum_name") == "total")
ONE_PERCENT = pl.lit("0.01").cast(pl.Decimal(9, 6))


@pytest.mark.parametrize(
    ("changed", "column", "added", "name", "compare"),
    [
        (LATEST, "numerator", 1, "visits", compare_question),
        (LATEST, "denominator", -1, "visits", compare_question),
        (LATEST, "numerator", -1, "promises", compare_promises),
        (WOMEN, "numerator", 1, "visits", compare_question),
        (WOMEN, "rate", ONE_PERCENT, "visits", compare_question),
        (WOMEN, "denominator", 1, "groups", compare_question),
        (WOMEN, "rate", ONE_PERCENT, "groups", compare_question),
        (TOTAL, "numerator", 1, "reports", compare_reports),
        (TOTAL, "excluded", 1, "reports", compare_reports),
    ],
)
def test_comparison_detects_a_changed_number(
    drawn: Drawn,
    demo: Demo,
    events: Events,
    tmp_path: Path,
    changed: pl.Expr,
    column: str,
    added: int | pl.Expr,
    name: str,
    compare: Callable[[AppTest, Events], object],
) -> None:
    release = tmp_path / "published" / "current"
    shutil.copytree(demo.release, release)
    table = release / "metrics" / "measure_rate.parquet"
    before = pl.read_parquet(table, glob=False)
    after = before.with_columns(
        pl.when(changed).then(pl.col(column) + added).otherwise(column).cast(before.schema[column])
    )
    assert (before[column] != after[column]).sum() == 1
    table.chmod(0o600)
    after.write_parquet(table)
    address = {"measure": "no_show_rate", "group": "sex", "year": "2025", "basis": "operational"}
    page = drawn(name, published=release.parent, **address)
    with pytest.raises(AssertionError, match="events"):
        compare(page, events)
