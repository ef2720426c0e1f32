"""Fairness of a backtest by group, with small cells suppressed (rules/risk-score.md#backtest).

Groups are race, ethnicity, age band, sex, language, payer and homelessness. They are read for this
report only: no rule of the score uses them. Must not be here: SQL, files.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from orchestration.backtest_statistics import (
    HIGH_RANK,
    OUTCOMES,
    SELECTION_WARNING,
    SMALLEST_CELL,
    auroc,
    wilson,
)

DIMENSIONS = {
    "race": "Race",
    "ethnicity": "Ethnicity",
    "age_band": "Age",
    "sex": "Sex",
    "language": "Language",
    "payer_type": "Payer",
    "homelessness": "Homelessness",
}
# Score bands in which the illness burden is compared: below rising, rising, high or critical.
BURDEN_BANDS = {"below_20": (0, 19), "20_to_39": (20, 39), "from_40": (40, 100)}


def by_group(frame: pl.DataFrame) -> pl.DataFrame:
    """Compare groups over all as-of dates.

    Returns:
        One row per dimension, group and metric: clients (size of the denominator), value, low,
        high, is_warning. `clients`, `value`, `low` and `high` are null in a suppressed cell: a
        denominator of 1 to 10, a numerator or its complement of 1 to 10, or the smallest other cell
        of the dimension where a single cell could be calculated from the total.
    """
    rows: list[dict[str, object]] = []
    for dimension in DIMENSIONS:
        groups = [
            (str(value), part)
            for (value,), part in sorted(
                frame.group_by(dimension), key=lambda item: str(item[0][0])
            )
        ]
        for metric, calculate in _METRICS.items():
            cells = [(group, *calculate(part)) for group, part in groups]
            rows += _suppressed(dimension, metric, cells)
    report = pl.DataFrame(rows, schema=_SCHEMA)
    return _with_selection_ratio(report)


_SCHEMA = {
    "dimension": pl.String, "group": pl.String, "metric": pl.String, "clients": pl.Int64,
    "value": pl.Float64, "low": pl.Float64, "high": pl.Float64, "is_warning": pl.Boolean,
}  # fmt: skip
_Cell = tuple[
    int | None, int, float | None
]  # numerator (None: not a proportion), denominator, value


def _proportion(events: pl.Series, of: int) -> _Cell:
    return int(events.sum()), of, None


def _rate(outcome: str, low: int = 0, high: int = 100) -> Callable[[pl.DataFrame], _Cell]:
    def calculate(part: pl.DataFrame) -> _Cell:
        band = part.filter(pl.col("risk_score").is_between(low, high))
        return _proportion(band[outcome], len(band))

    return calculate


def _missed(outcome: str) -> Callable[[pl.DataFrame], _Cell]:
    def calculate(part: pl.DataFrame) -> _Cell:
        happened = part.filter(pl.col(outcome))
        return _proportion(happened["tier_rank"] < HIGH_RANK, len(happened))

    return calculate


def _auroc(outcome: str) -> Callable[[pl.DataFrame], _Cell]:
    def calculate(part: pl.DataFrame) -> _Cell:
        # The smaller of the two classes decides whether the cell is small.
        events = int(part[outcome].sum())
        return None, min(events, len(part) - events), auroc(part, outcome)

    return calculate


def _burden(low: int, high: int) -> Callable[[pl.DataFrame], _Cell]:
    def calculate(part: pl.DataFrame) -> _Cell:
        band = part.filter(pl.col("risk_score").is_between(low, high))
        burden = pl.col("charlson_score") + pl.col("behavioral_diagnoses")
        return None, len(band), band.select(burden.mean()).item()

    return calculate


def _share(column: str) -> Callable[[pl.DataFrame], _Cell]:
    return lambda part: _proportion(part[column], len(part))


def _ratio(numerator: str, denominator: str) -> Callable[[pl.DataFrame], _Cell]:
    return lambda part: (int(part[numerator].sum()), int(part[denominator].sum()), None)


_METRICS: dict[str, Callable[[pl.DataFrame], _Cell]] = {
    "clients": lambda part: (None, len(part), float(len(part))),
    "selection_rate": lambda part: _proportion(part["tier_rank"] >= HIGH_RANK, len(part)),
    **{f"{outcome}_rate": _rate(outcome) for outcome in OUTCOMES},
    **{
        f"{outcome}_rate_{name}": _rate(outcome, *band)
        for outcome in OUTCOMES
        for name, band in BURDEN_BANDS.items()
    },
    **{f"{outcome}_missed_below_high": _missed(outcome) for outcome in OUTCOMES},
    **{f"{outcome}_auroc": _auroc(outcome) for outcome in OUTCOMES},
    **{f"illness_burden_{name}": _burden(*band) for name, band in BURDEN_BANDS.items()},
    "raised_by_override": _share("is_raised"),
    "lowered_by_override": _share("is_lowered"),
    "contact_24h_rate": _ratio("contact_24h_met", "contact_24h_due"),
    "attempt_24h_rate": _ratio("attempt_24h_met", "attempt_24h_due"),
    "phone_on_record": _share("has_phone"),
    "phq9_in_120_days": _share("has_phq9"),
    "hospital_events_with_alert": _ratio("alerted_events", "hospital_events"),
}


def _suppressed(
    dimension: str, metric: str, cells: list[tuple[str, int | None, int, float | None]]
) -> list[dict[str, object]]:
    hidden = {group for group, events, of, _ in cells if _is_small(events, of)}
    if len(hidden) == 1:
        others = [(of, group) for group, _, of, _ in cells if group not in hidden and of]
        if others:
            hidden.add(min(others)[1])
    rows: list[dict[str, object]] = []
    for group, events, of, value in cells:
        shown = group not in hidden
        found = None if events is None else wilson(events, of)
        rows.append(
            {
                "dimension": dimension,
                "group": group,
                "metric": metric,
                "clients": of if shown else None,
                "value": (value if found is None else found.rate) if shown else None,
                "low": found.low if shown and found is not None else None,
                "high": found.high if shown and found is not None else None,
                "is_warning": False,
            }
        )
    return rows


def _is_small(events: int | None, of: int) -> bool:
    if 0 < of < SMALLEST_CELL:
        return True
    if events is None:
        return False
    return 0 < events < SMALLEST_CELL or 0 < of - events < SMALLEST_CELL


def _with_selection_ratio(report: pl.DataFrame) -> pl.DataFrame:
    """Add the selection rate relative to the largest group; below 0.8 it is a warning."""
    rates = report.filter(
        (pl.col("metric") == "selection_rate") & pl.col("value").is_not_null()
    ).with_columns(
        pl.col("value")
        .sort_by("clients", descending=True)
        .first()
        .over("dimension")
        .alias("largest_rate")
    )
    ratio = rates.filter(pl.col("largest_rate") > 0).select(
        "dimension",
        "group",
        pl.lit("selection_ratio").alias("metric"),
        "clients",
        (pl.col("value") / pl.col("largest_rate")).alias("value"),
        pl.lit(None, pl.Float64).alias("low"),
        pl.lit(None, pl.Float64).alias("high"),
        (pl.col("value") / pl.col("largest_rate") < SELECTION_WARNING).alias("is_warning"),
    )
    return pl.concat([report, ratio])
