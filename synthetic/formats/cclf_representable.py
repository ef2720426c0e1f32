"""Which rows of `medical_claim` and `pharmacy_claim` CCLF can say; the reasons stand in the text of `cclf`.

Must not be here: records.
"""

from __future__ import annotations

import polars as pl

from synthetic.formats.cclf_records import fits
from synthetic.formats.claim_rows import (
    AMOUNT,
    DAY,
    OF_CLAIM,
    OF_LINE,
    in_order,
    is_delivered_whole,
    judged,
    with_their_families,
)

# CMS's number of a version has 13 digits; ours are the claim's and one that says which of its versions.
CANCELS, STANDS = "1", "2"
# What `cclf` adds to the rows as they came: where a row stands, and the number that its member has now.
ADDED = ("file", "row", "current_member_id")
_NUMBER = r"^[1-9]\d{0,11}$"
MBI = r"^[0-9A-Z]{11}$"
_NPI = r"^\d{10}$"
_FIRST_DAY, _LAST_DAY = "1600-01-01", "9990-12-31"  # beyond them lie CMS's words for no date
OF_FILL = (
    "claim_id", "claim_line_number", "data_source", "payer", "plan", "person_id", "member_id", "ndc_code",
    "dispensing_date", "prescribing_provider_npi", "dispensing_provider_npi", "quantity", "days_supply", "paid_date",
    "claim_status",
)  # fmt: skip
_UNTOLD_OF_FILL = ("refills", "paid_amount", "allowed_amount", "charge_amount")


def medical(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows of claims that can be told, each time that they come.

    Args:
        rows: lines of Medicare's claims, as texts, with every column of `claim_rows`; file (order of delivery) and row;
            current_member_id, null where nobody can be named.

    Returns:
        The rows, with claim and original (hashes of the number), and root (claim_id of the first of its corrections).
    """
    asked = in_order(name for name in rows.columns if name not in ADDED)
    lines = rows.with_columns(*judged([*asked, *_tellable()]))
    claims = lines.group_by("claim", maintain_order=True).agg(
        pl.col(
            "number", "original", "claim_id", "claim_type", "claim_frequency_code", "claim_status",
            "current_member_id", "billing_npi", "claim_start_date", "claim_end_date", "paid_date",
        ).first(),
        is_delivered=is_delivered_whole(),
    )  # fmt: skip
    told = with_their_families(_one_stands(_in_sequence(claims)))
    return lines.drop("number", "original", "is_delivered").join(
        _rooted(told).select("claim", "number", "original", "root"), on="claim", maintain_order="left"
    )  # fmt: skip


def fills(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows of dispensed medicines that can be told, each time that they come; `version` is their number in digits."""
    named = (*OF_FILL, *_UNTOLD_OF_FILL, *ADDED)
    others = [name for name in rows.columns if name not in named]
    is_known = [
        *(pl.col(name).is_null() for name in others),
        pl.col("current_member_id").is_not_null(),
        pl.col("member_id").str.contains(MBI),
        pl.col("claim_line_number") == "1",
        pl.col("claim_status") == "paid",
        pl.col("version").is_not_null(),
        pl.col("ndc_code").str.contains(r"^\d{11}$"),
        _is_day("dispensing_date") & _is_day("paid_date"),
        pl.col("quantity").str.contains(AMOUNT).fill_null(True),
        pl.col("days_supply").str.contains(r"^\d{1,4}$"),
        *(pl.col(f"{of}_provider_npi").str.contains(_NPI).fill_null(True) for of in ("prescribing", "dispensing")),
        fits(("cclf7",), ["claim_id"]),
    ]  # fmt: skip
    told = rows.with_columns(
        version=pl.col("claim_id").str.extract(r"^[A-Za-z]*([1-9]\d{0,12})$")
    ).with_columns(
        content=pl.struct(OF_FILL).hash(),
        is_delivered=pl.all_horizontal(condition.fill_null(False) for condition in is_known),
    )
    return told.filter(
        (pl.col("is_delivered").all() & (pl.col("content").n_unique() == 1)).over("version")
    )


def _is_day(name: str) -> pl.Expr:
    return pl.col(name).str.contains(DAY) & pl.col(name).is_between(
        pl.lit(_FIRST_DAY), pl.lit(_LAST_DAY)
    )


def _tellable() -> list[pl.Expr]:
    """What CCLF asks of a row besides."""
    start, end = pl.col("claim_start_date"), pl.col("claim_end_date")
    return [
        pl.col("current_member_id").is_not_null(),
        pl.col("member_id").str.contains(MBI),
        pl.col("claim_id").str.contains(_NUMBER),
        _is_day("paid_date"),
        pl.when(pl.col("claim_type") == "professional")
        .then(
            (pl.col("rendering_npi") == pl.col("billing_npi"))
            & pl.col("facility_npi").is_null()
            & fits(("cclf5",), [*OF_CLAIM, *OF_LINE])
        )
        .otherwise(
            (pl.col("admission_date") == start).fill_null(True)
            & (pl.col("discharge_date") == end).fill_null(True)
            & fits(("cclf1", "cclf2"), [*OF_CLAIM, *OF_LINE])
        ),
    ]


def _order() -> pl.Expr:
    """By what CMS's versions of a claim follow each other: the day of processing, then the number."""
    return pl.concat_str("paid_date", pl.col("claim_id").str.zfill(12))


def _in_sequence(claims: pl.DataFrame) -> pl.DataFrame:
    """Corrections can be told that are paid, later than what they correct, and its only ones; numbers that one source has."""
    corrected = claims.select(original="number", original_order=_order()).unique("original")
    is_correction = pl.col("original").is_not_null()
    return claims.join(corrected, on="original", how="left", maintain_order="left").with_columns(
        is_delivered=pl.col("is_delivered")
        & (pl.col("number").n_unique().over("claim_id") == 1)
        & (
            ~is_correction
            | (
                (pl.col("claim_status") == "paid")
                & (pl.col("original_order") < _order()).fill_null(False)
                & (pl.len().over("original") == 1)
            )
        )
    )


def _one_stands(claims: pl.DataFrame) -> pl.DataFrame:
    """Part A knows its claims by provider, beneficiary and days: of those that share them one may stand, the latest."""
    key = ["current_member_id", "billing_npi", "claim_start_date", "claim_end_date"]
    stays = claims.filter(pl.col("is_delivered") & (pl.col("claim_type") == "institutional"))
    ends = stays.filter(pl.col("original").is_not_null()).select(
        pl.col("original").alias("number"), cancelled=_order()
    )
    versions = stays.join(ends, on="number", how="left").with_columns(
        stands=pl.col("cancelled").is_null() & (pl.col("claim_frequency_code") != "8")
    )
    # A void is no version of its own days: what it ends is.
    last = pl.max_horizontal(
        "cancelled", pl.when(pl.col("claim_frequency_code") != "8").then(_order())
    )
    ambiguous = versions.filter(
        pl.col("stands")
        & ((pl.col("stands").sum().over(key) > 1) | (last.max().over(key) > _order()))
    )
    return claims.with_columns(
        is_delivered=pl.col("is_delivered") & ~pl.col("claim").is_in(ambiguous["claim"].implode())
    )


def _rooted(told: pl.DataFrame) -> pl.DataFrame:
    """With the claim_id of the first of the chain: every correction is later than what it corrects, so there is one."""
    step = told.select(at="number", above="original", above_id="claim_id")
    rooted = told.with_columns(at=pl.col("number"))
    while True:
        rooted = rooted.drop("above", "above_id", strict=False).join(step, on="at", how="left")
        if rooted["above"].null_count() == rooted.height:
            return rooted.rename({"above_id": "root"})
        rooted = rooted.with_columns(at=pl.coalesce("above", "at"))
