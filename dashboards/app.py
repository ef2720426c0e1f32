"""The leaders' page: measures of a release with trends, targets, comparisons and definitions.

Served by `caseload dashboard` through orchestration/leaders_page.py, which logs the view. Shows
released aggregates only; counts that are not shown read "fewer than 11" or "withheld to protect
others". The table next to each chart is its text alternative.
"""

from __future__ import annotations

import os
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import streamlit as st

from dashboards import charts, escaping, tables
from dashboards.release_reader import NoReleaseError, PublishedRelease, current

STRATA = {
    "program_id": "Program",
    "site_id": "Site",
    "payer_type": "Payer",
    "age_band": "Age",
    "sex": "Sex",
    "race": "Race",
    "ethnicity": "Ethnicity",
}
BASES = {
    "operational": "Operational: hospital alerts and the agency's record, provisional",
    "reporting": "Reporting: final claims, complete 90 days after the measurement window",
}


def main() -> None:
    """Draw the page."""
    st.set_page_config(page_title="Caseload: program measures", page_icon="📋", layout="wide")
    try:
        released = current(Path(os.environ.get("CASELOAD_PUBLISHED", "data/published")))
    except NoReleaseError as error:
        st.title("Caseload")
        st.info(escaping.markdown(str(error)))
        return
    _head(released)
    rates = released.metric("measure_rate")
    definitions = released.metric("measure_definition")
    year, basis = _choices(rates)
    chosen = rates.filter((pl.col("measurement_year") == year) & (pl.col("basis") == basis))
    _overview(chosen, definitions, year)
    _one_measure(chosen, definitions, year)
    _caseload(released)
    _feeds(released)


def _head(released: PublishedRelease) -> None:
    zone = ZoneInfo(os.environ.get("CASELOAD_TIME_ZONE", "America/New_York"))
    st.title("Program measures")
    st.markdown(
        f"As of {tables.time_text(released.as_of.astimezone(zone))} · release"
        f" {escaping.markdown(released.release_id)} ·"
        " based on public measure specifications, not certified"
    )
    if released.stale_feeds:
        st.error(
            "Late feeds: "
            + escaping.markdown(", ".join(released.stale_feeds))
            + ". Their latest data are missing from these numbers.",
            icon="⚠️",
        )


def _choices(rates: pl.DataFrame) -> tuple[int, str]:
    years = rates["measurement_year"].unique().sort(descending=True).to_list()
    bases = [basis for basis in BASES if basis in rates["basis"].unique().to_list()]
    if not years or not bases:
        st.info("This release has no measure events yet.")
        st.stop()
    left, right = st.columns([1, 3])
    year = left.selectbox("Measurement year", years)
    basis = right.radio("Basis", bases, format_func=lambda name: BASES[name], horizontal=True)
    return year, basis


def _overview(chosen: pl.DataFrame, definitions: pl.DataFrame, year: int) -> None:
    st.header("Overview")
    totals = tables.agency_totals(chosen)
    if totals.is_empty():
        st.info(f"No period of {year} can be published yet on this basis.")
        return
    cards = tables.cards(totals, definitions)
    for start in range(0, len(cards), 4):
        for column, card in zip(st.columns(4), cards[start : start + 4], strict=False):
            with column.container(border=True, height="stretch"):
                st.markdown(f"**{card.title}**")
                st.metric(
                    card.title,
                    card.value,
                    delta=card.versus_target,
                    delta_color="normal" if card.higher_is_better else "inverse",
                    label_visibility="collapsed",
                )
                st.markdown(card.context)


def _one_measure(chosen: pl.DataFrame, definitions: pl.DataFrame, year: int) -> None:
    st.header("Measure details")
    titles = dict(definitions.select("measure_id", "title").iter_rows())
    present = [name for name in titles if name in chosen["measure_id"].unique().to_list()]
    if not present:
        return
    measure_id = st.selectbox(
        "Measure",
        present,
        index=present.index(tables.most_visible_measure(chosen)),
        format_func=lambda name: titles[name],
    )
    definition = definitions.filter(pl.col("measure_id") == measure_id).row(0, named=True)
    rows = chosen.filter(pl.col("measure_id") == measure_id)
    st.markdown(f"**{definition['title']}.** {definition['description']}")
    st.markdown(tables.measure_source(definition))

    periods = rows.filter(pl.col("period_type") != "year").sort("period_start")
    st.subheader(f"By period, {year}")
    left, right = st.columns([3, 2])
    if periods["rate"].null_count() == periods.height:
        left.info("No part of the year can be published: the counts are small or not final.")
    else:
        left.altair_chart(charts.trend(periods, definition), width="stretch")
    right.dataframe(
        tables.rate_table(periods, "period", "Period"), hide_index=True, width="stretch"
    )

    heading = st.empty()
    name = st.radio(
        "Compare by", list(STRATA), format_func=lambda key: STRATA[key], horizontal=True
    )
    # Race and ethnicity get a neutral heading.
    heading.subheader(
        f"Rates by {STRATA[name].lower()}"
        if name in ("race", "ethnicity")
        else "Where are we not reaching people?"
    )
    strata = rows.filter(pl.col("stratum_name") == name).sort("stratum_value")
    left, right = st.columns([3, 2])
    if strata["rate"].null_count() == strata.height:
        left.info("No group can be published: groups need a complete year and larger counts.")
    else:
        left.altair_chart(charts.comparison(strata, definition, STRATA[name]), width="stretch")
    right.dataframe(
        tables.rate_table(strata, "stratum_value", STRATA[name]), hide_index=True, width="stretch"
    )
    st.markdown(
        "No count from 1 to 10 is shown or can be computed: months are joined and small groups are"
        " merged until their counts are larger. 0 is shown."
    )


def _caseload(released: PublishedRelease) -> None:
    caseload = released.metric("caseload")
    st.header("Caseload")
    agency = caseload.filter(pl.col("breakdown") == "agency")
    if agency.height:
        clients = tables.count_text(agency["clients"][0], agency["clients_status"][0])
        st.markdown(f"Active clients: **{clients}**")
    left, right = st.columns(2)
    for column, breakdown, heading in (
        (left, "tier", "By site and tier"),
        (right, "program", "By site and program"),
    ):
        column.subheader(heading)
        column.dataframe(
            tables.crosstab(caseload.filter(pl.col("breakdown") == breakdown), breakdown),
            hide_index=True,
            width="stretch",
        )
    st.subheader("Task outcomes, latest months that are over")
    st.dataframe(
        tables.recent_task_flow(released.metric("task_flow")), hide_index=True, width="stretch"
    )


def _feeds(released: PublishedRelease) -> None:
    st.header("Data sources")
    st.dataframe(tables.readable_table(released.metric("feed")), hide_index=True, width="stretch")
    st.markdown(tables.matching_accuracy_text(released.linkage_accuracy()))
    if released.manifest["notices"]:
        st.html(escaping.bullets(released.manifest["notices"]))


if __name__ == "__main__":
    main()
