"""DEP-REM-6, from rules/measures/dep-rem-6.md#index."""

from __future__ import annotations

import datetime as dt

import polars as pl

from tests.second_computation import steps
from tests.second_computation.steps import Inputs

_EXCLUDING = {
    "is_bipolar": "bipolar",
    "is_labile_personality": "personality_disorder",
    "is_psychotic": "psychotic_disorder",
    "is_pervasive_developmental": "pervasive_developmental_disorder",
    "is_palliative": "palliative_care",
}


def rows(inputs: Inputs) -> pl.DataFrame:
    """The rows of dep_rem_6."""
    totals = inputs.read(
        "select screening_key, client_key, administered_at, administered_date as day, total_score"
        " from marts.fct_screening where instrument in ('phq9', 'phq9m') and score_status = 'valid'"
        " and total_score is not null and client_key is not null"
    )
    problems = inputs.read(
        "select client_key, coalesce(diagnosis_date, date '0001-01-01') as diagnosis_date, diagnosis_date is null as is_undated,"
        " coalesce(end_date, date '9999-12-31') as end_date, code as principal_diagnosis_code from marts.fct_diagnosis"
        " where client_key is not null"
    )
    problems = steps.with_groups(problems, ("is_mdd", "is_dysthymia", *_EXCLUDING))
    return pl.concat(_rows(inputs, year, totals, problems) for year in inputs.years())


def _months_later(day: dt.date, months: int) -> dt.date:
    """The same day of a later month, or the last day of a month that is shorter."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    last = (dt.date(year + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)).day
    return dt.date(year, month, min(day.day, last))


def _rows(inputs: Inputs, year: int, totals: pl.DataFrame, problems: pl.DataFrame) -> pl.DataFrame:
    rule = steps.versions("dep_rem_6", year)
    depression = problems.filter(pl.col("principal is_mdd") | pl.col("principal is_dysthymia"))
    index = (
        totals.filter(
            pl.col("day").dt.year() == year, pl.col("total_score") > rule["index_above_score"]
        )
        .join(inputs.clients, on="client_key")
        .filter(steps.age("birth_date", "day") >= rule["minimum_age_years"])
    )
    active = index.join(depression, on="client_key").filter(
        pl.col("day").is_between(pl.col("diagnosis_date"), pl.col("end_date"))
    )
    middle = pl.col("day").map_elements(
        lambda day: _months_later(day, rule["follow_up_months"]), return_dtype=pl.Date
    )
    margin = pl.duration(days=rule["follow_up_margin_days"])
    events = (
        active.sort("administered_at", "screening_key")
        .group_by("client_key", maintain_order=True)
        .first()
        .with_columns(
            event="screening_key", event_date="day", measure_id=pl.lit("dep_rem_6"), measurement_year=pl.lit(year),
            basis=pl.lit("operational"), has_gap=pl.lit(value=False), window_starts=middle - margin,
            closes_date=middle + margin,
        )
    )  # fmt: skip
    event = events.select("event", "client_key", "event_date", "closes_date", "death_date")
    listed = event.join(problems, on="client_key").filter(
        pl.col("diagnosis_date") <= pl.col("closes_date")
    )
    excluded = [
        listed.filter(f"principal {group}").select(
            "event", exclusion_reason=pl.lit(reason),
            exclusion_date=pl.when("is_undated").then(None).otherwise("diagnosis_date"),
        )
        for group, reason in _EXCLUDING.items()
    ]  # fmt: skip
    own = event.join(
        inputs.read(
            "select client_key, stay_class, setting, admit_date, discharge_date, is_hospice from marts.fct_stay"
        ),
        on="client_key",
    ).filter(pl.col("admit_date") <= pl.col("closes_date"))
    nights = (
        pl.min_horizontal("discharge_date", "closes_date") - pl.col("admit_date")
    ).dt.total_days()
    long_stay = own.filter(
        pl.col("stay_class") == "nonacute",
        pl.col("setting") == "medical",
        pl.col("discharge_date") >= pl.col("event_date"),
        nights > rule["nursing_home_nights"],
    )
    exclusions = steps.first_reason(
        *excluded,
        event.filter(pl.col("death_date") <= pl.col("closes_date")).select(
            "event", exclusion_reason=pl.lit("death"), exclusion_date="death_date"
        ),
        own.filter("is_hospice").select(
            "event", exclusion_reason=pl.lit("hospice"), exclusion_date="admit_date"
        ),
        long_stay.select(
            "event", exclusion_reason=pl.lit("nursing_home"), exclusion_date="admit_date"
        ),
    )
    latest = (
        events.select("event", "client_key", "measure_id", "window_starts", "closes_date")
        .join(totals, on="client_key")
        .filter(pl.col("day").is_between(pl.col("window_starts"), pl.col("closes_date")))
        .sort("administered_at", "screening_key")
        .group_by("event", "measure_id", maintain_order=True)
        .last()
        .select(
            "event", "measure_id", numerator_date="day",
            is_met=pl.col("total_score") < rule["remission_below_score"],
        )
    )  # fmt: skip
    return steps.finished(inputs, events, exclusions, latest)
