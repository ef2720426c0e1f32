"""Converts X12 dates, amounts and adjustments to the texts that contracts validate.

X12 data elements 1250, 1251, 782; CAS. Must not be here: segments, loops. A value that does not
follow the standard stays unchanged, so that the contract rejects it by column.
"""

from __future__ import annotations

import numpy as np
import polars as pl

_DATE = r"^[0-9]{8}$"
_DATE_RANGE = r"^[0-9]{8}-[0-9]{8}$"
_DATE_AND_TIME = r"^[0-9]{12}(?:[0-9]{2})?$"
_AMOUNT = r"^-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)$"
GROUPS = ("CO", "PR", "OA", "PI")
# CAS02 of group PR: the parts of the patient's share.
SHARES = {"deductible": "1", "coinsurance": "2", "copayment": "3"}
_TRIPLETS = 6


def day(text: pl.Expr) -> pl.Expr:
    """CCYYMMDD as YYYY-MM-DD: a date, the first date of a range, or the date before a time."""
    is_day = (
        text.str.contains(_DATE)
        | text.str.contains(_DATE_RANGE)
        | text.str.contains(_DATE_AND_TIME)
    )
    return pl.when(is_day).then(_iso(text, 0)).otherwise(text)


def last_day(text: pl.Expr) -> pl.Expr:
    """The second date of a range, else the date."""
    return pl.when(text.str.contains(_DATE_RANGE)).then(_iso(text, 9)).otherwise(day(text))


def time(text: pl.Expr) -> pl.Expr:
    """HHMM after a date, else null."""
    return pl.when(text.str.contains(_DATE_AND_TIME)).then(text.str.slice(8, 4))


def _iso(text: pl.Expr, at: int) -> pl.Expr:
    year, month, day_of_month = (
        text.str.slice(at, 4),
        text.str.slice(at + 4, 2),
        text.str.slice(at + 6, 2),
    )
    return pl.concat_str([year, month, day_of_month], separator="-")


def amounts(segments: pl.DataFrame, owners: np.ndarray, size: int) -> pl.DataFrame:
    """Sums of adjustments per owner, as texts; null if there is no adjustment.

    Args:
        segments: elements 1 to 19 of CAS segments.
        owners: the owner of each segment, ascending; NOWHERE for none.
        size: number of owners.

    Returns:
        Columns `adjusted_<group>_amount` and `<share>_amount`.
    """
    names = [f"adjusted_{group.lower()}_amount" for group in GROUPS]
    names += [f"{share}_amount" for share in SHARES]
    empty = pl.DataFrame({"owner": np.arange(size)})
    schema = empty.with_columns(pl.lit(None, pl.String).alias(name) for name in names).drop("owner")
    if not segments.height:
        return schema
    rows = segments.with_columns(owner=pl.Series(owners)).filter(pl.col("owner") >= 0)
    triplets = pl.concat(
        rows.select(
            "owner",
            group=pl.col("1"),
            reason=pl.col(str(2 + 3 * n)),
            amount=pl.col(str(3 + 3 * n)),
        )
        for n in range(_TRIPLETS)
    ).filter(pl.col("amount").is_not_null() | pl.col("reason").is_not_null())
    value = pl.col("amount").cast(pl.Decimal(18, 4), strict=False)
    is_bad = ~pl.col("amount").str.contains(_AMOUNT).fill_null(False) | value.is_null()
    wanted = [(name, pl.col("group") == group) for name, group in zip(names, GROUPS, strict=False)]
    wanted += [
        (f"{share}_amount", (pl.col("group") == "PR") & (pl.col("reason") == reason))
        for share, reason in SHARES.items()
    ]
    sums = triplets.group_by("owner").agg(
        pl.when((applies & is_bad).any())
        .then(pl.col("amount").filter(applies & is_bad).first().fill_null("?"))
        .when(applies.any())
        .then(value.filter(applies).sum().cast(pl.String))
        .alias(name)
        for name, applies in wanted
    )
    return empty.join(sums, on="owner", how="left", maintain_order="left").select(names)
