"""Pages that answer their question with measures: p-chart, table, groups and definition of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from dashboards import count_section, filters, frame, measure_section
from dashboards.frame import Page
from figures.month_counts import PeriodCount
from figures.released import Figures
from figures.words import BREAKDOWNS


@dataclass(frozen=True)
class Question:
    """A page of measures.

    Attributes:
        address: the page's name in the address.
        title: the question.
        measures: ids of its measures, most important first.
        counted: the measure whose events are counted by month; None where events are not the question.
    """

    address: str
    title: str
    measures: Sequence[str]
    counted: str | None = None


QUESTIONS = (
    Question(
        "hospital",
        "Do we reach people after a hospital stay?",
        (
            "contact_24h", "contact_24h_from_notification", "attempt_24h", "followup_7d_scheduled",
            "followup_7d_kept", "fuh_7", "fuh_30", "fum_7", "fum_30", "fua_7", "fua_30",
            "bh_readmit_30", "pcr",
        ),
        counted="contact_24h",
    ),
    Question(
        "visits",
        "Do people come?",
        (
            "no_show_rate", "missed_followup_attempt", "missed_followup_reached",
            "missed_followup_rescheduled", "missed_followup_kept", "iserv", "iserv_service",
            "iserv_crisis",
        ),
        counted="no_show_rate",
    ),
    Question(
        "outcomes",
        "Do people get better?",
        ("phq9_response", "dep_rem_6", "iet_initiation", "iet_engagement", "oud", "saa", "amm_acute",
         "amm_continuation"),
    ),
    Question(
        "referrals",
        "Where do referrals break?",
        ("referral_loop_closed", "sdoh", "sdoh_addressed"),
        counted="referral_loop_closed",
    ),
)  # fmt: skip


def page_of(question: Question) -> Callable[[Page], None]:
    """Return the function that draws the page of a question."""

    def draw(page: Page) -> None:
        frame.head(page, question.title)
        measures = released_measures(page.figures, question.measures)
        if not measures:
            st.info("No figure of this page can be published yet: counts are small or not final.")
            return
        titles = {name: page.figures.definitions[name].title for name in measures}
        every = "all"
        chosen = filters.choose(
            "measure", "Measure", [every, *measures], lambda name: titles.get(name, "All")
        )
        breakdown = filters.choose(
            "group", "Compare groups by", ["none", *BREAKDOWNS], lambda name: BREAKDOWNS.get(name, "No groups")
        )  # fmt: skip
        for measure_id in measures if chosen == every else [chosen]:
            measure_section.draw(page, measure_id)
            if breakdown != "none":
                basis = page.figures.basis_of(measure_id)
                measure_section.draw_groups(page, measure_id, basis, breakdown)
        if question.counted in measures and chosen in (every, question.counted):
            draw_events(page, question.counted)

    return draw


def draw_events(page: Page, measure_id: str) -> None:
    """Draw the number of events of a measure by month."""
    rows = page.figures.totals(measure_id, page.figures.basis_of(measure_id))
    definition = page.figures.definitions[measure_id]
    unit = definition.denominator_unit.replace("_", " ")
    count_section.draw(
        f"{measure_id}_events",
        f"{unit.capitalize()}s by month",
        [PeriodCount(r.period_type, r.period_start, r.period_end, r.denominator) for r in rows],
        page.figures.rebase_points.get(measure_id),
    )
    title, link = definition.title, measure_section.definition_link(measure_id)
    st.markdown(f"Counted are the {unit}s of [{title}]({link}).")


def released_measures(figures: Figures, wanted: Sequence[str]) -> list[str]:
    """Those of the wanted measures that have released rows."""
    released = {row.measure_id for row in figures.rates}
    return [name for name in wanted if name in released]
