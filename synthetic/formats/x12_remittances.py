"""835 transactions from rows of `medical_claim` (005010X221): one payment per payer, provider and paid date.

CLP02: 1 paid, 4 denied. A void is the reversal (22) of the voided claim, with that claim's numbers and negative amounts.
Payments and lines balance (1.10.2): the unpaid part of a charge is one adjustment of the line, and a negative payment is
carried forward (PLB FB). Must not be here: which claims are representable, claims.
"""

from __future__ import annotations

import polars as pl

from synthetic.formats.x12_claims import filing, member_name, place, procedure
from synthetic.formats.x12_segments import (
    REMITTANCE,
    composite,
    day,
    if_present,
    interchange,
    joined,
    number,
    segment,
    text,
)

_PAYMENT = ("data_source", "billing_npi", "paid_date")
_ZERO = pl.lit(0).cast(pl.Decimal(38, 2))


def remittances(rows: pl.DataFrame, delivered: str) -> str:
    """Text of the file of payments.

    Args:
        rows: Lines of complete, representable claims, with the columns of `x12.prepared`.
        delivered: Delivery day (ISO).
    """
    # A void reverses the voided claim: that claim's number, negative amounts.
    is_void = pl.col("claim_frequency_code") == "8"
    lines = rows.with_columns(
        reported_number=pl.when(is_void).then("replaced").otherwise("number"),
        is_void=is_void,
        signed_charge=pl.when(is_void).then(-pl.col("charge")).otherwise("charge"),
    ).sort(*_PAYMENT, "reported_number", "number", "line")
    lines = lines.with_columns(text=_line())
    claim = lines.group_by(*_PAYMENT, "reported_number", "number", maintain_order=True).agg(
        pl.all()
        .exclude("line", "paid", "signed_charge", "text", *_PAYMENT, "reported_number", "number")
        .first(),
        paid=pl.col("paid").sum(),
        signed_charge=pl.col("signed_charge").sum(),
        lines=pl.col("text").str.join(""),
    )
    claim = claim.with_columns(text=_claim())
    payment = claim.group_by(*_PAYMENT, maintain_order=True).agg(
        pl.col("payer").first(),
        total=pl.col("paid").sum(),
        claims=pl.col("text").str.join(""),
    )
    bodies = payment.select(_transaction(delivered)).to_series()
    return interchange(REMITTANCE, bodies, delivered)


def _transaction(delivered: str) -> pl.Expr:
    """Header (BPR, TRN, DTM, loops 1000A and 1000B), claims, and the amount carried forward."""
    written = delivered.replace("-", "")
    paid = day("paid_date")
    trace = pl.concat_str(pl.col("billing_npi"), paid, pl.lit(written[2:]), separator="-")
    total = pl.col("total")
    carried = segment(
        "PLB",
        {
            1: text("billing_npi"),
            2: pl.concat_str(paid.str.slice(0, 4), pl.lit("1231")),
            3: "FB",
            4: number(total),
        },
    )
    is_below = total < _ZERO
    return joined(
        segment(
            "BPR",
            {
                1: "I",
                2: pl.when(is_below).then(pl.lit("0")).otherwise(number(total)),
                3: "C",
                4: "NON",
                16: paid,
            },
        ),
        segment("TRN", {1: "1", 2: trace, 3: text("data_source")}),
        segment("DTM", {1: "405", 2: written}),
        segment("N1", {1: "PR", 2: text("payer")}),
        segment("N1", {1: "PE", 2: text("billing_npi"), 3: "XX", 4: text("billing_npi")}),
        segment("LX", {1: "1"}),
        pl.col("claims"),
        pl.when(is_below).then(carried),
    )


def _claim() -> pl.Expr:
    """Loop 2100, and the lines."""
    status = (
        pl.when("is_void")
        .then(pl.lit("22"))
        .when(pl.col("claim_status") == "denied")
        .then(pl.lit("4"))
        .otherwise(pl.lit("1"))
    )
    # The rows of a void do not have the frequency of the voided claim.
    frequency = pl.when("is_void").then(pl.lit("")).otherwise("claim_frequency_code")
    reported_number = pl.col("reported_number")
    return joined(
        segment(
            "CLP",
            {
                1: reported_number, 2: status, 3: number(pl.col("signed_charge")), 4: number(pl.col("paid")), 6: filing(), 7: reported_number,
                8: place(), 9: frequency, 11: text("drg_code"),
            },
        ),
        member_name("QC"),
        segment("DTM", {1: "232", 2: day("claim_start_date")}),
        segment("DTM", {1: "233", 2: day("claim_end_date")}),
        pl.col("lines"),
    )  # fmt: skip


def _line() -> pl.Expr:
    """Loop 2110. Rows have no adjustment reason: CARC 45 (above the fee schedule) or A1 (denied)."""
    is_bare = pl.col("hcpcs_code").is_null()
    rest = pl.col("signed_charge") - pl.col("paid")
    reason = pl.when(pl.col("claim_status") == "denied").then(pl.lit("A1")).otherwise(pl.lit("45"))
    adjusted = segment("CAS", {1: "CO", 2: reason, 3: number(rest)})
    is_day = pl.col("claim_line_start_date") == pl.col("claim_line_end_date")
    return joined(
        segment(
            "SVC",
            {
                1: pl.when(is_bare)
                .then(composite("NU", pl.col("revenue_center_code")))
                .otherwise(procedure()),
                2: number(pl.col("signed_charge")),
                3: number(pl.col("paid")),
                4: pl.when(is_bare).then(pl.lit("")).otherwise(text("revenue_center_code")),
                5: number(pl.col("units")).fill_null(""),
            },
        ),
        pl.when(is_day).then(segment("DTM", {1: "472", 2: day("claim_line_start_date")})),
        pl.when(~is_day).then(segment("DTM", {1: "150", 2: day("claim_line_start_date")})),
        pl.when(~is_day).then(segment("DTM", {1: "151", 2: day("claim_line_end_date")})),
        pl.when(rest != _ZERO).then(adjusted),
        if_present(segment("AMT", {1: "B6", 2: number(pl.col("allowed"))}), "allowed"),
    )
