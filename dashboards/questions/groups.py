"""Is anyone left out? Each group of a complete year against the agency, with the interval of the difference."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboards import charts, filters, frame, measure_section
from dashboards.frame import Page
from dashboards.html_table import Cell, Column, Table
from figures.intervals import difference
from figures.released import RateRow
from figures.words import BREAKDOWNS, group_words, percent, rate_text

ADDRESS = "groups"
TITLE = "Is anyone left out?"
_SHOWN_FIRST = ("contact_24h", "attempt_24h", "followup_7d_kept", "no_show_rate")
_TOO_FEW = "too few to say"


def draw(page: Page) -> None:
    """Draw the page."""
    frame.head(page, TITLE)
    released = {row.measure_id for row in page.figures.rates if not row.is_total}
    measures = [name for name in page.figures.definitions if name in released]
    if not measures:
        st.info("No group can be published yet: groups need a complete year.")
        return
    first = next((name for name in _SHOWN_FIRST if name in measures), measures[0])
    measure_id = filters.choose(
        "measure",
        "Measure",
        measures,
        lambda name: page.figures.definitions[name].title,
        measures.index(first),
    )
    definition = page.figures.definitions[measure_id]
    basis = page.figures.basis_of(measure_id)
    st.header(definition.title)
    st.markdown(f"[What this number means]({measure_section.definition_link(measure_id)})")
    for breakdown, heading in BREAKDOWNS.items():
        rows = measure_section.latest_groups(page, measure_id, basis, breakdown)
        st.subheader(heading)
        if not rows:
            st.markdown(
                f"{_TOO_FEW.capitalize()}: fewer than two groups have counts that can be shown."
            )
            continue
        year = rows[0].measurement_year
        total = next(
            (row for row in page.figures.year_rows(measure_id, basis, year) if row.is_total), None
        )
        left, right = st.columns([2, 3])
        left.altair_chart(charts.dots(rows, definition, heading), width="stretch")
        with right:
            frame.table(comparison(measure_id, breakdown, rows, total))
    st.markdown(
        "The difference is the group less everyone else in the agency, with its 95% interval (Newcombe)."
        " An interval that contains 0 may be chance. Small groups are merged, so that no count from"
        " 1 to 10 can be derived."
    )


def comparison(
    measure_id: str, breakdown: str, rows: Sequence[RateRow], total: RateRow | None
) -> Table:
    """Build the table of groups against everyone else in the agency.

    Args:
        measure_id: the measure.
        breakdown: the groups' kind.
        rows: the groups of one year.
        total: the agency total of that year; without it, no difference is shown.
    """
    lines = []
    for row in rows:
        gap, interval = _against_others(row, total)
        lines.append(
            [
                Cell(group_words(breakdown, row.stratum_value)),
                Cell(rate_text(row), row.rate, measure_section.definition_link(measure_id)),
                Cell(row.denominator.text, row.denominator.value),
                Cell(_TOO_FEW if gap is None else f"{gap * 100:+.1f} points", gap),
                Cell(interval),
            ]
        )
    columns = [
        Column("group", BREAKDOWNS[breakdown]),
        Column("rate", "Rate", is_number=True),
        Column("denominator", "Of", is_number=True),
        Column("difference", "Against all others", is_number=True),
        Column("interval", "95% interval"),
    ]
    year = rows[0].measurement_year
    return Table(breakdown, f"By {BREAKDOWNS[breakdown].lower()}, {year}", columns, lines)


def _against_others(row: RateRow, total: RateRow | None) -> tuple[float | None, str]:
    if total is None or not total.has_rate or not row.has_rate:
        return None, "–"
    others = (total.counts[0] - row.counts[0], total.counts[1] - row.counts[1])
    if others[1] == 0:
        return None, "–"
    low, high = difference(row.counts, others)
    gap = row.counts[0] / row.counts[1] - others[0] / others[1]
    return (
        gap,
        f"{low * 100:+.1f} to {high * 100:+.1f} points ({percent(others[0] / others[1])} of others)",
    )
