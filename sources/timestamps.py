"""Parses ISO 8601 timestamps, with an offset or local to the agency's zone, to UTC instants.

Must not be here: calendar rules (business days, "same day"), which belong to SQL. A local time
that a clock change skips or repeats resolves to the earlier of its two possible instants
(rules/dates-and-times.md#clock-changes).

Nearly all values of a file have one of two formats, and each has a fast path: local time to the
second (`instant`) and a timestamp with offset (`_parse_with_offset`). Everything else takes the
general parser, `parse_instants`.
"""

from __future__ import annotations

import datetime as dt
from functools import cache

import polars as pl

# Year-month-dayThour:minute[:second[.fraction]][Z|±hh[:]mm|±hh]. A blank is as common as the T.
_ANY_FORMAT = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}"
    r"(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)?$"
)
_PARTS = r"^(.{16})(:[0-9]{2})?(\.[0-9]+)?(Z|[+-][0-9]{2}(?::?[0-9]{2})?)?$"
_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
# The usual format: local time to the second.
_TO_SECOND_LOCAL = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-5][0-9]$"
_WALL_FORMAT = "%Y-%m-%dT%H:%M:%S"
# The format of FHIR servers: to the second or finer, with offset. HL7 v2 omits the colon of the
# offset.
_WITH_OFFSET = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-5][0-9](?:\.[0-9]{1,6})?"
    r"(?:Z|[+-](?:0[0-9]|1[0-7]):?[0-5][0-9])$"
)
_WITH_OFFSET_FORMAT = "%Y-%m-%dT%H:%M:%S%.f%:z"
_INSTANT = pl.Datetime("us", "UTC")
_FIRST, _LAST = dt.date(1970, 1, 1), dt.date(2101, 1, 1)
_GAP_HOURS = 6  # longer than any skipped interval


def wall_clock(text: pl.Expr) -> pl.Expr:
    """The local time as a naive timestamp, for texts in the usual format; null for all others."""
    # The parser is slowest on texts that it rejects, so they are filtered out first.
    usual = pl.when(text.str.contains(_TO_SECOND_LOCAL)).then(text)
    return usual.str.to_datetime(_WALL_FORMAT, strict=False, time_unit="us", cache=False)


def instant(text: pl.Expr, wall: pl.Expr, zone: str, *, date_only: bool) -> pl.Expr:
    """The instant of each text; null if it is not a timestamp.

    Args:
        text: texts; null stays null.
        wall: `wall_clock` of the texts, as a column, because it is used twice.
        zone: the agency's time zone, for texts without an offset.
        date_only: whether a bare date is accepted; it becomes local midnight.
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
    """The local times at which the zone's UTC offset changes, and the offset from each on.

    Offsets have one entry more than times: the first applies before the first change. Outside
    1970 to 2100, and within a day that the zone skipped, the offset is null, and the general
    parser decides.
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
    undefined = pl.Series([None], dtype=pl.Duration("us"))
    return (
        pl.concat([walls.filter(is_new), midnights.tail(1)]),
        pl.concat([undefined, offsets.filter(is_new), undefined]),
    )


def _offset(wall: pl.Series, zone: str) -> pl.Series:
    return wall - _local_to_utc(wall, zone).dt.replace_time_zone(None)


def _fill_other_formats(
    values: pl.Series, found: pl.Series, zone: str, *, date_only: bool
) -> pl.Series:
    """The parsed instants, completed by those of values in other formats."""
    if found.null_count() == values.null_count():
        return found
    rest = found.is_null() & values.is_not_null()
    return found.scatter(
        rest.arg_true(), parse_instants(values.filter(rest), zone, date_only=date_only)
    )


def parse_instants(values: pl.Series, zone: str, *, date_only: bool) -> pl.Series:
    """Parse a series like `instant`, in any accepted format."""
    if values.null_count() == len(values):
        return pl.Series(values.name, [None] * len(values), dtype=_INSTANT)
    if values.str.contains(_WITH_OFFSET).all():
        return _parse_with_offset(values, zone)
    shaped = pl.select(pl.when(values.str.contains(_ANY_FORMAT)).then(values)).to_series()
    # The first 19 characters are the local time to the second; the rest is one of a few offsets.
    # Other formats are parsed by parts.
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
    # No sender means a leap second by second 60, and the parser would carry it into the next
    # minute.
    leap = shaped.str.slice(16, 3) == ":60"
    return pl.select(pl.when(~leap.fill_null(False)).then(result)).to_series().rename(values.name)


def _parse_with_offset(values: pl.Series, zone: str) -> pl.Series:
    suffix = values.str.slice(19)
    if suffix.str.starts_with(".").any():
        offsets = values.str.replace("Z", "+00:00", literal=True)
        return offsets.str.to_datetime(
            _WITH_OFFSET_FORMAT, strict=False, time_unit="us", time_zone="UTC"
        )
    # Parsing local times and mapping the few distinct offsets takes half the time of parsing
    # offsets per row.
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
    """Parse fractional seconds and times without seconds, split by regular expression."""
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
    """Local times of the zone as instants; the earlier of two possible instants."""
    found = wall.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    skipped = found.is_null() & wall.is_not_null()
    if skipped.any():
        # The offset after the clock change gives a skipped local time the earlier of its two
        # instants.
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
