"""Released rows as text a leader reads: percentages, dates, "hidden" for what was suppressed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

HIDDEN = "hidden"


@dataclass(frozen=True)
class Card:
    """One measure at a glance.

    Attributes:
        title: the measure's name.
        value: the rate as text.
        versus_target: distance to the target in percentage points, None without a target or a rate.
        higher_is_better: which direction is good.
        definition: what the measure counts.
        context: numerator and denominator, target and national figure.
    """

    title: str
    value: str
    versus_target: str | None
    higher_is_better: bool
    definition: str
    context: str


def cards(totals: pl.DataFrame, definitions: pl.DataFrame) -> list[Card]:
    """One card per measure that has a total row, in the order of the definitions.

    Args:
        totals: year totals, one row per measure.
        definitions: one row per measure.
    """
    by_id = {row["measure_id"]: row for row in totals.iter_rows(named=True)}
    return [
        _card(by_id[definition["measure_id"]], definition)
        for definition in definitions.iter_rows(named=True)
        if definition["measure_id"] in by_id
    ]


def _card(row: dict[str, Any], definition: dict[str, Any]) -> Card:
    rate, target = row["rate"], definition["target_rate"]
    distance = None
    if rate is not None and target is not None:
        points = round((float(rate) - float(target)) * 100, 1)
        distance = f"{points:+.1f} points to target"
    parts = []
    if row["is_suppressed"]:
        parts.append("counts hidden")
    elif row["denominator"]:
        parts.append(f"{row['numerator']:,} of {row['denominator']:,}")
    else:
        parts.append("no closed event yet")
    if not row["is_suppressed"] and row["open"]:
        parts.append(f"{row['open']:,} open")
    if target is not None:
        parts.append(f"target {float(target):.0%}")
    if definition["national_rate"] is not None:
        parts.append(f"{definition['national_label']} {float(definition['national_rate']):.1%}")
    return Card(
        definition["title"],
        percent(rate, hidden=row["is_suppressed"]),
        distance,
        definition["direction"] == "higher_is_better",
        definition["description"],
        " · ".join(parts),
    )


def percent(rate: Any, *, hidden: bool) -> str:  # noqa: ANN401 - Decimal, float or None
    """`38.4 %`, `hidden`, or a dash where there is nothing to divide."""
    if hidden:
        return HIDDEN
    return "–" if rate is None else f"{float(rate) * 100:.1f} %"


def provenance(definition: dict[str, Any]) -> str:
    """Steward, version, source: the way from a number to its definition."""
    return (
        f"Steward {definition['steward']} · version {definition['version']} · source"
        f" {definition['source_url']} · id {definition['measure_id']}"
    )


def readable(rows: pl.DataFrame, column: str, heading: str) -> pl.DataFrame:
    """Rates as a table of text, the alternative to the chart beside it.

    Args:
        rows: released rows of one measure.
        column: what a row is about (`month` or `stratum_value`).
        heading: its heading.
    """
    lines = []
    for row in rows.iter_rows(named=True):
        about = row[column]
        hidden = row["is_suppressed"]
        lines.append(
            {
                heading: f"{about:%b %Y}" if column == "month" else str(about),
                "Rate": percent(row["rate"], hidden=hidden),
                "Met": HIDDEN if hidden else f"{row['numerator']:,}",
                "Of": HIDDEN if hidden else f"{row['denominator']:,}",
                "Open": HIDDEN if hidden else f"{row['open']:,}",
            }
        )
    return pl.DataFrame(lines, schema=[heading, "Rate", "Met", "Of", "Open"], orient="row")


def plain(rows: pl.DataFrame) -> pl.DataFrame:
    """Any released table with headings in words; suppressed numbers read as hidden."""
    hidden = "is_suppressed" in rows.columns
    shown = rows.drop("is_suppressed") if hidden else rows
    texts = []
    for name, kind in shown.schema.items():
        column = pl.col(name)
        if kind.is_numeric():
            text = column.cast(pl.String)
            if hidden:
                text = pl.when(pl.col("is_suppressed") & column.is_null()).then(
                    pl.lit(HIDDEN)
                ).otherwise(text)
        elif kind.is_temporal():
            text = column.cast(pl.Date).cast(pl.String)
        elif kind == pl.Boolean:
            text = pl.when(column).then(pl.lit("yes")).otherwise(pl.lit("no"))
        else:
            text = column.cast(pl.String)
        texts.append(text.fill_null("").alias(_heading(name)))
    return rows.select(texts)


def _heading(name: str) -> str:
    words = name.removesuffix("_id").removesuffix("_at").removesuffix("_count").replace("_", " ")
    return words.capitalize()
