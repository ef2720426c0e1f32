"""Moments: ISO 8601 texts, with an offset or local in the agency's zone, to instants in UTC.

What must not be here: calendar rules (business days, "same day"), which are SQL's. The clock's two bad hours are decided
as rules/dates-and-times.md#clock-changes says: a local time that exists twice, or not at all, is the earlier of its two possible instants.
"""

from __future__ import annotations

import datetime as dt
from functools import cache

import polars as pl

# Year-month-dayThour:minute[:second[.fraction]][Z|±hh[:]mm|±hh]; a blank instead of T is as common as T.
_SHAPE = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}"
    r"(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)?$"
)
_PARTS = r"^(.{16})(:[0-9]{2})?(\.[0-9]+)?(Z|[+-][0-9]{2}(?::?[0-9]{2})?)?$"
_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
# What nearly every value is: the zone's wall clock to the second.
_TO_SECOND_LOCAL = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-5][0-9]$"
_WALL_FORMAT = "%Y-%m-%dT%H:%M:%S"
# What every FHIR server writes: to the second or finer, with its offset; HL7 v2 leaves out the colon.
_WITH_OFFSET = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-5][0-9](?:\.[0-9]{1,6})?"
    r"(?:Z|[+-](?:0[0-9]|1[0-7]):?[0-5][0-9])$"
)
_WITH_OFFSET_FORMAT = "%Y-%m-%dT%H:%M:%S%.f%:z"
_INSTANT = pl.Datetime("us", "UTC")
_FIRST, _LAST = dt.date(1970, 1, 1), dt.date(2101, 1, 1)
_GAP_HOURS = 6  # no zone's clock ever jumped further


def wall_clock(text: pl.Expr) -> pl.Expr:
    """What the zone's clock showed, for texts of the usual shape; the others are null."""
    # the parser tries longest where it fails
    usual = pl.when(text.str.contains(_TO_SECOND_LOCAL)).then(text)
    return usual.str.to_datetime(_WALL_FORMAT, strict=False, time_unit="us", cache=False)


def instant(text: pl.Expr, wall: pl.Expr, zone: str, *, date_only: bool) -> pl.Expr:
    """The instant of each text, null where it is no moment.

    Args:
        text: texts; null stays null.
        wall: `wall_clock` of the texts, as a column: it is used twice.
        zone: the agency's zone, for texts without an offset.
        date_only: whether a bare day is a moment too: its local midnight.
    """
    walls, offsets = _clock_changes(zone)
    offset = pl.lit(offsets).gather(pl.lit(walls).search_sorted(wall, side="right"))
    return pl.map_batches(
        [text, (wall - offset).dt.replace_time_zone("UTC")],
        lambda columns: _fill_other_formats(columns[0], columns[1], zone, date_only=date_only),
        return_dtype=_INSTANT,
        is_elementwise=True,
    )


@cache
def _clock_changes(zone: str) -> tuple[pl.Series, pl.Series]:
    """The wall clocks from which on another offset holds, and the offsets: the nth from the nth change on.

    Offset 0 is that before the first change. Outside 1970 to 2100 it is null; so it is in a day that a zone left out.
    """
    midnights = pl.date_range(_FIRST, _LAST, eager=True).cast(pl.Datetime("us"))
    walls = midnights
    for width, step in ((dt.timedelta(days=1), "1h"), (dt.timedelta(hours=1), "1m")):
        starts = walls.filter(_offset(walls, zone).ne_missing(_offset(walls + width, zone)))
        spans = pl.datetime_ranges(starts, starts + width, step, eager=True)
        walls = pl.concat([midnights.head(1), spans.explode()])
    offsets = _offset(walls, zone)
    is_new = offsets.ne_missing(offsets.shift())
    is_new[0] = True
    nothing = pl.Series([None], dtype=pl.Duration("us"))
    return (
        pl.concat([walls.filter(is_new), midnights.tail(1)]),
        pl.concat([nothing, offsets.filter(is_new), nothing]),
    )


def _offset(wall: pl.Series, zone: str) -> pl.Series:
    return wall - _local_to_utc(wall, zone).dt.replace_time_zone(None)


def _fill_other_formats(
    values: pl.Series, found: pl.Series, zone: str, *, date_only: bool
) -> pl.Series:
    """The instants found, and those of values of another shape."""
    if found.null_count() == values.null_count():
        return found
    rest = found.is_null() & values.is_not_null()
    return found.scatter(
        rest.arg_true(), parse_instants(values.filter(rest), zone, date_only=date_only)
    )


def parse_instants(values: pl.Series, zone: str, *, date_only: bool) -> pl.Series:
    """As `instant`, on a series: seconds with or without offset go the short way, what they leave over the long one."""
    if values.null_count() == len(values):
        return pl.Series(values.name, [None] * len(values), dtype=_INSTANT)
    if values.str.contains(_WITH_OFFSET).all():
        return _parse_with_offset(values, zone)
    shaped = pl.select(pl.when(values.str.contains(_SHAPE)).then(values)).to_series()
    # 19 characters are a wall clock to the second; what follows is one of a few offsets, or is rare and goes apart.
    wall = (
        shaped.str.slice(0, 19)
        .str.replace(" ", "T", literal=True, n=1)
        .str.to_datetime(_WALL_FORMAT, strict=False, time_unit="us")
    )
    result = _with_suffix(wall, shaped.str.slice(19), zone)
    rest = result.is_null() & shaped.is_not_null()
    if rest.any():
        result = result.scatter(rest.arg_true(), _parse_by_parts(shaped.filter(rest), zone))
    if date_only:
        days = pl.select(pl.when(values.str.contains(_DAY)).then(values)).to_series()
        if days.null_count() < len(days):
            midnight = days.str.to_date("%Y-%m-%d", strict=False).cast(pl.Datetime("us"))
            result = result.zip_with(days.is_null(), _local_to_utc(midnight, zone))
    # Second 60 is a leap second that no sender means and that the parser would carry into the next minute.
    leap = shaped.str.slice(16, 3) == ":60"
    return pl.select(pl.when(~leap.fill_null(False)).then(result)).to_series().rename(values.name)


def _parse_with_offset(values: pl.Series, zone: str) -> pl.Series:
    suffix = values.str.slice(19)
    if suffix.str.starts_with(".").any():
        offsets = values.str.replace("Z", "+00:00", literal=True)
        return offsets.str.to_datetime(
            _WITH_OFFSET_FORMAT, strict=False, time_unit="us", time_zone="UTC"
        )
    # the parser of wall clocks and a list of the few offsets cost half of the parser of offsets
    wall = values.str.slice(0, 19).str.to_datetime(
        _WALL_FORMAT, strict=False, time_unit="us", cache=False
    )
    return _with_suffix(wall, suffix, zone)


def _with_suffix(wall: pl.Series, suffix: pl.Series, zone: str) -> pl.Series:
    offsets = {text: _offset_seconds(text) for text in suffix.unique().drop_nulls().to_list()}
    known = {text: seconds for text, seconds in offsets.items() if seconds is not None}
    seconds = suffix.replace_strict(known, default=None, return_dtype=pl.Int64)
    result = (wall - pl.select(pl.duration(seconds=seconds)).to_series()).dt.replace_time_zone(
        "UTC"
    )
    if "" in offsets:
        result = result.zip_with(suffix.fill_null("Z") != "", _local_to_utc(wall, zone))
    return result


def _offset_seconds(suffix: str) -> int | None:
    if suffix == "Z":
        return 0
    digits = suffix[1:].replace(":", "")
    if suffix[:1] not in ("+", "-") or not digits.isdigit() or len(digits) not in (2, 4):
        return None
    hours, minutes = int(digits[:2]), int(digits[2:] or 0)
    if hours > 18 or minutes > 59:
        return None
    return (-1 if suffix[0] == "-" else 1) * (hours * 3600 + minutes * 60)


def _parse_by_parts(values: pl.Series, zone: str) -> pl.Series:
    """Fractions of a second, and times without seconds: parts by regular expression, then as before."""
    parts = pl.select(values.alias("text")).select(
        wall=pl.col("text").str.extract(_PARTS, 1).str.replace(" ", "T", literal=True)
        + pl.col("text").str.extract(_PARTS, 2).fill_null(":00"),
        micros=pl.col("text")
        .str.extract(_PARTS, 3)
        .fill_null(".0")
        .str.slice(1, 6)
        .str.pad_end(6, "0")
        .cast(pl.Int64),
        suffix=pl.col("text").str.extract(_PARTS, 4).fill_null(""),
    )
    wall = parts["wall"].str.to_datetime(_WALL_FORMAT, strict=False, time_unit="us")
    return _with_suffix(
        wall + pl.select(pl.duration(microseconds=parts["micros"])).to_series(),
        parts["suffix"],
        zone,
    )


def _local_to_utc(wall: pl.Series, zone: str) -> pl.Series:
    """Wall clocks of the zone as instants; of two possible instants the earlier."""
    found = wall.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    skipped = found.is_null() & wall.is_not_null()
    if skipped.any():
        # A skipped hour read with the offset that holds after the jump is the earlier of its two readings.
        after = wall.dt.offset_by(f"{_GAP_HOURS}h").dt.replace_time_zone(
            zone, ambiguous="earliest", non_existent="null"
        )
        earlier = (
            after.dt.convert_time_zone("UTC")
            .dt.offset_by(f"-{_GAP_HOURS}h")
            .dt.convert_time_zone(zone)
        )
        found = found.zip_with(~skipped, earlier)
    return found.dt.convert_time_zone("UTC")
