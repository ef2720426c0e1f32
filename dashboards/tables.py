"""Formats released rows for leaders: percentages, dates, "hidden" for suppressed values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from dashboards.escaping import cell

HIDDEN = "hidden"


@dataclass(frozen=True)
class Card:
    """The overview of one measure.

    Attributes:
        title: the measure's name.
        value: the rate as text.
        versus_target: difference from the target in percentage points; None without target or rate.
        higher_is_better: True if a higher rate is better.
        definition: description of the measure.
        context: numerator and denominator, target and national rate.
    """

    title: str
    value: str
    versus_target: str | None
    higher_is_better: bool
    definition: str
    context: str


def cards(totals: pl.DataFrame, definitions: pl.DataFrame) -> list[Card]:
    """Build a card for each measure with a total, in the order of the definitions.

    Args:
        totals: year totals. One row per measure.
        definitions: measure definitions. One row per measure.
    """
    by_id = {row["measure_id"]: row for row in totals.iter_rows(named=True)}
    return [
        _card(by_id[definition["measure_id"]], definition)
        for definition in definitions.iter_rows(named=True)
        if definition["measure_id"] in by_id
    ]


def _card(row: dict[str, Any], definition: dict[str, Any]) -> Card:
    rate, target = row["rate"], definition["target_rate"]
    difference = None
    if rate is not None and target is not None:
        points = round((float(rate) - float(target)) * 100, 1)
        difference = f"{points:+.1f} points from target"
    parts = []
    if row["is_suppressed"]:
        parts.append("counts hidden")
    elif row["denominator"]:
        parts.append(f"{row['numerator']:,} of {row['denominator']:,}")
    else:
        parts.append("no completed event yet")
    if not row["is_suppressed"] and row["open"]:
        parts.append(f"{row['open']:,} open")
    if target is not None:
        parts.append(f"target {float(target):.0%}")
    if definition["national_rate"] is not None:
        parts.append(f"{definition['national_label']} {float(definition['national_rate']):.1%}")
    return Card(
        definition["title"],
        percent_text(rate, hidden=row["is_suppressed"]),
        difference,
        definition["direction"] == "higher_is_better",
        definition["description"],
        " · ".join(parts),
    )


def matching_accuracy_text(accuracy: pl.DataFrame) -> str:
    """Describe the accuracy of record matching in a sentence.

    Args:
        accuracy: `PublishedRelease.linkage_accuracy`.
    """
    found = accuracy.filter(pl.col("scope") == "all")
    checked = found["checked_count"].sum()
    if not checked:
        return (
            "**Record matching:** accuracy unknown, because no checked sample has been delivered."
        )
    row = found.row(0, named=True)
    if row["precision_rate"] is None or row["recall_rate"] is None:
        return f"**Record matching:** the checked sample of {checked:,} is too small for a rate."
    twins = row["merged_twin_count"]
    return (
        f"**Record matching**, on a checked sample of {checked:,}:"
        f" **{row['precision_rate'] * 100:.2f}%** of the matches are correct,"
        f" **{row['recall_rate'] * 100:.2f}%** of the clients in the sample were matched"
        f" (**{row['found_rate'] * 100:.2f}%** with the identity review),"
        f" {twins or 'no'} twin{'' if twins == 1 else 's'} merged by probabilistic matching."
    )


def time_text(local: datetime) -> str:
    """`Tue 30 Jun 2026 20:59`."""
    return f"{local:%a} {local.day} {local:%b %Y %H:%M}"


def percent_text(rate: Any, *, hidden: bool) -> str:  # noqa: ANN401 - Decimal, float or None
    """`38.4%`, `hidden`, or a dash without a rate."""
    if hidden:
        return HIDDEN
    return "–" if rate is None else f"{float(rate) * 100:.1f}%"


def count_text(number: int | None) -> str:
    """Format a released count; suppressed counts read "hidden"."""
    return HIDDEN if number is None else f"{number:,}"


def measure_source(definition: dict[str, Any]) -> str:
    """Format steward, version, source and id of a measure."""
    return (
        f"Steward {definition['steward']} · version {definition['version']} · source"
        f" {definition['source_url']} · id {definition['measure_id']}"
    )


def rate_table(rows: pl.DataFrame, column: str, heading: str) -> pl.DataFrame:
    """Build the table next to a chart of rates.

    Args:
        rows: released rows of one measure.
        column: column that identifies a row: `month` or `stratum_value`.
        heading: heading of that column.
    """
    lines = []
    for row in rows.iter_rows(named=True):
        about = row[column]
        hidden = row["is_suppressed"]
        lines.append(
            {
                heading: f"{about:%b %Y}" if column == "month" else cell(str(about)),
                "Rate": percent_text(row["rate"], hidden=hidden),
                "Met": count_text(row["numerator"]),
                "Of": count_text(row["denominator"]),
                "Open": count_text(row["open"]),
            }
        )
    return pl.DataFrame(lines, schema=[heading, "Rate", "Met", "Of", "Open"], orient="row")


def most_visible_measure(rates: pl.DataFrame) -> str:
    """Return the measure with the most visible months; the page opens with it."""
    seen = (
        rates.group_by("measure_id")
        .agg((pl.col("month").is_not_null() & pl.col("rate").is_not_null()).sum().alias("months"))
        .sort("months", "measure_id", descending=[True, False])
    )
    return str(seen["measure_id"][0])


TIERS = ("critical", "high", "rising", "standard")


def crosstab(rows: pl.DataFrame, breakdown: str) -> pl.DataFrame:
    """Count clients by site (rows) and tier or program (columns).

    Args:
        rows: released caseload rows of one breakdown.
        breakdown: `tier` or `program`.
    """
    column = "tier" if breakdown == "tier" else "program_id"
    found = {
        (row["site_id"] or "unknown", row[column] or "unknown"): count_text(row["clients"])
        for row in rows.iter_rows(named=True)
    }
    across = sorted({value for _, value in found})
    if breakdown == "tier":
        across = [tier for tier in TIERS if tier in across]
        headings = {tier: tier.capitalize() for tier in across}
    else:
        # A program may have the id "Site", the heading of the first column.
        headings = {name: cell(name) if name != "Site" else "Site (program)" for name in across}
    lines = [
        {"Site": cell(site), **{headings[name]: found.get((site, name), "0") for name in across}}
        for site in sorted({site for site, _ in found})
    ]
    return pl.DataFrame(lines)


_MONTHS_SHOWN = 6


def recent_task_flow(flow: pl.DataFrame) -> pl.DataFrame:
    """Count opened and closed tasks by lane and month: `47 / 45` means 47 opened, 45 closed."""
    flow = flow.filter(pl.col("month").is_not_null())  # a lane's total has no month
    months = flow["month"].unique().sort(descending=True).head(_MONTHS_SHOWN).sort().to_list()
    cells = {
        (row["lane"], row["month"]): f"{count_text(row['opened'])} / {count_text(row['closed'])}"
        for row in flow.iter_rows(named=True)
    }
    names = dict(flow.select("lane", "lane_name").unique().sort("lane").iter_rows())
    lines = [
        {
            "Lane": f"{lane} {name}",
            **{f"{month:%b %Y}": cells.get((lane, month), "0 / 0") for month in months},
        }
        for lane, name in names.items()
    ]
    return pl.DataFrame(lines)


def readable_table(rows: pl.DataFrame) -> pl.DataFrame:
    """Format any released table with readable headings; suppressed numbers read "hidden"."""
    hidden = "is_suppressed" in rows.columns
    shown = rows.drop("is_suppressed") if hidden else rows
    texts = []
    for name, kind in shown.schema.items():
        column = pl.col(name)
        if kind.is_numeric():
            text = column.cast(pl.String)
            if hidden:
                text = (
                    pl.when(pl.col("is_suppressed") & column.is_null())
                    .then(pl.lit(HIDDEN))
                    .otherwise(text)
                )
        elif kind.is_temporal():
            text = column.dt.strftime("%a %-d %b %Y")
        elif kind == pl.Boolean:
            text = pl.when(column).then(pl.lit("yes")).otherwise(pl.lit("no"))
        else:
            text = column.cast(pl.String).map_elements(cell, return_dtype=pl.String)
        texts.append(text.fill_null("").alias(_heading(name)))
    return rows.select(texts)


def _heading(name: str) -> str:
    words = name.removesuffix("_id").removesuffix("_at").removesuffix("_count").replace("_", " ")
    return words.capitalize()
