"""Segments and envelopes of X12 005010 as text (X12.6: segments, composites; X12.5: interchange ISA, group GS).

X12 has no escapes: a value with a separator or a control character cannot be written (`UNSUPPORTED_CHARACTERS`).
Must not be here: loops of one transaction set, claim content.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

ELEMENT, COMPONENT, REPETITION, TERMINATOR = "*", ":", "^", "~"
END = f"{TERMINATOR}\n"
UNSUPPORTED_CHARACTERS = r"[\x00-\x1f\x7f*:^~]"
# ST02, SE02: number of the transaction within its group.
_CONTROL = pl.int_range(1, pl.len() + 1).cast(pl.String).str.zfill(4)
_SENDER, _RECEIVER = "CLEARINGHOUSE", "AGENCY"


@dataclass(frozen=True)
class TransactionSet:
    """Envelope values of a transaction set.

    Attributes:
        code: ST01.
        guide: ST03 and GS08.
        functional: GS01.
        digit: Last digit of the control number, different for each set.
    """

    code: str
    guide: str
    functional: str
    digit: int


PROFESSIONAL = TransactionSet("837", "005010X222A1", "HC", 1)
INSTITUTIONAL = TransactionSet("837", "005010X223A2", "HC", 2)
REMITTANCE = TransactionSet("835", "005010X221A1", "HP", 3)


def segment(name: str, fields: Mapping[int, pl.Expr | str]) -> pl.Expr:
    """A segment with these elements by number; missing ones are empty, trailing ones omitted. Null if any element is."""
    parts = [pl.lit(name)]
    for number in range(1, max(fields) + 1):
        field = fields.get(number, "")
        parts.append(pl.lit(field) if isinstance(field, str) else field)
    whole = pl.concat_str(*parts, separator=ELEMENT).str.strip_chars_end(ELEMENT)
    return pl.concat_str(whole, pl.lit(END))


def composite(*parts: pl.Expr | str) -> pl.Expr:
    """Components of an element; trailing empty components are omitted."""
    texts = [pl.lit(part) if isinstance(part, str) else part.fill_null("") for part in parts]
    return pl.concat_str(*texts, separator=COMPONENT).str.strip_chars_end(COMPONENT)


def joined(*segments: pl.Expr) -> pl.Expr:
    """Concatenated segments; null segments are omitted."""
    return pl.concat_str(*segments, ignore_nulls=True)


def text(name: str) -> pl.Expr:
    """A value, empty if null."""
    return pl.col(name).fill_null("")


def if_present(written: pl.Expr, of: str) -> pl.Expr:
    """A text that is null if the value of `of` is."""
    return pl.when(pl.col(of).is_not_null()).then(written)


def number(value: pl.Expr) -> pl.Expr:
    """A decimal as type R (X12.6): no trailing zeros, no trailing decimal point."""
    written = value.cast(pl.String)
    has_point = written.str.contains(".", literal=True)
    short = written.str.strip_chars_end("0").str.strip_chars_end(".")
    return pl.when(has_point).then(short).otherwise(written)


def day(name: str) -> pl.Expr:
    """An ISO 8601 date as CCYYMMDD (D8 of element 1250)."""
    return pl.col(name).str.replace_all("-", "", literal=True)


def period(qualifier: str, first: str, last: str, *, always_span: bool = False) -> pl.Expr:
    """DTP of two dates: D8 if they are equal, otherwise RD8; always RD8 if the guide requires a range."""
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
    """An interchange with one group.

    Args:
        kind: The transaction set.
        bodies: The text between ST and SE of each transaction.
        delivered: Delivery day (ISO), for the date and control number of the envelope.
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
