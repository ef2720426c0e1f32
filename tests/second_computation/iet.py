"""IET, from rules/measures/iet.md#episode."""

from __future__ import annotations

import datetime as dt

import polars as pl

from tests.second_computation import steps
from tests.second_computation.steps import Inputs

# Of one day, the first of these is the episode.
_EMERGENCY, _DETOX, _STAY, _VISIT = range(4)
# Cohort -> whether a diagnosis of the contact belongs to it.
_COHORTS = {"alcohol": "is_aud_any", "opioid": "is_oud_any", "other_drug": "is_other_drug_any"}
_ROW = ("client_key", "kind", "day", "starts", "ends", "source", *_COHORTS)


def rows(inputs: Inputs) -> pl.DataFrame:
    """The rows of iet_initiation and iet_engagement, and those of their cohorts."""
    return pl.concat(_rows(inputs, year, basis) for year in inputs.years() for basis in steps.BASES)


def _contacts(inputs: Inputs, basis: str) -> pl.DataFrame:
    """Contacts with a substance-use diagnosis; `source` names the claim or visit and the day, or the stay."""
    # A visit is one claim and day.
    services = inputs.services.filter(
        "is_sud_any", ~pl.col("is_emergency"), pl.col("basis") == basis
    )
    by_day = services.group_by("client_key", "evidence_table", "evidence_key", "service_date").agg(
        pl.col("is_withdrawal_service").any(),
        *(pl.col(flag).any().alias(cohort) for cohort, flag in _COHORTS.items()),
    )
    visits = by_day.select(
        "client_key", day="service_date", starts="service_date", ends="service_date",
        kind=pl.when("is_withdrawal_service").then(_DETOX).otherwise(_VISIT),
        source=pl.concat_str("evidence_table", "evidence_key", "service_date", separator=" "),
        **{cohort: pl.col(cohort) for cohort in _COHORTS},
    )  # fmt: skip
    of_diagnoses = {cohort: pl.col(flag) for cohort, flag in _COHORTS.items()}
    stays = inputs.stays.filter("is_sud_any", pl.col("basis") == basis)
    kind = (
        pl.when(stay_class="crisis")
        .then(_EMERGENCY)
        .when("is_detox")
        .then(_DETOX)
        .when(stay_class="observation")
        .then(_VISIT)
        .otherwise(_STAY)
    )
    at_discharge = stays.select(
        "client_key", day="discharge_date", starts="admit_date", ends="discharge_date", kind=kind,
        source=pl.concat_str(pl.lit("stay"), "stay_key", separator=" "), **of_diagnoses,
    )  # fmt: skip
    emergency = inputs.emergency_visits.filter(
        "is_sud_any", ~pl.col("became_inpatient"), pl.col("basis") == basis
    ).select(
        "client_key", day="visit_date", starts="visit_date", ends="visit_date", kind=pl.lit(_EMERGENCY),
        source=pl.concat_str(pl.lit("emergency"), "ed_visit_key", separator=" "), **of_diagnoses,
    )  # fmt: skip
    return pl.concat(
        frame.with_columns(pl.col("kind").cast(pl.Int32)).select(_ROW)
        for frame in (visits, at_discharge, emergency)
    )


def _treatments(inputs: Inputs, contacts: pl.DataFrame, basis: str) -> pl.DataFrame:
    """Visits and stays of the contacts, and medications."""
    of_contacts = contacts.filter(pl.col("kind").is_in([_STAY, _VISIT])).select(
        "client_key",
        "starts",
        "ends",
        "source",
        is_medication=pl.lit(value=False),
        is_long_acting=pl.lit(value=False),
    )
    medications = inputs.sud_medications.filter(basis=basis).select(
        "client_key", "is_long_acting", starts="day", ends="day", is_medication=pl.lit(value=True),
        source=pl.concat_str("evidence_table", "evidence_key", "day", separator=" "),
    )  # fmt: skip
    columns = ("client_key", "starts", "ends", "source", "is_medication", "is_long_acting")
    return pl.concat([of_contacts.select(columns), medications.select(columns)])


def _episodes(contacts: pl.DataFrame, rule: dict[str, int]) -> pl.DataFrame:
    """Contacts that no earlier episode hides."""
    kept = []
    hidden_through: dict[int, dt.date] = {}
    ordered = contacts.sort("client_key", "day", "kind", "starts", "source")
    for row in ordered.iter_rows(named=True):
        if row["day"] > hidden_through.get(row["client_key"], steps.LONG_AGO):
            kept.append(row)
            hidden_through[row["client_key"]] = row["day"] + dt.timedelta(days=rule["history_days"])
    return pl.DataFrame(kept, schema=ordered.schema)


def _rows(inputs: Inputs, year: int, basis: str) -> pl.DataFrame:
    rule = steps.versions("iet", year)
    intake = dt.date(year - 1, rule["first_intake_month"], rule["first_intake_day"])
    intake_end = dt.date(year, rule["last_intake_month"], rule["last_intake_day"])
    contacts = _contacts(inputs, basis)
    treatments = _treatments(inputs, contacts, basis)
    candidates = (
        contacts.filter(pl.col("day").is_between(intake, intake_end))
        .join(inputs.clients, on="client_key")
        .filter(steps.age("birth_date", "day") >= rule["minimum_age_years"])
    )
    # A treatment counts if any of its days is one of the 194 before the contact, or before the admission of a stay.
    history = candidates.select("client_key", "source", "starts").join(
        treatments, on="client_key", suffix=" of treatment"
    )
    history = history.filter(
        pl.col("starts of treatment") < pl.col("starts"),
        pl.col("ends").fill_null(steps.FAR) >= steps.plus("starts", -rule["history_days"]),
        pl.col("source") != pl.col("source of treatment"),
    )
    events = _episodes(candidates.join(history, on="source", how="anti"), rule)
    events = events.with_columns(
        event="source", event_date="day", measurement_year=pl.lit(year), basis=pl.lit(basis), died=pl.lit(value=False),
        first_day=pl.lit(intake), last_day=pl.lit(dt.date(year, 12, 31)),
        covered_from=steps.plus("starts", -rule["history_days"]),
        covered_through=steps.plus("day", rule["enrollment_days"]),
    )  # fmt: skip
    gap = steps.has_gap(inputs, events, "covered_from", "covered_through")
    events = events.with_columns(has_gap=gap if basis == "reporting" else pl.lit(value=False))
    exclusions = steps.first_reason(
        *steps.deaths_and_hospice(inputs, events, inputs.stays.filter(basis=basis))
    )
    # A medication treats use of alcohol or opioids only.
    joined = (
        events.select("event", "client_key", "event_date", medicated=pl.any_horizontal("alcohol", "opioid"))
        .join(treatments, on="client_key")
        .filter(pl.col("medicated") | ~pl.col("is_medication"))
    )  # fmt: skip
    initiating = joined.filter(
        steps.days_between("event_date", "starts").is_between(0, rule["initiation_days"]),
        (pl.col("source") != pl.col("event")) | pl.col("is_medication"),
    ).select("event", day="starts")
    itself = events.filter(pl.col("kind") == _STAY).select("event", day="event_date")
    initiation = (
        pl.concat([initiating, itself]).group_by("event").agg(initiated=pl.col("day").min())
    )
    engaging = (
        joined.join(initiation, on="event")
        .filter(
            steps.days_between("initiated", "starts").is_between(
                rule["first_engagement_day"], rule["engagement_days"]
            )
        )
        .group_by("event", "source", "starts")
        .agg(pl.col("is_long_acting").any())
        .sort("starts")
        .group_by("event", maintain_order=True)
        .agg(
            second=pl.col("starts").get(rule["engagement_services"] - 1, null_on_oob=True),
            long_acting=pl.col("starts").filter("is_long_acting").min(),
        )
        .with_columns(numerator_date=pl.min_horizontal("second", "long_acting"))
        .filter(pl.col("numerator_date").is_not_null())
    )
    runout = rule["claims_runout_days"] if basis == "reporting" else 0
    windows = {
        "iet_initiation": rule["initiation_days"],
        "iet_engagement": rule["initiation_days"] + rule["engagement_days"],
    }
    numerators = {
        "iet_initiation": initiation.select("event", numerator_date="initiated"),
        "iet_engagement": engaging.select("event", "numerator_date"),
    }
    # The total has every episode, and a cohort those with its diagnosis.
    members = {"": events, **{f"_{cohort}": events.filter(cohort) for cohort in _COHORTS}}
    return steps.finished(
        inputs,
        pl.concat(
            found.with_columns(
                measure_id=pl.lit(name + cohort), closes_date=steps.plus("day", days + runout)
            )
            for name, days in windows.items()
            for cohort, found in members.items()
        ),
        exclusions,
        pl.concat(
            frame.with_columns(measure_id=pl.lit(name + cohort), is_met=pl.lit(value=True))
            for name, frame in numerators.items()
            for cohort in members
        ),
    )
