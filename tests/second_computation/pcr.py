"""PCR, from rules/measures/pcr.md#event."""

from __future__ import annotations

import datetime as dt

import polars as pl

from tests.second_computation import steps
from tests.second_computation.steps import Inputs


def rows(inputs: Inputs) -> pl.DataFrame:
    """The rows of pcr."""
    return pl.concat(_rows(inputs, year, basis) for year in inputs.years() for basis in steps.BASES)


def _chains(stays: pl.DataFrame, days: int) -> pl.DataFrame:
    """Chains of direct transfers: what holds for one stay of a chain holds for the chain."""
    earlier = pl.col("discharge_date").cum_max().forward_fill().shift(1).over("client_key")
    continues = ((pl.col("admit_date") - earlier).dt.total_days() <= days).fill_null(value=False)
    numbered = stays.sort(
        "client_key", "admit_date", "discharge_date", nulls_last=True
    ).with_columns(chain=(~continues).cast(pl.Int32).cum_sum().over("client_key"))
    return (
        numbered.sort("discharge_date", "admit_date", nulls_last=True)
        .group_by("client_key", "chain", maintain_order=True)
        .agg(
            pl.col("stay_key").last().alias("event"),
            pl.col("admit_date").min(),
            pl.col("discharge_date").last().alias("event_date"),
            pl.col("died").any(),
            (pl.col("principal is_pregnancy") | pl.col("principal is_perinatal"))
            .any()
            .alias("is_pregnancy"),
            pl.col("principal is_planned_admission").any().alias("is_planned"),
        )
    )


def _rows(inputs: Inputs, year: int, basis: str) -> pl.DataFrame:
    rule = steps.versions("pcr", year)
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    last_event = dt.date(year, rule["last_discharge_month"], rule["last_discharge_day"])
    stays = inputs.stays.filter(basis=basis)
    chains = _chains(
        stays.filter(pl.col("stay_class").is_in(["acute", "observation"])), rule["transfer_days"]
    )
    runout = rule["claims_runout_days"] if basis == "reporting" else 0
    age = steps.age("birth_date", "event_date")
    events = (
        chains.join(inputs.clients, on="client_key")
        .filter(
            pl.col("event_date").is_between(first, last_event),
            age.is_between(rule["minimum_age_years"], rule["maximum_age_years"]),
        )
        .with_columns(
            measure_id=pl.lit("pcr"), measurement_year=pl.lit(year), basis=pl.lit(basis), first_day=pl.lit(first),
            last_day=pl.lit(last), closes_date=steps.plus("event_date", rule["readmission_days"] + runout),
            covered_from=steps.plus("event_date", -rule["lookback_days"]), day_before=steps.plus("event_date", -1),
            covered_through=steps.plus("event_date", rule["readmission_days"]),
        )
    )  # fmt: skip
    before = steps.has_gap(inputs, events, "covered_from", "day_before", rule["allowed_gap_days"])
    after = steps.has_gap(inputs, events, "event_date", "covered_through")
    events = events.with_columns(
        has_gap=before | after if basis == "reporting" else pl.lit(value=False)
    )
    later = (
        events.select("event", "client_key", "event_date")
        .join(
            chains.select(
                "client_key", "is_pregnancy", "is_planned", later="event", admitted="admit_date"
            ),
            on="client_key",
        )
        .filter(
            pl.col("event") != pl.col("later"),
            steps.days_between("event_date", "admitted").is_between(
                rule["first_readmission_day"], rule["readmission_days"]
            ),
        )
        .sort("admitted")
    )
    first_later = later.group_by("event", maintain_order=True).first()
    _, hospice = steps.deaths_and_hospice(inputs, events, stays)

    def excluded(found: pl.DataFrame, reason: str, day: str) -> pl.DataFrame:
        return found.select("event", exclusion_reason=pl.lit(reason), exclusion_date=day)

    own = [
        excluded(events.filter("died"), "death", "event_date"),
        excluded(events.filter("is_pregnancy"), "pregnancy", "event_date"),
        excluded(
            events.filter(pl.col("admit_date") == pl.col("event_date")),
            "same_day_stay",
            "event_date",
        ),
        hospice,
        excluded(first_later.filter("is_planned"), "planned_readmission", "admitted"),
    ]
    is_gap_known = pl.col("has_gap") & (pl.col("closes_date") < inputs.as_of)
    counted = events.join(steps.first_reason(*own), on="event", how="anti").filter(~is_gap_known)
    outliers = counted.filter(pl.len().over("client_key") >= rule["outlier_stays"])
    exclusions = steps.first_reason(*own, excluded(outliers, "outlier", "event_date"))
    readmitted = (
        later.filter(~pl.col("is_planned"), ~pl.col("is_pregnancy"))
        .group_by("event", maintain_order=True)
        .first()
        .select(
            "event", measure_id=pl.lit("pcr"), numerator_date="admitted", is_met=pl.lit(value=True)
        )
    )
    return steps.finished(inputs, events, exclusions, readmitted)
