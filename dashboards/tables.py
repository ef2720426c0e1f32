"""Formats released rows for leaders: percentages, dates, and the words of counts that are not shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import polars as pl

from dashboards.escaping import cell

SHOWN = "shown"


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


def agency_totals(rates: pl.DataFrame) -> pl.DataFrame:
    """Return the agency's rate of each measure: of the year, else of its published periods together.

    A year in progress has no total; its published periods follow each other without a gap, so their
    sum is the rate from the first to the last of them.

    Args:
        rates: released rates of one year and basis.

    Returns:
        One row per measure, with the columns of the rates.
    """
    agency = rates.filter(pl.col("stratum_name") == "total")
    years = agency.filter(pl.col("period_type") == "year")
    periods = agency.filter(
        (pl.col("period_type") != "year")
        & ~pl.col("is_suppressed")
        & ~pl.col("measure_id").is_in(years["measure_id"].implode())
    )
    summed = (
        periods.sort("period_start")
        .group_by("measure_id", maintain_order=True)
        .agg(
            pl.col("period_start").min(),
            pl.col("period_end").max(),
            pl.col("denominator").sum(),
            pl.col("numerator").sum(),
            pl.col("denominator_status", "numerator_status", "open_status").first(),
            pl.col("open").first(),
            pl.lit("months").first().alias("period_type"),
        )
        .with_columns(
            (pl.col("numerator") / pl.col("denominator")).alias("rate"),
            pl.lit(value=False).alias("is_suppressed"),
        )
    )
    columns = summed.columns
    return pl.concat(
        [
            years.select(columns).with_columns(pl.col("rate").cast(pl.Float64)),
            summed.with_columns(pl.col("rate").cast(pl.Float64)),
        ],
        how="vertical_relaxed",
    )


def cards(totals: pl.DataFrame, definitions: pl.DataFrame) -> list[Card]:
    """Build a card for each measure with a total, in the order of the definitions.

    Args:
        totals: `agency_totals`. One row per measure.
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
    if row["period_type"] != "year":
        parts.append(period_text(row["period_start"], row["period_end"]))
    if row["denominator_status"] == SHOWN and not row["denominator"]:
        parts.append("no completed event yet")
    else:
        met = count_text(row["numerator"], row["numerator_status"])
        parts.append(f"{met} of {count_text(row['denominator'], row['denominator_status'])}")
    if row["open_status"] == SHOWN and row["open"]:
        parts.append(f"{row['open']:,} open")
    if target is not None:
        parts.append(f"target {float(target):.0%}")
    if definition["national_rate"] is not None:
        parts.append(f"{definition['national_label']} {float(definition['national_rate']):.1%}")
    return Card(
        definition["title"],
        percent_text(rate, row["numerator_status"]),
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


def percent_text(rate: Any, status: str) -> str:  # noqa: ANN401 - Decimal, float or None
    """`38.4%`, the words of a numerator that is not shown, or a dash without a rate."""
    if status != SHOWN:
        return status
    return "–" if rate is None else f"{float(rate) * 100:.1f}%"


def count_text(number: int | None, status: str) -> str:
    """Format a released count, or the words of a count that is not shown."""
    return f"{number:,}" if status == SHOWN and number is not None else status


def period_text(first: date, last: date) -> str:
    """`Feb 2026`, `Feb–Mar 2026` or `Nov 2025–Jan 2026`."""
    if (first.year, first.month) == (last.year, last.month):
        return f"{first:%b %Y}"
    if first.year == last.year:
        return f"{first:%b}–{last:%b %Y}"
    return f"{first:%b %Y}–{last:%b %Y}"


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
        column: what identifies a row: `period` or `stratum_value`.
        heading: heading of that column.
    """
    lines = []
    for row in rows.iter_rows(named=True):
        if column == "period":
            about = period_text(row["period_start"], row["period_end"])
        else:
            about = cell(str(row[column]))
        lines.append(
            {
                heading: about,
                "Rate": percent_text(row["rate"], row["numerator_status"]),
                "Met": count_text(row["numerator"], row["numerator_status"]),
                "Of": count_text(row["denominator"], row["denominator_status"]),
            }
        )
    return pl.DataFrame(lines, schema=[heading, "Rate", "Met", "Of"], orient="row")


def most_visible_measure(rates: pl.DataFrame) -> str:
    """Return the measure with the most visible periods; the page opens with it."""
    seen = (
        rates.group_by("measure_id")
        .agg(
            ((pl.col("period_type") != "year") & pl.col("rate").is_not_null()).sum().alias("found")
        )
        .sort("found", "measure_id", descending=[True, False])
    )
    return str(seen["measure_id"][0])


TIERS = ("critical", "high", "rising", "standard")


OTHER_GROUPS = "all other groups"


def crosstab(rows: pl.DataFrame, breakdown: str) -> pl.DataFrame:
    """Count clients by site (rows) and tier or program (columns).

    A cell without a row is 0, unless small groups of its site were merged: then it is part of
    "all other groups".

    Args:
        rows: released caseload rows of one breakdown.
        breakdown: `tier` or `program`.
    """
    column = "tier" if breakdown == "tier" else "program_id"
    found = {
        (row["site_id"], row[column]): count_text(row["clients"], row["clients_status"])
        for row in rows.iter_rows(named=True)
    }
    merged = {site for site, value in found if value == OTHER_GROUPS}
    across = sorted({value for _, value in found})
    if breakdown == "tier":
        across = [tier for tier in (*TIERS, OTHER_GROUPS) if tier in across]
        headings = {tier: tier.capitalize() for tier in across}
    else:
        # A program may have the id "Site", the heading of the first column.
        headings = {name: cell(name) if name != "Site" else "Site (program)" for name in across}
    lines = [
        {
            "Site": cell(site),
            **{
                headings[name]: found.get((site, name), "merged" if site in merged else "0")
                for name in across
            },
        }
        for site in sorted({site for site, _ in found})
    ]
    return pl.DataFrame(lines)


_PERIODS_SHOWN = 3
OUTCOMES = (
    "reached or visit kept", "reviewed", "other work done", "expired without contact", "cancelled",
    "still open", "other outcomes",
)  # fmt: skip


def recent_task_flow(flow: pl.DataFrame) -> pl.DataFrame:
    """Count the tasks of the latest periods by lane and outcome.

    An outcome without a row is 0, unless small outcomes were merged into "other outcomes" or the
    outcomes of the period are too small to publish.
    """
    lines = []
    for (_, lane_name), rows in flow.sort("lane").group_by(
        "lane", "lane_name", maintain_order=True
    ):
        periods = rows.select("period_start", "period_end").unique().sort("period_start")
        for first, last in periods.tail(_PERIODS_SHOWN).iter_rows():
            found = {
                row["outcome"]: count_text(row["tasks"], row["tasks_status"])
                for row in rows.filter(pl.col("period_start") == first).iter_rows(named=True)
            }
            if len(found) == 1:
                absent = "not published"
            else:
                absent = "merged" if "other outcomes" in found else "0"
            lines.append(
                {
                    "Group": lane_name,
                    "Opened in": period_text(first, last),
                    "Opened": found["opened"],
                    **{name.capitalize(): found.get(name, absent) for name in OUTCOMES},
                }
            )
    return pl.DataFrame(lines)


def readable_table(rows: pl.DataFrame) -> pl.DataFrame:
    """Format any released table with readable headings."""
    texts = []
    for name, kind in rows.schema.items():
        column = pl.col(name)
        if kind.is_numeric():
            text = column.cast(pl.String)
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
