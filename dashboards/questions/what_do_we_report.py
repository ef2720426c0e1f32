"""What do we report? The CCBHC list and all other measures of a year, beside the year before."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboards import filters, frame, measure_section
from dashboards.frame import Page
from dashboards.html_table import Cell, Column, Table
from figures.released import CcbhcMeasure, Figures, RateRow
from figures.words import percent, rate_text

ADDRESS = "reports"
TITLE = "What do we report?"
_BASES = {
    "reporting": "Reporting: final claims, complete 90 days after the measurement window",
    "operational": "Operational: hospital alerts and the agency's record",
    "fhir": "From FHIR resources",
}
_COLUMNS = [
    Column("measure", "Measure"),
    Column("version", "Version"),
    Column("denominator", "Denominator", is_number=True),
    Column("numerator", "Numerator", is_number=True),
    Column("excluded", "Excluded", is_number=True),
    Column("rate", "Rate", is_number=True),
    Column("before", "Year before", is_number=True),
    Column("national", "National", is_number=True),
]


def draw(page: Page) -> None:
    """Draw the page."""
    frame.head(page, TITLE)
    figures = page.figures
    years = sorted({row.measurement_year for row in figures.rates}, reverse=True)
    if not years:
        st.info("No figure can be published yet: counts are small or not final.")
        return
    complete = [row.measurement_year for row in figures.rates if row.period_type == "year"]
    default = years.index(max(complete)) if complete else 0
    year = int(filters.choose("year", "Measurement year", [str(y) for y in years], default=default))
    bases = [name for name in _BASES if name in {row.basis for row in figures.rates}]
    basis = filters.choose("basis", "Basis", bases, lambda name: _BASES[name].split(":")[0])
    st.markdown(_BASES[basis])
    st.header("CCBHC measures")
    frame.table(ccbhc_table(figures, year))
    st.header("All measures of this basis")
    rows = year_totals(figures, year, basis)
    if rows:
        frame.table(year_table(figures, rows, year))
    else:
        st.markdown(f"No measure of {year} is complete on this basis.")


def year_totals(figures: Figures, year: int, basis: str) -> list[RateRow]:
    """The agency totals of a complete measurement year. One row per measure."""
    return [
        row
        for row in figures.rates
        if row.is_total and row.period_type == "year" and (row.measurement_year, row.basis) == (year, basis)
    ]  # fmt: skip


def year_table(figures: Figures, rows: Sequence[RateRow], year: int) -> Table:
    """Build the table of all measures of a year and basis."""
    lines = [_line(figures, row.measure_id, row, row.basis, year) for row in rows]
    return Table("year", f"Measurement year {year}", _COLUMNS, lines)


def ccbhc_table(figures: Figures, year: int) -> Table:
    """Build the CCBHC list in its order; measures without a row say what is missing."""
    lines = []
    for measure in figures.ccbhc_measures:
        row, basis = None, None
        if measure.measure_id is not None:
            basis = figures.basis_of(measure.measure_id)
            row = _year_total(figures, measure.measure_id, basis, year)
        title = f"{measure.ccbhc_code}: {measure.title}"
        cells = _line(figures, measure.measure_id, row, basis, year, title)
        lines.append([*cells, Cell(basis or "–"), Cell(_missing(measure, row, year))])
    columns = [*_COLUMNS, Column("basis", "Basis"), Column("missing", "What is missing")]
    return Table("ccbhc", f"CCBHC list, measurement year {year}", columns, lines)


def _missing(measure: CcbhcMeasure, row: RateRow | None, year: int) -> str:
    parts = [measure.what_is_missing] if measure.what_is_missing else []
    if measure.measure_id is not None and row is None:
        parts.append(f"no complete figure of {year}")
    return "; ".join(parts) or "–"


def _line(
    figures: Figures,
    measure_id: str | None,
    row: RateRow | None,
    basis: str | None,
    year: int,
    title: str | None = None,
) -> list[Cell]:
    """The cells of `_COLUMNS` for a measure."""
    definition = figures.definitions.get(measure_id or "")
    name = title or (definition.title if definition else str(measure_id))
    link = measure_section.definition_link(measure_id) if measure_id and definition else None
    version = figures.version_of(measure_id, year) if measure_id else None
    national = definition.national_rate if definition else None
    before = _year_total(figures, measure_id, basis, year - 1) if measure_id else None
    return [
        Cell(name, None, link),
        Cell(version or "–"),
        *(
            [Cell("–")] * 4
            if row is None
            else [
                Cell(row.denominator.text, row.denominator.value),
                Cell(row.numerator.text, row.numerator.value),
                Cell(row.excluded.text, row.excluded.value),
                Cell(rate_text(row), row.rate),
            ]
        ),
        Cell(rate_text(before), before.rate) if before else Cell("–"),
        Cell(percent(national), national) if national is not None else Cell("–"),
    ]


def _year_total(figures: Figures, measure_id: str, basis: str | None, year: int) -> RateRow | None:
    rows = figures.year_rows(measure_id, basis, year)
    return next((row for row in rows if row.is_total), None)
