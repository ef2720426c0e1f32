"""Small hand-written shareable aggregates, as a release has them in `metrics/`."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from figures.released import Figures, last_day

ZONE = ZoneInfo("America/New_York")
AS_OF = datetime(2026, 7, 1, 10, tzinfo=UTC)
FEWER, WITHHELD = "fewer than 11", "withheld to protect others"
_DEFINITION: dict[str, Any] = {
    "steward": "NCQA",
    "version": "MY2026",
    "direction": "higher_is_better",
    "source_url": "https://example.org/fuh",
    "description": "Of discharges, the share with a visit.",
    "denominator_unit": "discharge",
    "section": "rules/measures/fuh.md#event",
    "certification": "modelled on NCQA's FUH, not certified",
    "target_rate": None,
    "target_source": "design decision",
    "national_rate": None,
    "national_label": None,
    "national_source": None,
}
_COUNTS = ("denominator", "numerator", "excluded", "open")


def rate(
    measure_id: str,
    numerator: int | str,
    denominator: int | str,
    *,
    year: int = 2025,
    month: int | None = None,
    last_month: int | None = None,
    breakdown: str = "total",
    group: str = "all",
    basis: str = "operational",
    excluded: int | str = 0,
    still_open: int = 0,
) -> dict[str, Any]:
    """A row of measure_rate; a text instead of a count is its status."""
    counts = dict(zip(_COUNTS, (denominator, numerator, excluded, still_open), strict=True))
    start = date(year, month or 1, 1)
    end = last_day(date(year, last_month or month or 12, 1))
    months = 1 + end.month - start.month
    shown = {name: value if isinstance(value, int) else None for name, value in counts.items()}
    row: dict[str, Any] = {
        "measure_id": measure_id,
        "title": measure_id,
        "measurement_year": year,
        "month": start if months == 1 else None,
        "basis": basis,
        "program_id": None,
        "site_id": None,
        "payer_type": group if breakdown == "payer_type" else None,
        "stratum_name": breakdown,
        "stratum_value": group,
        **shown,
        "rate": shown["numerator"] / shown["denominator"]
        if shown["numerator"] is not None and shown["denominator"]
        else None,
        "is_suppressed": shown["numerator"] is None or shown["denominator"] is None,
        "period_type": {1: "month", 12: "year"}.get(months, "months"),
        "period_start": start,
        "period_end": end,
    }
    statuses = {
        f"{name}_status": "shown" if isinstance(value, int) else value
        for name, value in counts.items()
    }
    return row | statuses


def listed(position: int, code: str, measure_id: str | None, **changes: Any) -> dict[str, Any]:
    """A row of ccbhc_measure."""
    return {
        "position": position,
        "ccbhc_code": code,
        "title": f"Title of {code}",
        "collected_by": "clinic",
        "is_required": True,
        "measure_id": measure_id,
        "sheet": None if measure_id is None else code,
        "what_is_missing": None if measure_id else "no feed delivers it",
    } | changes


def definition(measure_id: str, **changes: Any) -> dict[str, Any]:
    """A row of measure_definition."""
    return {"measure_id": measure_id, "title": f"Title of {measure_id}", **_DEFINITION} | changes


_SCHEMAS: dict[str, dict[str, Any]] = {
    "chart_rebase": {"measure_id": pl.String, "first_period_date": pl.Date, "reason": pl.String},
    "measure_version": {
        "measure_id": pl.String,
        "measurement_year": pl.Int32,
        "version": pl.String,
    },
}


def write_metrics(
    folder: Path,
    rates: list[dict[str, Any]],
    *,
    definitions: list[dict[str, Any]] | None = None,
    measures: list[dict[str, Any]] | None = None,
    clients: int | None = 935,
    late: tuple[str, ...] = (),
    rebase: list[dict[str, Any]] | None = None,
) -> Path:
    """Write the tables of a release that reports read; every measure of the rates has a definition."""
    ids = sorted({row["measure_id"] for row in rates})
    tables: dict[str, list[dict[str, Any]]] = {
        "measure_rate": rates,
        "measure_definition": definitions or [definition(name) for name in ids],
        "measure_version": [
            {"measure_id": name, "measurement_year": year, "version": f"MY{year}"}
            for name in ids
            for year in (2025, 2026)
        ],
        "ccbhc_measure": measures or [listed(n, f"M{n}", name) for n, name in enumerate(ids, 1)],
        "chart_rebase": rebase or [],
        "capacity": [{"care_manager_count": 16, "clients_per_care_manager": 75}],
        "caseload": [
            {
                "breakdown": "agency",
                "clients": clients,
                "clients_status": WITHHELD if clients is None else "shown",
            },
            {"breakdown": "site", "clients": None, "clients_status": WITHHELD},
        ],
        "feed": [
            {
                "source": source,
                "last_received_at": datetime(2026, 6, 30, 4, tzinfo=UTC),
                "is_stale": source in late,
            }
            for source in ("adt", "claims", "ehr")
        ],
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        frame = pl.DataFrame(rows, schema=_SCHEMAS.get(name), infer_schema_length=None)
        frame.write_parquet(folder / f"{name}.parquet")
    return folder


def figures(folder: Path, rates: list[dict[str, Any]], **changes: Any) -> Figures:
    """Write and read the aggregates."""
    return Figures(write_metrics(folder, rates, **changes), AS_OF, ZONE)
