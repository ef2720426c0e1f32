"""Reads the shareable aggregates of a release as typed rows: the only reader of their columns.

Every count has a status: shown, fewer than 11, or withheld to protect others. Reads `metrics/` only,
never `internal/` and never the warehouse, so that a report cannot contain what the release hides.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

SHOWN = "shown"
FEWER_THAN_11 = "fewer than 11"
WITHHELD = "withheld to protect others"
TOTAL = "total"
ALL_OTHER_GROUPS = "all other groups"
MONTH, MONTHS, YEAR = "month", "months", "year"
REPORTING, OPERATIONAL = "reporting", "operational"
_END_OF_DAY = time(23, 59, 59)
_COUNTS = ("denominator", "numerator", "excluded", "open")


class MissingTableError(Exception):
    """The release was made by a version without a table that the reports read."""


@dataclass(frozen=True)
class Count:
    """A released count: its value, or why it is not shown.

    Attributes:
        value: the count; None if it is not shown.
        status: `shown`, `fewer than 11` or `withheld to protect others`.
    """

    value: int | None
    status: str = SHOWN

    @property
    def is_shown(self) -> bool:
        """True if the value is shown."""
        return self.value is not None

    @property
    def text(self) -> str:
        """The value with thousands separators, or the status."""
        return self.status if self.value is None else f"{self.value:,}"


@dataclass(frozen=True)
class RateRow:
    """A released rate of a measure: the agency total of a period, or a group of a year.

    Attributes:
        measure_id: the measure.
        measurement_year: its measurement year.
        basis: `reporting` (from claims), `operational` or `fhir`.
        period_type: `month`, `quarter`, `year` or, where periods are joined, `months`.
        period_start: first day.
        period_end: last day.
        stratum_name: `total`, or the breakdown, such as `race`.
        stratum_value: `all`, or the group.
        denominator: events that count in the rate.
        numerator: events with the outcome.
        excluded: events excluded from the rate.
        open: events whose window has not closed.
        rate: the rate, 0 to 1; None if it is not shown or has no denominator.
    """

    measure_id: str
    measurement_year: int
    basis: str
    period_type: str
    period_start: date
    period_end: date
    stratum_name: str
    stratum_value: str
    denominator: Count
    numerator: Count
    excluded: Count
    open: Count
    rate: Decimal | None

    @property
    def is_total(self) -> bool:
        """True for the agency total."""
        return self.stratum_name == TOTAL

    @property
    def has_rate(self) -> bool:
        """True if both counts are shown and the denominator is not 0."""
        return bool(self.denominator.value) and self.numerator.is_shown

    @property
    def counts(self) -> tuple[int, int]:
        """Numerator and denominator of a row with a rate."""
        if self.numerator.value is None or not self.denominator.value:
            raise ValueError(f"{self.measure_id}: the row has no rate")
        return self.numerator.value, self.denominator.value


@dataclass(frozen=True)
class Definition:
    """What a reader needs beside the rates of a measure."""

    measure_id: str
    title: str
    steward: str
    direction: str
    source_url: str
    description: str
    denominator_unit: str
    certification: str
    target_rate: Decimal | None
    national_rate: Decimal | None
    national_label: str | None

    @property
    def higher_is_better(self) -> bool:
        """True if a higher rate is better."""
        return self.direction == "higher_is_better"

    @property
    def is_yearly(self) -> bool:
        """True if a client counts once a year, so that months of a year are different clients."""
        return self.denominator_unit in ("client", "client_year", "client and year")


@dataclass(frozen=True)
class CcbhcMeasure:
    """A measure of the CCBHC list, and the project's measure of it.

    Attributes:
        ccbhc_code: the code of the list, such as `FUH-AD/CH`.
        title: its title.
        measure_id: the project's measure; None if no feed delivers its data.
        collected_by: `clinic` or `state`.
        is_required: False for optional measures.
        sheet: name of its sheet; None without a measure.
        what_is_missing: data that no feed delivers; None if complete.
    """

    ccbhc_code: str
    title: str
    measure_id: str | None
    collected_by: str
    is_required: bool
    sheet: str | None
    what_is_missing: str | None


@dataclass(frozen=True)
class Feed:
    """A sender's latest delivery; None if it has never delivered."""

    source: str
    last_received_at: datetime | None
    is_stale: bool


@dataclass(frozen=True)
class Capacity:
    """Care managers with clients, and the planning limit of clients for each."""

    care_managers: int
    clients_per_care_manager: int


class Figures:
    """The shareable aggregates of a release.

    Args:
        metrics: the folder `metrics/` of the release.
        as_of: `as_of` of the release.
        zone: the agency's time zone.

    Raises:
        MissingTableError: a table is missing.
    """

    def __init__(self, metrics: Path, as_of: datetime, zone: ZoneInfo) -> None:
        self.as_of = as_of.astimezone(zone)
        self._metrics = metrics
        self.definitions = {
            row["measure_id"]: Definition(
                **{name: row[name] for name in Definition.__annotations__}
            )
            for row in self._rows("measure_definition")
        }
        self.rates = sorted(
            self._rates(),
            key=lambda r: (r.measure_id, r.basis, r.period_start, r.period_end, r.stratum_name, r.stratum_value),
        )  # fmt: skip
        self._versions = {
            (row["measure_id"], row["measurement_year"]): row["version"]
            for row in self._rows("measure_version")
        }
        self.feeds = [
            Feed(row["source"], row["last_received_at"], row["is_stale"])
            for row in self._rows("feed")
        ]

    @property
    def complete_through(self) -> date:
        """The last local day that was over at as_of; as_of at 23:59:59 is the end of its day."""
        is_over = self.as_of.time() >= _END_OF_DAY
        return self.as_of.date() - timedelta(days=0 if is_over else 1)

    @property
    def last_complete_year(self) -> int:
        """The last calendar year that was over at as_of."""
        return (self.complete_through + timedelta(days=1)).year - 1

    @property
    def ccbhc_measures(self) -> list[CcbhcMeasure]:
        """The CCBHC list, in its order."""
        return [
            CcbhcMeasure(**{name: row[name] for name in CcbhcMeasure.__annotations__})
            for row in sorted(self._rows("ccbhc_measure"), key=lambda row: row["position"])
        ]

    @property
    def capacity(self) -> Capacity:
        """Care managers and planning limit."""
        (row,) = self._rows("capacity")
        return Capacity(row["care_manager_count"], row["clients_per_care_manager"])

    @property
    def listable_clients(self) -> Count:
        """Clients of the agency who can be on a list."""
        for row in self._rows("caseload"):
            if row["breakdown"] == "agency":
                return _count(row, "clients")
        return Count(0)

    @property
    def rebase_points(self) -> dict[str, dict[date, str]]:
        """First day of a phase of the charts and the reason, by measure."""
        found: dict[str, dict[date, str]] = {}
        for row in self._rows("chart_rebase"):
            found.setdefault(row["measure_id"], {})[row["first_period_date"]] = row["reason"]
        return found

    def version_of(self, measure_id: str, year: int) -> str | None:
        """Return the version of a measure in a measurement year; None if the registry has none."""
        return self._versions.get((measure_id, year))

    def basis_of(self, measure_id: str) -> str | None:
        """Return the basis that reports use: reporting where the measure has it; None without rows."""
        found = {row.basis for row in self.rates if row.measure_id == measure_id}
        for basis in (REPORTING, OPERATIONAL):
            if basis in found:
                return basis
        return min(found, default=None)

    def totals(self, measure_id: str, basis: str | None) -> list[RateRow]:
        """Return the agency totals of a measure by period, without overlap.

        A year's total replaces its shorter periods where one of them is hidden and the total is not.
        Of a measure that counts a client once a year, only years are returned.
        """
        rows = [
            r for r in self.rates if r.measure_id == measure_id and r.basis == basis and r.is_total
        ]
        definition = self.definitions.get(measure_id)
        if definition is not None and definition.is_yearly:
            return [r for r in rows if r.period_type == YEAR]
        whole = {r.measurement_year for r in rows if r.period_type == YEAR and r.has_rate}
        divided = {r.measurement_year for r in rows if r.period_type != YEAR}
        hidden = {r.measurement_year for r in rows if r.period_type != YEAR and not r.has_rate}
        as_year = whole - (divided - hidden)
        return [r for r in rows if (r.period_type == YEAR) == (r.measurement_year in as_year)]

    def year_rows(self, measure_id: str, basis: str | None, year: int) -> list[RateRow]:
        """Return the total and the groups of a measurement year."""
        return [
            r
            for r in self.rates
            if r.measure_id == measure_id
            and r.basis == basis
            and r.measurement_year == year
            and r.period_type == YEAR
        ]

    def _rows(self, name: str) -> list[dict[str, Any]]:
        path = self._metrics / f"{name}.parquet"
        if not path.is_file():
            raise MissingTableError(f"the release has no metrics/{path.name}")
        return pl.read_parquet(path, glob=False).to_dicts()

    def _rates(self) -> Iterable[RateRow]:
        for row in self._rows("measure_rate"):
            found = RateRow(
                row["measure_id"],
                row["measurement_year"],
                row["basis"],
                row["period_type"],
                row["period_start"],
                row["period_end"],
                row["stratum_name"],
                row["stratum_value"],
                *(_count(row, name) for name in _COUNTS),
                row["rate"],
            )
            if found.period_end <= self.complete_through and not found.open.value:
                yield found


def _count(row: dict[str, Any], name: str) -> Count:
    value = row[name]
    return Count(None, row[f"{name}_status"]) if value is None else Count(value)


def last_day(month: date) -> date:
    """Return the last day of a day's month."""
    return (month.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
