"""What does a number mean? The definitions of all measures, or of the one in the address."""

from __future__ import annotations

import streamlit as st

from dashboards import escaping, filters, frame
from dashboards.frame import Page
from dashboards.html_table import Cell, Column, Table
from figures.released import Definition
from figures.words import percent

ADDRESS = "definitions"
TITLE = "What does a number mean?"


def draw(page: Page) -> None:
    """Draw the page."""
    frame.head(page, TITLE)
    definitions = page.figures.definitions
    every = "all"
    chosen = filters.choose(
        "measure",
        "Measure",
        [every, *definitions],
        lambda name: definitions[name].title if name in definitions else "All measures",
    )
    if chosen == every:
        frame.table(overview(list(definitions.values())))
        return
    _one(page, definitions[chosen])


def overview(definitions: list[Definition]) -> Table:
    """Build the table of all definitions."""
    columns = [Column("measure", "Measure"), Column("description", "Definition"), Column("steward", "Steward")]  # fmt: skip
    lines = [
        [
            Cell(found.title, None, f"{ADDRESS}?measure={found.measure_id}"),
            Cell(found.description),
            Cell(found.steward),
        ]
        for found in definitions
    ]
    return Table("definitions", f"{len(lines)} measures", columns, lines)


def _one(page: Page, definition: Definition) -> None:
    st.header(definition.title)
    st.markdown(escaping.markdown(definition.description))
    columns = [Column("about", "About"), Column("value", "Value")]
    years = sorted(
        {row.measurement_year for row in page.figures.rates if row.measure_id == definition.measure_id}
    )  # fmt: skip
    versions = ", ".join(
        f"{year}: {page.figures.version_of(definition.measure_id, year) or 'none'}"
        for year in years
    )
    facts = {
        "Id": definition.measure_id,
        "Counts": f"per {definition.denominator_unit}",
        "Better": "higher" if definition.higher_is_better else "lower",
        "Target": _rate(definition.target_rate),
        "National figure": _rate(definition.national_rate, definition.national_label),
        "Steward": definition.steward,
        "Version by year": versions or "–",
        "Certification": definition.certification,
        "Source": definition.source_url,
    }
    frame.table(
        Table(
            "facts", "Facts", columns, [[Cell(name), Cell(value)] for name, value in facts.items()]
        )
    )


def _rate(rate: object, label: str | None = None) -> str:
    if rate is None:
        return "none"
    return percent(float(str(rate))) + (f" ({label})" if label else "")
