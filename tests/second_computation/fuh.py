"""FUH, from rules/measures/fuh.md#event."""

from __future__ import annotations

import datetime as dt

import polars as pl

from tests.second_computation import steps
from tests.second_computation.steps import Inputs


def rows(inputs: Inputs) -> pl.DataFrame:
    """The rows of fuh_7 and fuh_30."""
    return pl.concat(_rows(inputs, year, basis) for year in inputs.years() for basis in steps.BASES)


def has_index_diagnosis(rule: dict[str, int]) -> pl.Expr:
    """rules/measures/fuh.md#diagnosis."""
    group = (
        "is_mental_principal_2025"
        if rule["uses_2025_diagnosis_list"]
        else "is_mental_principal_2024"
    )
    qualifies = pl.col(f"principal {group}") | pl.col("principal is_self_harm")
    return qualifies | pl.col("is_self_harm_any") if rule["self_harm_any_position"] else qualifies


def admissions(inputs: Inputs, rule: dict[str, int], basis: str) -> pl.DataFrame:
    """Acute and nonacute stays; psychiatric residential care is none where it is follow-up."""
    stays = inputs.stays.filter(
        pl.col("basis") == basis, pl.col("stay_class").is_in(["acute", "nonacute"])
    )
    if rule["residential_is_follow_up"]:
        stays = stays.join(inputs.residential_stays, on=["basis", "stay_key"], how="anti")
    return stays


def is_contact(rule: dict[str, int]) -> pl.Expr:
    """Settings of rules/measures/fuh.md#follow-up."""
    found = pl.col("is_follow_up_setting") & ~pl.col("is_residential")
    if rule["residential_is_follow_up"]:
        found |= pl.col("is_residential")
    if rule["peer_support_is_follow_up"]:
        found |= pl.col("is_peer_support")
    return found


def _chains(stays: pl.DataFrame, rule: dict[str, int]) -> pl.DataFrame:
    """Number the chains of each client; each stay begins at most 30 days after an earlier discharge of its chain."""
    earlier = pl.col("discharge_date").cum_max().forward_fill().shift(1).over("client_key")
    is_new = (
        (pl.col("admit_date") - earlier).dt.total_days() <= rule["readmission_days"]
    ).fill_null(value=False)
    return stays.sort("client_key", "admit_date", "discharge_date", nulls_last=True).with_columns(
        chain=(~is_new).cast(pl.Int32).cum_sum().over("client_key")
    )


def _rows(inputs: Inputs, year: int, basis: str) -> pl.DataFrame:
    rule = steps.versions("fuh", year)
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    last_event = dt.date(year, rule["last_discharge_month"], rule["last_discharge_day"])
    stays = inputs.stays.filter(basis=basis).with_columns(is_index=has_index_diagnosis(rule))
    mental = stays.filter(
        pl.col("stay_class") == "acute", pl.col("is_index") | pl.col("principal is_mental_any")
    )
    chains = _chains(mental, rule)
    ends = (
        chains.sort("discharge_date", "admit_date", nulls_last=True)
        .group_by("client_key", "chain", maintain_order=True)
        .agg(
            pl.col("stay_key").last().alias("event"),
            pl.col("stay_key").alias("members"),
            pl.col("discharge_date").last().alias("event_date"),
            pl.col("died").last(),
            pl.col("is_index").any(),
        )
    )
    events = (
        ends.join(inputs.clients, on="client_key")
        .filter(
            pl.col("is_index"),
            pl.col("event_date").is_between(first, last_event),
            steps.age("birth_date", "event_date") >= rule["minimum_age_years"],
        )
        .with_columns(
            basis=pl.lit(basis), measurement_year=pl.lit(year), first_day=pl.lit(first), last_day=pl.lit(last),
            enrolled_through=steps.plus("event_date", rule["enrollment_days"]),
        )
    )  # fmt: skip
    gap = steps.has_gap(inputs, events, "event_date", "enrolled_through")
    events = events.with_columns(has_gap=gap if basis == "reporting" else pl.lit(value=False))
    following = (
        events.drop("died", "is_index")
        .join(
            admissions(inputs, rule, basis).with_columns(is_index=has_index_diagnosis(rule)),
            on="client_key",
        )
        .filter(
            steps.days_between("event_date", "admit_date").is_between(0, rule["readmission_days"]),
            pl.col("event") != pl.col("stay_key"),
            (pl.col("stay_class") == "nonacute")
            | ~(pl.col("is_index") | pl.col("principal is_mental_any")),
        )
    )
    exclusions = steps.first_reason(
        *steps.deaths_and_hospice(inputs, events, stays),
        following.select(
            "event",
            exclusion_reason=pl.col("stay_class") + "_admission",
            exclusion_date="admit_date",
        ),
    )
    services = inputs.services.filter(is_contact(rule), basis=basis)
    by_provider = pl.col("is_mental_health_provider")
    is_met = by_provider
    if rule["any_provider_with_mental_diagnosis"]:
        is_met = by_provider | pl.when("is_mental_any").then(statement=True).otherwise(by_provider)
    found = (
        events.select("event", "client_key", "event_date")
        .join(services, on="client_key")
        .with_columns(is_met=is_met, day=steps.days_between("event_date", "service_date"))
        .filter(
            pl.col("day") >= rule["first_follow_up_day"], pl.col("is_met").fill_null(value=True)
        )
        .sort("is_met", "service_date", descending=[True, False], nulls_last=True)
    )
    measures, numerators = [], []
    for days in (7, 30):
        measure_id = f"fuh_{days}"
        runout = rule["claims_runout_days"] if basis == "reporting" else 0
        limit = rule[f"{measure_id}_last_day"]
        measures.append(
            events.with_columns(
                measure_id=pl.lit(measure_id), closes_date=steps.plus("event_date", limit + runout)
            )
        )
        numerators.append(
            found.filter(pl.col("day") <= limit)
            .group_by("event", maintain_order=True)
            .first()
            .select("event", "is_met", measure_id=pl.lit(measure_id), numerator_date="service_date")
        )
    return steps.finished(inputs, pl.concat(measures), exclusions, pl.concat(numerators))
