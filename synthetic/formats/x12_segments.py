"""Segments and envelopes of X12 005010 as texts (X12.6: segments, composites; X12.5: interchange ISA, group GS).

X12 has no escapes: a value that holds a separator or a control character cannot be written at all (`UNSPEAKABLE`).
Must not be here: loops of one transaction set, what a claim says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

ELEMENT, COMPONENT, REPETITION, TERMINATOR = "*", ":", "^", "~"
END = f"{TERMINATOR}\n"
UNSPEAKABLE = r"[\x00-\x1f\x7f*:^~]"
# ST02, SE02: transactions are counted within their group.
_CONTROL = pl.int_range(1, pl.len() + 1).cast(pl.String).str.zfill(4)
_SENDER, _RECEIVER = "CLEARINGHOUSE", "AGENCY"


@dataclass(frozen=True)
class TransactionSet:
    """What the envelope says of its transactions: ST01, ST03 and GS08, GS01; `digit` sets its control numbers apart."""

    code: str
    guide: str
    functional: str
    digit: int


PROFESSIONAL = TransactionSet("837", "005010X222A1", "HC", 1)
INSTITUTIONAL = TransactionSet("837", "005010X223A2", "HC", 2)
REMITTANCE = TransactionSet("835", "005010X221A1", "HP", 3)


def segment(name: str, fields: Mapping[int, pl.Expr | str]) -> pl.Expr:
    """A segment with these elements, numbered from 1; those between are empty, none at the end; null where one is."""
    parts = [pl.lit(name)]
    for number in range(1, max(fields) + 1):
        field = fields.get(number, "")
        parts.append(pl.lit(field) if isinstance(field, str) else field)
    whole = pl.concat_str(*parts, separator=ELEMENT).str.strip_chars_end(ELEMENT)
    return pl.concat_str(whole, pl.lit(END))


def composite(*parts: pl.Expr | str) -> pl.Expr:
    """Components of one element; none at the end are empty."""
    texts = [pl.lit(part) if isinstance(part, str) else part.fill_null("") for part in parts]
    return pl.concat_str(*texts, separator=COMPONENT).str.strip_chars_end(COMPONENT)


def joined(*segments: pl.Expr) -> pl.Expr:
    """Segments one after the other, without those that are null."""
    return pl.concat_str(*segments, ignore_nulls=True)


def text(name: str) -> pl.Expr:
    """A value, empty where there is none."""
    return pl.col(name).fill_null("")


def kept(written: pl.Expr, of: str) -> pl.Expr:
    """A segment that is there only where the value is."""
    return pl.when(pl.col(of).is_not_null()).then(written)


def number(value: pl.Expr) -> pl.Expr:
    """A decimal as type R (X12.6): no zeros that say nothing, no point at the end."""
    written = value.cast(pl.String)
    has_point = written.str.contains(".", literal=True)
    short = written.str.strip_chars_end("0").str.strip_chars_end(".")
    return pl.when(has_point).then(short).otherwise(written)


def day(name: str) -> pl.Expr:
    """A day of ISO 8601 as CCYYMMDD (D8 of element 1250)."""
    return pl.col(name).str.replace_all("-", "", literal=True)


def period(qualifier: str, first: str, last: str, *, always_span: bool = False) -> pl.Expr:
    """DTP of two days: D8 where they are one, RD8 otherwise and where the guide knows only that."""
    is_day = pl.lit(not always_span) & (pl.col(first) == pl.col(last))
    span = pl.concat_str(day(first), day(last), separator="-")
    return segment(
        "DTP",
        {
            1: qualifier,
            2: pl.when(is_day).then(pl.lit("D8")).otherwise(pl.lit("RD8")),
            3: pl.when(is_day).then(day(first)).otherwise(span),
        },
    )


def interchange(kind: TransactionSet, bodies: pl.Series, delivered: str) -> str:
    """One interchange of one group.

    Args:
        kind: the transaction set.
        bodies: what stands between ST and SE, a text each.
        delivered: day of delivery, ISO: date and control number of the envelope.
    """
    written = delivered.replace("-", "")
    control = f"{written[2:]}{kind.digit}"
    transactions = pl.DataFrame({"body": bodies}).select(
        joined(
            segment("ST", {1: kind.code, 2: _CONTROL, 3: kind.guide}),
            pl.col("body"),
            segment(
                "SE",
                {
                    1: (pl.col("body").str.count_matches(TERMINATOR, literal=True) + 2).cast(
                        pl.String
                    ),
                    2: _CONTROL,
                },
            ),
        )
    )
    blank = " " * 10
    head = (
        f"ISA*00*{blank}*00*{blank}*ZZ*{_SENDER:<15}*ZZ*{_RECEIVER:<15}*{written[2:]}*0000*{REPETITION}*00501"
        f"*{control:0>9}*0*P*{COMPONENT}{END}"
        f"GS*{kind.functional}*{_SENDER}*{_RECEIVER}*{written}*0000*{control}*X*{kind.guide}{END}"
    )
    tail = f"GE*{len(bodies)}*{control}{END}IEA*1*{control:0>9}{END}"
    return "".join((head, *transactions.to_series(), tail))
