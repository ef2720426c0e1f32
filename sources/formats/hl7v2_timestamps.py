"""Converts HL7 v2 timestamps (DTM and TS, v2.5.1 chapter 2.A) to ISO 8601.

Must not be here: segments and lines, types (the contract; text that is not a timestamp is kept
and fails present). Nearly every timestamp has a precision of seconds and a date that exists in
every year. A regular expression recognizes those, and separators are inserted into their digits;
the others are parsed and formatted.
"""

from __future__ import annotations

import numpy as np
import polars as pl

# Dates that exist in every year.
_DAY = (
    r"^[0-9]{4}(?:(?:0[13578]|1[02])(?:0[1-9]|[12][0-9]|3[01])"
    r"|(?:0[469]|11)(?:0[1-9]|[12][0-9]|30)|02(?:0[1-9]|1[0-9]|2[0-8]))"
)
_USUAL_DAY = _DAY + r"(?:[0-9]{2}|[0-9]{4}|[0-9]{6}(?:\.[0-9]{1,4})?)?(?:[+-][0-9]{4})?$"
_USUAL = _DAY + (r"(?:[01][0-9]|2[0-3])[0-5][0-9][0-5][0-9](?:\.[0-9]{1,4})?(?:[+-][0-9]{4})?$")
# Second 60 is not accepted, as in all feeds.
_TO_SECOND = r"^[0-9]{12}[0-5][0-9](?:\.[0-9]{1,4})?(?:[+-][0-9]{4})?$"
_TO_MINUTE = r"^[0-9]{12}(?:[+-][0-9]{4})?$"
_TO_HOUR = r"^[0-9]{10}(?:[+-][0-9]{4})?$"
_DAY_OR_MORE = r"^[0-9]{8}(?:[0-9]{2}|[0-9]{4}|[0-9]{6}(?:\.[0-9]{1,4})?)?(?:[+-][0-9]{4})?$"
_TO_DAY = r"^[0-9]{8}(?:[+-][0-9]{4})?$"
_COARSER = r"^[0-9]{4}(?:[0-9]{2})?(?:[+-][0-9]{4})?$"
_DATE_SEPARATORS = {4: "-", 6: "-"}
_TIME_SEPARATORS = _DATE_SEPARATORS | {8: "T", 10: ":", 12: ":"}
_OFFSET = r"([+-][0-9]{4})$"


def offsets(timestamps: pl.Series) -> pl.Series | None:
    """The offset in each message's MSH-7; None if no message has one."""
    if not timestamps.str.contains(_OFFSET).any():
        return None
    return timestamps.str.extract(_OFFSET, 1)


def iso_timestamps(values: pl.Series, default: pl.Series | None, kind: str) -> pl.Series:
    """DTM as ISO 8601 with unchanged precision; text that is not DTM is kept.

    Args:
        values: one per message.
        default: offsets for values without one; see `offsets`.
        kind: timestamp; partial_timestamp and day, where a year or month alone is legal and
            becomes null; a day has no time.
    """
    if values.null_count() == len(values):
        return values
    is_usual = values.str.contains(_USUAL_DAY if kind == "day" else _USUAL)
    if is_usual.all():
        return _insert_separators(values, default, kind)
    usual, rest = (
        pl.select(pl.when(mask).then(values)).to_series() for mask in (is_usual, ~is_usual)
    )
    written = _insert_separators(usual, default, kind)
    return written.zip_with(written.is_not_null(), _parse_and_format(rest, default, kind))


def _insert_separators(values: pl.Series, default: pl.Series | None, kind: str) -> pl.Series:
    """Format timestamps to the second, and dates, by inserting separators into their digits."""
    if kind == "day":
        return _insert_at(values.str.slice(0, 8), _DATE_SEPARATORS)
    is_completed = default is None or values.str.contains(_OFFSET).all()
    lengths = values.str.len_bytes()
    if is_completed and lengths.min() == lengths.max():
        return _insert_at(values, _TIME_SEPARATORS)
    rest = pl.col("text").str.slice(14)
    if not is_completed:
        is_without = ~pl.col("text").str.contains(_OFFSET)
        rest += pl.when(is_without).then("offset").fill_null("")
    time = _insert_at(values.str.slice(0, 14), _TIME_SEPARATORS)
    frame = pl.DataFrame({"text": values, "offset": default, "time": time})
    return frame.select(pl.concat_str("time", rest)).to_series()


def _insert_at(texts: pl.Series, characters: dict[int, str]) -> pl.Series:
    """Insert characters before these positions into ASCII texts of equal length.

    The texts are joined into a byte matrix and columns inserted; slicing and concatenating
    strings takes three times as long.
    """
    present = texts.drop_nulls()
    if not len(present):
        return texts
    lines = present.str.join("\n").item() + "\n"
    table = np.frombuffer(lines.encode(), np.uint8).reshape(len(present), -1)
    wide = np.insert(table, list(characters), [ord(mark) for mark in characters.values()], axis=1)
    found = pl.read_lines(wide.tobytes()).to_series()
    if len(present) == len(texts):
        return found
    return texts.scatter(texts.is_not_null().arg_true(), found)


def _parse_and_format(values: pl.Series, default: pl.Series | None, kind: str) -> pl.Series:
    text = pl.col("text")
    frame = pl.DataFrame({"text": values, "offset": default})
    if kind == "day":
        found = pl.when(text.str.contains(_DAY_OR_MORE)).then(_day())
        return frame.select(_day_or_null(found)).to_series()
    if default is None or values.str.contains(_OFFSET).all():
        completed = text
    else:
        has_offset = text.str.contains(_OFFSET)
        completed = pl.when(has_offset).then(text).otherwise(text + pl.col("offset").fill_null(""))
    frame = frame.with_columns(completed.alias("completed"))
    found = (
        pl.when(text.str.contains(_TO_SECOND))
        .then(_time(14))
        .when(text.str.contains(_TO_MINUTE))
        .then(_time(12))
        .when(text.str.contains(_TO_HOUR))
        .then(_time(10))
        .when(text.str.contains(_TO_DAY))
        .then(_day())
    )
    found = pl.coalesce(found, text) if kind == "timestamp" else _day_or_null(found)
    return frame.select(found).to_series()


def _day_or_null(found: pl.Expr) -> pl.Expr:
    """The parsed value or else the original text, but null if it is less precise than a date."""
    text = pl.col("text")
    return pl.when(~text.str.contains(_COARSER)).then(pl.coalesce(found, text))


def _day() -> pl.Expr:
    return _reformatted(pl.col("text").str.slice(0, 8), "%Y%m%d", "%Y-%m-%d")


def _time(length: int) -> pl.Expr:
    digits, rest = pl.col("text").str.slice(0, length), pl.col("completed").str.slice(length)
    if length == 14:
        return _reformatted(digits, "%Y%m%d%H%M%S", "%Y-%m-%dT%H:%M:%S") + rest
    if length == 10:
        digits = digits + "00"
    return _reformatted(digits, "%Y%m%d%H%M", "%Y-%m-%dT%H:%M") + rest


def _reformatted(digits: pl.Expr, read: str, write: str) -> pl.Expr:
    timestamps = digits.str.to_datetime(read, strict=False, time_unit="us", cache=False)
    return timestamps.dt.to_string(write)
