"""Which rows of `medical_claim` an 837 and an 835 can say; the reasons stand in the text of `x12`.

Must not be here: segments.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import polars as pl

from synthetic.formats.x12_claims import DIAGNOSES, IN_HI, MODIFIERS
from synthetic.formats.x12_segments import UNSPEAKABLE

# What is said of a line; everything else is said of the claim.
OF_LINE = (
    "claim_line_number", "claim_line_start_date", "claim_line_end_date", "revenue_center_code", "hcpcs_code", *MODIFIERS,
    "service_unit_quantity", "paid_amount", "allowed_amount", "charge_amount",
)  # fmt: skip
OF_CLAIM = (
    "claim_id", "claim_type", "person_id", "member_id", "payer", "plan", "claim_start_date", "claim_end_date",
    "admission_date", "discharge_date", "admit_source_code", "admit_type_code", "discharge_disposition_code",
    "place_of_service_code", "bill_type_code", "drg_code", "rendering_npi", "billing_npi", "facility_npi", "paid_date",
    "diagnosis_code_type", *DIAGNOSES, "data_source", "claim_frequency_code", "original_claim_id", "claim_status",
    "rendering_taxonomy_code", "facility_taxonomy_code",
)  # fmt: skip
UNTOLD = ("drg_code_type",)
_STAY = ("admission_date", "discharge_date", "admit_source_code", "admit_type_code", "discharge_disposition_code")  # fmt: skip
_NO_PROFESSIONAL = (*_STAY, "bill_type_code", "drg_code", "revenue_center_code")
_REQUIRED = (
    "claim_id", "payer", "data_source", "claim_start_date", "claim_end_date", "claim_line_start_date",
    "claim_line_end_date", "billing_npi", "paid_date", "charge_amount", "paid_amount", "claim_status",
    "claim_frequency_code", "claim_type",
)  # fmt: skip
_DAYS = ("claim_start_date", "claim_end_date", "claim_line_start_date", "claim_line_end_date", "admission_date", "paid_date")  # fmt: skip
_AMOUNTS = ("charge_amount", "paid_amount", "allowed_amount", "service_unit_quantity")
_DAY = r"^\d{4}-\d\d-\d\d$"
_AMOUNT = r"^-?\d{1,12}(\.\d{1,2}0*)?$"
_NUMBER_LENGTH = 20  # of CLM01
_MOST_LINES = {"professional": 50, "institutional": 999}


@dataclass(frozen=True)
class Told:
    """What is told in X12.

    Attributes:
        claims: hashes of the claims (`claim_hash`).
        deliveries: claim and file (its position) of each time that one comes whole; is_first where it had not come before.
    """

    claims: pl.Series
    deliveries: pl.DataFrame


def claim_hash() -> pl.Expr:
    """What makes a claim the same claim when it comes again: a number of its payer's, and the version."""
    return pl.struct("data_source", "claim_id", "claim_frequency_code").hash()


def find(files: list[Path], roster: pl.DataFrame) -> Told:
    """Read every file once; memory is that of the largest, and 60 bytes a line.

    Args:
        files: of `medical_claim`, in order of delivery.
        roster: members who can be named (`x12.roster_of`).
    """
    lines = pl.concat(_judged(read(path), roster, place) for place, path in enumerate(files))
    first_file = pl.col("file") == pl.col("file").min()
    claims = lines.group_by("claim").agg(
        is_told=pl.col("is_told").all()
        & (pl.col("head").n_unique() == 1)
        & (pl.struct("line", "content").n_unique() == pl.col("line").n_unique())
        & (pl.col("line").filter(first_file).n_unique() == pl.col("line").n_unique())
        & (pl.col("line").min() == 1)
        & (pl.col("line").max() == pl.col("line").n_unique())
        & (pl.col("line").max() <= pl.col("most_lines").first()),
        lines=pl.col("line").n_unique(),
        first=pl.col("file").min(),
        number=pl.col("number").first(),
        original=pl.col("original").first(),
        billing=pl.col("billing").first(),
    )
    told = _with_their_families(claims).select("claim", "lines", "first")
    deliveries = (
        lines.group_by("claim", "file")
        .agg(found=pl.col("line").n_unique())
        .join(told, on="claim")
        .filter(pl.col("found") == pl.col("lines"))
        .select("claim", "file", is_first=pl.col("file") == pl.col("first"))
    )
    return Told(told["claim"].implode(), deliveries)


def read(path: Path) -> pl.DataFrame:
    """Rows of a file as texts, with every column of which something is asked."""
    rows = pl.read_csv(path, infer_schema=False)
    absent = [name for name in (*OF_CLAIM, *OF_LINE, *UNTOLD) if name not in rows.columns]
    return rows.with_columns(pl.lit(None, pl.String).alias(name) for name in absent)


def _judged(rows: pl.DataFrame, roster: pl.DataFrame, place: int) -> pl.DataFrame:
    named = rows.join(
        roster.select("data_source", "person_id", "member_id", is_named=pl.lit(True)),
        on=["data_source", "person_id", "member_id"],
        how="left",
        maintain_order="left",
    )
    others = [name for name in rows.columns if name not in (*OF_CLAIM, *OF_LINE, *UNTOLD)]
    number = pl.struct("data_source", pl.col("claim_id").alias("number")).hash()
    original = pl.struct("data_source", pl.col("original_claim_id").alias("number")).hash()
    return named.select(
        claim=claim_hash(),
        line=pl.col("claim_line_number").cast(pl.UInt32, strict=False),
        content=pl.struct(*OF_CLAIM, *OF_LINE).hash(),
        head=pl.struct(OF_CLAIM).hash(),
        number=number,
        original=pl.when(pl.col("original_claim_id").is_not_null()).then(original),
        billing=pl.col("billing_npi").hash(),
        most_lines=pl.col("claim_type").replace_strict(_MOST_LINES, default=0, return_dtype=pl.UInt16),
        is_told=_is_tellable(others).fill_null(False),
        file=pl.lit(place, pl.UInt16),
    )  # fmt: skip


def _with_their_families(claims: pl.DataFrame) -> pl.DataFrame:
    """The tellable claims none of whose family, by what replaces and voids what, has to stay CSV."""
    same_number = pl.col("claim").n_unique().over("number") == 1
    billed = claims.select(original="number", original_billing="billing").unique("original")
    claims = (
        claims.with_columns(is_told=pl.col("is_told") & same_number)
        .join(billed, on="original", how="left")
        .with_columns(
            is_told=pl.col("is_told")
            & (pl.col("original_billing") == pl.col("billing")).fill_null(True)
        )
    )
    while True:
        untold = claims.filter(~pl.col("is_told"))
        numbers = pl.concat([untold["number"], untold["original"].drop_nulls()]).implode()
        wrong = pl.col("is_told") & (
            pl.col("number").is_in(numbers) | pl.col("original").is_in(numbers).fill_null(False)
        )
        if not claims.select(wrong.any()).item():
            return claims.filter("is_told")
        claims = claims.with_columns(is_told=pl.col("is_told") & ~wrong)


def _is_tellable(others: list[str]) -> pl.Expr:
    """Whether the row by itself can be said; `others` are columns that X12 is not asked for."""
    is_professional = pl.col("claim_type") == "professional"
    frequency, disposition = pl.col("claim_frequency_code"), pl.col("discharge_disposition_code")
    is_void, original = frequency == "8", pl.col("original_claim_id")
    is_denied, first = pl.col("claim_status") == "denied", pl.col(DIAGNOSES[0])
    amount = {name: pl.col(name).cast(pl.Decimal(18, 2), strict=False) for name in _AMOUNTS}
    charge, paid = amount["charge_amount"], amount["paid_amount"]
    has_left = pl.col("discharge_date").is_not_null()
    has_place = pl.col("place_of_service_code").is_not_null()
    number = pl.col("data_source").str.len_chars() + 1
    claim = claim_hash()
    conditions = [
        pl.all_horizontal(pl.col(name).is_not_null() for name in _REQUIRED),
        pl.all_horizontal(pl.col(name).str.contains(_DAY).fill_null(True) for name in _DAYS),
        pl.all_horizontal(pl.col(name).str.contains(_AMOUNT).fill_null(True) for name in _AMOUNTS),
        *(pl.col(name).is_null() for name in others),
        ~pl.any_horizontal(
            pl.col(name).str.contains(UNSPEAKABLE).fill_null(False) for name in (*OF_CLAIM, *OF_LINE)
        ),
        pl.col("is_named").fill_null(False),
        pl.col("claim_type").is_in(["professional", "institutional"]),
        frequency.is_in(["1", "2", "3", "4", "7", "8"]),
        frequency.is_in(["7", "8"]) == original.is_not_null(),
        (original != pl.col("claim_id")).fill_null(True),
        number + pl.col("claim_id").str.len_chars() <= _NUMBER_LENGTH,
        (number + original.str.len_chars() <= _NUMBER_LENGTH).fill_null(True),
        pl.col("claim_status").is_in(["paid", "denied"]),
        pl.when(is_denied).then((paid == 0) & ~is_void).otherwise(True),
        pl.when(is_void).then((charge <= 0) & (paid <= 0)).otherwise((charge >= 0) & (paid >= 0)),
        (pl.col("diagnosis_code_type") == "icd-10-cm"),
        first.is_not_null() | is_void,
        *(
            pl.col(name).is_not_null() | pl.col(following).is_null()
            for name, following in pairwise(DIAGNOSES)
        ),
        pl.when(is_professional)
        .then(
            pl.all_horizontal(pl.col(name).is_null() for name in (*_NO_PROFESSIONAL, *DIAGNOSES[IN_HI:]))
            & pl.col("place_of_service_code").str.contains(r"^\d\d$")
            & pl.col("hcpcs_code").is_not_null()
            & (pl.col("claim_line_start_date").min().over(claim) == pl.col("claim_start_date"))
            & (pl.col("claim_line_end_date").max().over(claim) == pl.col("claim_end_date"))
        )
        .otherwise(
            ~has_place
            & pl.col("bill_type_code").str.contains(r"^\d{3}$")
            & pl.col("revenue_center_code").str.contains(r"^\d{4}$")
            & pl.when(pl.col("admission_date").is_null() | (disposition == "30").fill_null(False))
            .then(~has_left)
            .otherwise(pl.col("discharge_date").eq_missing(pl.col("claim_end_date")))
            & (pl.col("rendering_npi").is_not_null() | pl.col("rendering_taxonomy_code").is_null())
        ),
    ]  # fmt: skip
    return pl.all_horizontal(condition.fill_null(False) for condition in conditions)
