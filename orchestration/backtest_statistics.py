"""Statistics of a backtest: confidence intervals, gain of a list over chance, calibration, groups.

All functions work on one frame with a row per as-of date and client, which `backtest_data` reads.
Must not be here: SQL, files.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import polars as pl

OUTCOMES = {
    "psychiatric_admission": "Psychiatric admission",
    "behavioral_ed_visit": "Behavioral ED visit",
    "ed_visit": "Any ED visit",
}
# Lists of the tiers: name -> lowest rank that is on it (seed risk_tier).
TIER_LISTS = {"critical": 3, "critical and high": 2, "critical, high and rising": 1}
# Score bands: those of the tiers, with standard and rising split.
BANDS = ((0, 9), (10, 19), (20, 29), (30, 39), (40, 59), (60, 100))
POOLED = "all dates"
HIGH_RANK = 2
SMALLEST_CELL = 11
SELECTION_WARNING = 0.8
_Z = 1.959963984540054  # two-sided 95%


@dataclass(frozen=True)
class Interval:
    """A proportion with its Wilson 95% confidence interval; all None without observations."""

    rate: float | None
    low: float | None
    high: float | None


def wilson(events: float, total: float) -> Interval:
    """Wilson score interval of a proportion.

    Args:
        events: number with the outcome, 0 to `total`.
        total: number of observations.
    """
    if total <= 0:
        return Interval(None, None, None)
    rate = events / total
    spread = _Z**2 / total
    center = (rate + spread / 2) / (1 + spread)
    half = _Z * math.sqrt(rate * (1 - rate) / total + spread / (4 * total)) / (1 + spread)
    return Interval(rate, max(0.0, center - half), min(1.0, center + half))


def found_by(frame: pl.DataFrame, column: str, outcome: str, size: int) -> float:
    """Clients with the outcome among the `size` clients with the highest values of `column`.

    Clients who tie for the last places share them: each counts with the same fraction, which is
    the expected number for a random order.
    """
    if size <= 0 or frame.is_empty():
        return 0.0
    steps = (
        frame.group_by(column)
        .agg(pl.len().alias("clients"), pl.col(outcome).sum().alias("events"))
        .sort(column, descending=True)
    )
    found, free = 0.0, size
    for clients, events in steps.select("clients", "events").iter_rows():
        taken = min(clients, free)
        found += events * taken / clients
        free -= taken
        if not free:
            break
    return found


def auroc(frame: pl.DataFrame, outcome: str, column: str = "risk_score") -> float | None:
    """Area under the ROC curve: how often a client with the outcome has the higher value.

    Ties count one half. None if all or no clients have the outcome.
    """
    ranked = frame.select(pl.col(outcome), pl.col(column).rank("average").alias("rank"))
    events = int(ranked[outcome].sum())
    others = len(ranked) - events
    if not events or not others:
        return None
    rank_sum = float(ranked.filter(pl.col(outcome))["rank"].sum())
    return (rank_sum - events * (events + 1) / 2) / (events * others)


def _parts(frame: pl.DataFrame) -> list[tuple[str, pl.DataFrame]]:
    """Split the frame by as-of date; with several dates also all of them together."""
    dates = frame["as_of_date"].unique().sort().to_list()
    parts = [(str(day), frame.filter(pl.col("as_of_date") == day)) for day in dates]
    return parts if len(parts) == 1 else [*parts, (POOLED, frame)]


def gain(frame: pl.DataFrame) -> pl.DataFrame:
    """Share of the outcomes that each tier list found, against other lists of the same size.

    Lists of equal size are drawn for each date, and their counts are added over the dates.

    Returns:
        One row per date (and all dates), outcome and tier list: clients, listed, with_outcome,
        found, found_by_cost, found_by_ed, found_by_chance (counts, some of them expected values),
        share_found with its interval, gain_over_chance, listed_rate with its interval, auroc.
    """
    rows = []
    for date, part in _parts(frame):
        for outcome in OUTCOMES:
            for name, rank in TIER_LISTS.items():
                sums = _list_sums(part, outcome, rank)
                share = wilson(sums["found"], sums["with_outcome"])
                rate = wilson(sums["found"], sums["listed"])
                by_chance = sums["found_by_chance"]
                rows.append(
                    {
                        "as_of": date,
                        "outcome": outcome,
                        "tiers": name,
                        **sums,
                        "share_found": share.rate,
                        "share_low": share.low,
                        "share_high": share.high,
                        "gain_over_chance": sums["found"] / by_chance if by_chance else None,
                        "listed_rate": rate.rate,
                        "listed_rate_low": rate.low,
                        "listed_rate_high": rate.high,
                        "auroc": auroc(part, outcome),
                    }
                )
    return pl.DataFrame(rows, infer_schema_length=None)


def _list_sums(part: pl.DataFrame, outcome: str, rank: int) -> dict[str, float]:
    total = dict.fromkeys(
        (
            "clients", "listed", "with_outcome", "found",
            "found_by_cost", "found_by_ed", "found_by_chance",
        ),
        0.0,
    )  # fmt: skip
    for _, day in part.group_by("as_of_date", maintain_order=True):
        listed = day.filter(pl.col("tier_rank") >= rank)
        events = int(day[outcome].sum())
        total["clients"] += len(day)
        total["listed"] += len(listed)
        total["with_outcome"] += events
        total["found"] += int(listed[outcome].sum())
        total["found_by_cost"] += found_by(day, "paid_usd", outcome, len(listed))
        total["found_by_ed"] += found_by(day, "ed_visits", outcome, len(listed))
        total["found_by_chance"] += len(listed) * events / len(day)
    return total


def without_small_lists(found: pl.DataFrame) -> pl.DataFrame:
    """Hide what lists of 1 to 10 clients found: all columns but the keys, clients and with_outcome."""
    shown = {"as_of", "outcome", "tiers", "clients", "with_outcome", "auroc"}
    is_small = pl.col("listed").is_between(1, SMALLEST_CELL - 1)
    return found.with_columns(
        pl.when(is_small).then(None).otherwise(pl.col(name)).alias(name)
        for name in found.columns
        if name not in shown
    )


def calibration(frame: pl.DataFrame) -> pl.DataFrame:
    """Observed rate of each outcome by score band, with its interval.

    Returns:
        One row per date (and all dates), outcome and band: clients, events, rate, low, high; the
        counts and rates of a band with fewer than 11 clients are null.
    """
    rows = []
    for date, part in _parts(frame):
        for outcome in OUTCOMES:
            for low, high in BANDS:
                band = part.filter(pl.col("risk_score").is_between(low, high))
                events = int(band[outcome].sum())
                rows.append(
                    {
                        "as_of": date,
                        "outcome": outcome,
                        "band": f"{low}-{high}",
                        **_cell(events, len(band), smallest_events=0),
                    }
                )
    return pl.DataFrame(rows, infer_schema_length=None)


def _cell(
    events: int, clients: int, *, smallest_events: int = SMALLEST_CELL
) -> dict[str, float | None]:
    """Return counts, rate and interval of a cell; all null where it must be suppressed."""
    small = 0 < clients < SMALLEST_CELL
    others = clients - events
    small = small or 0 < events < smallest_events or 0 < others < smallest_events
    if small:
        return dict.fromkeys(("clients", "events", "rate", "low", "high"))
    found = wilson(events, clients)
    return {
        "clients": clients,
        "events": events,
        "rate": found.rate,
        "low": found.low,
        "high": found.high,
    }
