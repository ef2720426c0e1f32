"""FUA, from rules/measures/fua.md#event."""

from __future__ import annotations

import polars as pl

from tests.second_computation import fuh, fum, steps
from tests.second_computation.steps import Inputs


def rows(inputs: Inputs) -> pl.DataFrame:
    """The rows of fua_7 and fua_30."""
    return pl.concat(_rows(inputs, year, basis) for year in inputs.years() for basis in steps.BASES)


def _rows(inputs: Inputs, year: int, basis: str) -> pl.DataFrame:
    rule = steps.versions("fua", year)
    is_active_disorder = pl.col("principal is_sud") & ~pl.col("principal is_sud_remission")
    events, exclusions = fum.events_and_exclusions(
        inputs, rule, year, basis, is_active_disorder | pl.col("is_overdose_any")
    )
    services = inputs.services.filter(
        fuh.is_contact(rule) | (pl.col("is_sud_service") & ~pl.col("is_residential")),
        pl.col("is_mental_health_provider").fill_null(value=False)
        | pl.col("is_sud_any") | pl.col("is_overdose_any"),
        ~pl.col("is_emergency"),
        pl.col("basis") == basis,
    ).select("client_key", day="service_date")  # fmt: skip
    medications = inputs.sud_medications.filter(basis=basis).select("client_key", "day")
    return fum.with_windows(
        inputs, "fua", rule, basis, events, exclusions, pl.concat([services, medications])
    )
