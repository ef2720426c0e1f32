"""Simulated time: clocks, the period, the delivery days.

A **clock** is an int64: seconds since 1970-01-01 in *local wall time*. `NEVER` means that the event does not happen.
Day numbers count from 1970-01-01. Only `instant` writes timestamps with an offset. Must not be here: events.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from synthetic.draw import Draw

DAY = 86_400
HOUR = 3_600
MINUTE = 60
NEVER = np.int64(1) << np.int64(50)
EPOCH = date(1970, 1, 1)


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


@dataclass(frozen=True)
class Period:
    """The simulated period: from `start` (inclusive) to `end` (exclusive), in the agency's time zone."""

    start: date
    end: date
    zone: str

    @property
    def t0(self) -> int:
        """Clock at which the period begins."""
        return day_number(self.start) * DAY

    @property
    def t1(self) -> int:
        """Clock at which the period ends; events are earlier."""
        return day_number(self.end) * DAY

    @property
    def years(self) -> float:
        """Length in years."""
        return (self.end - self.start).days / 365.25

    def autumn_change(self) -> date | None:
        """The last day in the period on which clocks go back, if there is one."""
        zone = ZoneInfo(self.zone)
        day = self.end - timedelta(days=1)
        while day >= self.start:
            midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
            following = day + timedelta(days=1)
            after = datetime(following.year, following.month, following.day, tzinfo=zone)
            before_offset, after_offset = midnight.utcoffset(), after.utcoffset()
            if (
                before_offset is not None
                and after_offset is not None
                and after_offset < before_offset
            ):
                return day
            day -= timedelta(days=1)
        return None


def _days_before_end(period: Period, offsets: list[int]) -> np.ndarray:
    length = (period.end - period.start).days
    first = max([offset for offset in offsets if offset <= length // 2], default=0)
    end = day_number(period.end)
    return np.array([end - offset for offset in offsets if offset <= first], dtype=np.int64)


def daily_schedule(period: Period, daily_days: int) -> np.ndarray:
    """Delivery days of the frequent feeds: the first extract, then every four weeks, weekly, and daily in the last `daily_days` (7: about 23 days)."""
    return _days_before_end(
        period, [*range(365, 57, -28), *range(56, daily_days, -7), *range(daily_days, -1, -1)]
    )


def slow_schedule(period: Period) -> np.ndarray:
    """Seven delivery days of tables that rarely change: every twelve weeks, then 28, 7 and 0 days before the end."""
    return _days_before_end(period, [*range(365, 57, -84), 28, 7, 0])


def claims_schedule(period: Period) -> np.ndarray:
    """Delivery days of medical and pharmacy claims: every two weeks, 26 a year."""
    return _days_before_end(period, [*range(352, 1, -14)])


def eligibility_schedule(period: Period) -> np.ndarray:
    """Delivery days of the eligibility file: every four weeks, 13 a year."""
    return _days_before_end(period, [*range(338, 1, -28)])


def timestamp(clock: np.ndarray) -> pl.Series:
    """Clocks as local timestamps without a zone; `NEVER` becomes null."""
    clock = np.asarray(clock, dtype=np.int64)
    absent = clock >= NEVER
    values = pl.Series(np.where(absent, 0, clock) * 1_000).cast(pl.Datetime("ms"))
    return values.set(pl.Series(absent), None) if absent.any() else values


def day(clock: np.ndarray) -> pl.Series:
    """The date of clocks; `NEVER` becomes null."""
    return dates(np.where(np.asarray(clock) >= NEVER, NEVER, np.asarray(clock) // DAY))


def dates(days: np.ndarray) -> pl.Series:
    """Day numbers as dates; `NEVER` becomes null."""
    days = np.asarray(days, dtype=np.int64)
    absent = days >= NEVER
    values = pl.Series(np.where(absent, 0, days).astype(np.int32)).cast(pl.Date)
    return values.set(pl.Series(absent), None) if absent.any() else values


def instant(clock: np.ndarray, zone: str) -> pl.Series:
    """Clocks as ISO 8601 text with offset; a time skipped by the spring clock change moves one hour later."""
    local = timestamp(clock)
    zoned = local.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    shifted = local.dt.offset_by("1h").dt.replace_time_zone(
        zone, ambiguous="earliest", non_existent="null"
    )
    return zoned.fill_null(shifted).dt.strftime("%Y-%m-%dT%H:%M:%S%:z")


def to_weekday(clock: np.ndarray) -> np.ndarray:
    """Move clocks that fall on a weekend: Saturday to Friday, Sunday to Monday."""
    weekday = (np.asarray(clock) // DAY + 3) % 7  # 1970-01-01 was a Thursday; Monday is 0
    return clock + np.where(weekday == 5, -DAY, np.where(weekday == 6, DAY, 0))


def next_working_time(clock: np.ndarray, draw: Draw) -> np.ndarray:
    """Move clocks outside working hours to a random minute of the next working morning, 8:30 to 11:30."""
    clock = np.asarray(clock, dtype=np.int64)
    day, minute = clock // DAY, clock % DAY // MINUTE
    early, late = minute < 8 * 60 + 30, minute >= 17 * 60
    day = day + late
    weekday = (day + 3) % 7
    weekend = weekday >= 5
    day = day + np.where(weekend, 7 - weekday, 0)
    morning = 8 * 60 + 30 + draw.integers(0, 180, len(clock))
    return day * DAY + np.where(early | late | weekend, morning, minute) * MINUTE
