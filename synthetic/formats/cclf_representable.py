"""Which rows of `medical_claim` and `pharmacy_claim` are representable in CCLF; the docstring of `cclf` has the reasons.

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
    basic_conditions,
    is_claim_representable,
    line_checks,
    with_complete_chains,
)

# A CMS version id has up to 13 digits: the claim_id, then one digit for the kind of version.
CANCELLATION, ACTIVE = "1", "2"
# Columns that `cclf` adds to the delivered rows: position, and the member's current MBI.
ADDED = ("file", "row", "current_member_id")
_NUMBER = r"^[1-9]\d{0,11}$"
MBI = r"^[0-9A-Z]{11}$"
_NPI = r"^\d{10}$"
_FIRST_DAY, _LAST_DAY = (
    "1600-01-01",
    "9990-12-31",
)  # CMS uses dates outside this range for "no date"
OF_FILL = (
    "claim_id", "claim_line_number", "data_source", "payer", "plan", "person_id", "member_id", "ndc_code",
    "dispensing_date", "prescribing_provider_npi", "dispensing_provider_npi", "quantity", "days_supply", "paid_date",
    "claim_status",
)  # fmt: skip
_UNSUPPORTED_FILL_COLUMNS = ("refills", "paid_amount", "allowed_amount", "charge_amount")


def representable_lines(rows: pl.DataFrame) -> pl.DataFrame:
    """The representable rows of claims, in every delivery.

    Args:
        rows: Lines of Medicare claims as text, with every column of `claim_rows`, file (in delivery order), row, and
            current_member_id (null if the member is not representable).

    Returns:
        The rows, with claim and original (hashes), number, and root (claim_id of the first claim in the chain).
    """
    asked = basic_conditions(name for name in rows.columns if name not in ADDED)
    lines = rows.with_columns(*line_checks([*asked, *_extra_conditions()]))
    claims = lines.group_by("claim", maintain_order=True).agg(
        pl.col(
            "number", "original", "claim_id", "claim_type", "claim_frequency_code", "claim_status",
            "current_member_id", "billing_npi", "claim_start_date", "claim_end_date", "paid_date",
        ).first(),
        is_representable=is_claim_representable(),
    )  # fmt: skip
    representable = with_complete_chains(_without_ambiguous_stays(_with_valid_corrections(claims)))
    return lines.drop("number", "original", "is_representable").join(
        _with_root(representable).select("claim", "number", "original", "root"), on="claim", maintain_order="left"
    )  # fmt: skip


def representable_fills(rows: pl.DataFrame) -> pl.DataFrame:
    """The representable pharmacy fills, in every delivery; `version` is the numeric part of the claim_id."""
    named = (*OF_FILL, *_UNSUPPORTED_FILL_COLUMNS, *ADDED)
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
    representable = rows.with_columns(
        version=pl.col("claim_id").str.extract(r"^[A-Za-z]*([1-9]\d{0,12})$")
    ).with_columns(
        content=pl.struct(OF_FILL).hash(),
        is_representable=pl.all_horizontal(condition.fill_null(False) for condition in is_known),
    )
    return representable.filter(
        (pl.col("is_representable").all() & (pl.col("content").n_unique() == 1)).over("version")
    )


def _is_day(name: str) -> pl.Expr:
    return pl.col(name).str.contains(DAY) & pl.col(name).is_between(
        pl.lit(_FIRST_DAY), pl.lit(_LAST_DAY)
    )


def _extra_conditions() -> list[pl.Expr]:
    """Additional conditions of CCLF on a row."""
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
    """Sort key of the versions of a claim: processing date, then number."""
    return pl.concat_str("paid_date", pl.col("claim_id").str.zfill(12))


def _with_valid_corrections(claims: pl.DataFrame) -> pl.DataFrame:
    """Require that a correction is paid, later than the corrected claim and its only one, and that a number has one source."""
    corrected = claims.select(original="number", original_order=_order()).unique("original")
    is_correction = pl.col("original").is_not_null()
    return claims.join(corrected, on="original", how="left", maintain_order="left").with_columns(
        is_representable=pl.col("is_representable")
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


def _without_ambiguous_stays(claims: pl.DataFrame) -> pl.DataFrame:
    """Require for each provider, beneficiary and dates at most one active claim, the latest: Part A's claim key."""
    key = ["current_member_id", "billing_npi", "claim_start_date", "claim_end_date"]
    stays = claims.filter(pl.col("is_representable") & (pl.col("claim_type") == "institutional"))
    cancellations = stays.filter(pl.col("original").is_not_null()).select(
        pl.col("original").alias("number"), cancelled=_order()
    )
    versions = stays.join(cancellations, on="number", how="left").with_columns(
        is_active=pl.col("cancelled").is_null() & (pl.col("claim_frequency_code") != "8")
    )
    # A void is not a version for its own dates; the claim that it cancels is.
    last = pl.max_horizontal(
        "cancelled", pl.when(pl.col("claim_frequency_code") != "8").then(_order())
    )
    ambiguous = versions.filter(
        pl.col("is_active")
        & ((pl.col("is_active").sum().over(key) > 1) | (last.max().over(key) > _order()))
    )
    return claims.with_columns(
        is_representable=pl.col("is_representable")
        & ~pl.col("claim").is_in(ambiguous["claim"].implode())
    )


def _with_root(representable: pl.DataFrame) -> pl.DataFrame:
    """Add the claim_id of the first claim in the chain; corrections follow the corrected claim, so chains have no cycle."""
    step = representable.select(at="number", above="original", above_id="claim_id")
    rooted = representable.with_columns(at=pl.col("number"))
    while True:
        rooted = rooted.drop("above", "above_id", strict=False).join(step, on="at", how="left")
        if rooted["above"].null_count() == rooted.height:
            return rooted.rename({"above_id": "root"})
        rooted = rooted.with_columns(at=pl.coalesce("above", "at"))
