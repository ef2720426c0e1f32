"""FUM, from rules/measures/fum.md#event; FUA shares its exclusions and repeat visits."""

from __future__ import annotations

import datetime as dt

import polars as pl

from tests.second_computation import fuh, steps
from tests.second_computation.steps import Inputs


def rows(inputs: Inputs) -> pl.DataFrame:
    """The rows of fum_7 and fum_30."""
    return pl.concat(_rows(inputs, year, basis) for year in inputs.years() for basis in steps.BASES)


def _rows(inputs: Inputs, year: int, basis: str) -> pl.DataFrame:
    rule = steps.versions("fum", year)
    events, exclusions = events_and_exclusions(
        inputs, rule, year, basis, fuh.has_index_diagnosis(rule)
    )
    by_diagnosis = pl.col("is_mental_principal") | (
        pl.col("is_self_harm_principal") & pl.col("is_mental_any")
    )
    if rule["any_mental_diagnosis_counts"]:
        by_diagnosis |= pl.col("is_mental_any")
    services = inputs.services.filter(
        fuh.is_contact(rule), by_diagnosis, ~pl.col("is_emergency"), pl.col("basis") == basis
    ).select("client_key", day="service_date")
    return with_windows(inputs, "fum", rule, basis, events, exclusions, services)


def events_and_exclusions(
    inputs: Inputs, rule: dict[str, int], year: int, basis: str, has_diagnosis: pl.Expr
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Emergency visits of a year without repeat visits, and their exclusions."""
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    last_event = dt.date(year, rule["last_visit_month"], rule["last_visit_day"])
    visits = (
        inputs.emergency_visits.filter(has_diagnosis, pl.col("basis") == basis)
        .join(inputs.clients, on="client_key")
        .filter(
            pl.col("visit_date").is_between(first, last_event),
            steps.age("birth_date", "visit_date") >= rule["minimum_age_years"],
        )
        .with_columns(
            event="ed_visit_key", event_date="visit_date", measurement_year=pl.lit(year), first_day=pl.lit(first),
            last_day=pl.lit(last), enrolled_through=steps.plus("visit_date", rule["enrollment_days"]),
        )
    )  # fmt: skip
    gap = steps.has_gap(inputs, visits, "event_date", "enrolled_through")
    visits = visits.with_columns(has_gap=gap if basis == "reporting" else pl.lit(value=False))
    following = (
        visits.select("event", "client_key", "event_date")
        .join(fuh.admissions(inputs, rule, basis), on="client_key")
        .filter(
            steps.days_between("event_date", "admit_date").is_between(0, rule["admission_days"])
        )
    )
    admitted = visits.filter("became_inpatient")
    if rule["residential_is_follow_up"]:
        care = inputs.stays.join(inputs.residential_stays, on=["basis", "stay_key"], how="semi")
        into_care = admitted.select("event", "client_key", "event_date", "end_date").join(
            care, on="client_key"
        )
        into_care = into_care.filter(
            pl.col("admit_date") >= pl.col("event_date"),
            steps.days_between("end_date", "admit_date") <= 1,
        )
        admitted = admitted.join(into_care, on="event", how="anti")
    exclusions = steps.first_reason(
        *steps.deaths_and_hospice(inputs, visits, inputs.stays),
        following.select(
            "event",
            exclusion_reason=pl.col("stay_class") + "_admission",
            exclusion_date="admit_date",
        ),
        admitted.select(
            "event", exclusion_reason=pl.lit("visit_became_inpatient"), exclusion_date="event_date"
        ),
    )
    runout = rule["claims_runout_days"] if basis == "reporting" else 0
    is_gap_known = pl.col("has_gap") & (
        steps.plus("event_date", rule["enrollment_days"] + runout) < inputs.as_of
    )
    visits = visits.join(
        exclusions.select("event", is_excluded=pl.lit(value=True)), on="event", how="left"
    )
    visits = visits.with_columns(
        hides=~(pl.col("is_excluded").fill_null(value=False) | is_gap_known)
    )
    return visits.filter(_is_shown(visits, rule["repeat_visit_days"])), exclusions


def _is_shown(visits: pl.DataFrame, days: int) -> pl.Series:
    """False for a visit that an earlier visit hides."""
    shown = {}
    ordered = visits.sort("client_key", "started_at", "event").select(
        "client_key", "event", "event_date", "hides"
    )
    hidden_through: dict[int, dt.date] = {}
    for client, event, day, hides in ordered.iter_rows():
        shown[event] = not hides or day > hidden_through.get(client, steps.LONG_AGO)
        if hides and shown[event]:
            hidden_through[client] = day + dt.timedelta(days=days)
    return pl.Series([shown[event] for event in visits["event"]], dtype=pl.Boolean)


def with_windows(
    inputs: Inputs, measure_set: str, rule: dict[str, int], basis: str, events: pl.DataFrame, exclusions: pl.DataFrame,
    contacts: pl.DataFrame,
) -> pl.DataFrame:  # fmt: skip
    """The rows of the windows of 7 and 30 days; `contacts` has the client and the day of each that counts."""
    days = (
        events.select("event", "client_key", "event_date")
        .join(contacts, on="client_key")
        .with_columns(number=steps.days_between("event_date", "day"))
        .filter(pl.col("number") >= rule["first_follow_up_day"])
    )
    runout = rule["claims_runout_days"] if basis == "reporting" else 0
    measures, numerators = [], []
    for window in (7, 30):
        measure_id = f"{measure_set}_{window}"
        limit = rule[f"{measure_id}_last_day"]
        measures.append(
            events.with_columns(
                measure_id=pl.lit(measure_id), closes_date=steps.plus("event_date", limit + runout)
            )
        )
        numerators.append(
            days.filter(pl.col("number") <= limit)
            .group_by("event")
            .agg(numerator_date=pl.col("day").min(), is_met=pl.lit(value=True))
            .with_columns(measure_id=pl.lit(measure_id))
        )
    return steps.finished(inputs, pl.concat(measures), exclusions, pl.concat(numerators))
