"""Rows of `claims/medical_claim` and of the eligibility file, for every claims syntax.

Columns of claims and lines, claim identity, and replacement chains. Must not be here: limits of a single syntax,
segments, records.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

import polars as pl

from synthetic.formats import row_files

ROSTER, MEDICAL = "eligibility", "medical_claim"
PERSON = ("data_source", "person_id", "member_id")
MODIFIERS = tuple(f"hcpcs_modifier_{n}" for n in range(1, 5))
DIAGNOSES = tuple(f"diagnosis_code_{n}" for n in range(1, 26))
# The CMS-1500 form of a professional claim has twelve diagnoses.
MOST_PROFESSIONAL_DIAGNOSES = 12
# Line-level columns; all others are claim-level.
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
UNSUPPORTED_COLUMNS = ("drg_code_type",)
_STAY = ("admission_date", "discharge_date", "admit_source_code", "admit_type_code", "discharge_disposition_code")  # fmt: skip
_NOT_ON_PROFESSIONAL = (*_STAY, "bill_type_code", "drg_code", "revenue_center_code")
_REQUIRED = (
    "claim_id", "payer", "data_source", "claim_start_date", "claim_end_date", "claim_line_start_date",
    "claim_line_end_date", "billing_npi", "paid_date", "charge_amount", "paid_amount", "claim_status",
    "claim_frequency_code", "claim_type",
)  # fmt: skip
_DAYS = ("claim_start_date", "claim_end_date", "claim_line_start_date", "claim_line_end_date", "admission_date", "paid_date")  # fmt: skip
_AMOUNTS = ("charge_amount", "paid_amount", "allowed_amount", "service_unit_quantity")
DAY = r"^\d{4}-\d\d-\d\d$"
AMOUNT = r"^-?\d{1,12}(\.\d{1,2}0*)?$"


def completed(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of `medical_claim` with every column that a condition refers to."""
    return row_files.complete(rows, (*OF_CLAIM, *OF_LINE, *UNSUPPORTED_COLUMNS))


def roster_of(
    files: Sequence[Path], described: Iterable[str], payer_types: Sequence[str], unsupported: str
) -> pl.DataFrame:
    """Members from their latest eligibility row, without shared member ids, ordered by that row.

    Args:
        files: Files of `eligibility`, in delivery order.
        described: Columns to return with the prefix `roster_`.
        payer_types: Payer types to include.
        unsupported: Pattern of characters that the syntax cannot write; members with such a value are excluded.

    Returns:
        data_source, person_id, member_id and the `roster_` columns. One row per person and member id.
    """
    columns = (*PERSON, *described)
    asked = dict.fromkeys((*columns, "payer_type", "birth_date", "last_name"), pl.String())
    rows = pl.concat(
        [pl.DataFrame(schema=asked)]
        + [
            row_files.read(path).match_to_schema(
                pl.Schema(asked), missing_columns="insert", extra_columns="ignore"
            )
            for path in files
        ]
    )
    is_representable = ~pl.any_horizontal(
        pl.col(name).str.contains(unsupported).fill_null(False) for name in columns
    )
    return (
        rows.with_columns(people=pl.struct("data_source", "person_id").n_unique().over("member_id"))
        .unique(PERSON, keep="last", maintain_order=True)
        .filter(
            (pl.col("people") == 1)
            & is_representable
            & pl.col("payer_type").is_in(payer_types)
            & pl.col("birth_date").str.contains(DAY)
            & pl.col("last_name").is_not_null()
        )
        .select(*PERSON, pl.col(columns[len(PERSON) :]).name.prefix("roster_"))
    )


def claim_hash() -> pl.Expr:
    """Identity of a claim across deliveries: the payer's number and the version."""
    return pl.struct("data_source", "claim_id", "claim_frequency_code").hash()


def line_checks(conditions: Iterable[pl.Expr]) -> list[pl.Expr]:
    """Columns per line from which `is_claim_representable` decides.

    Returns:
        claim, line, content and head (hashes of all columns and of the claim-level columns), number and original
        (hashes; original is null if the claim corrects none), is_representable (whether the row meets the conditions).
    """
    original = pl.struct("data_source", pl.col("original_claim_id").alias("number")).hash()
    return [
        claim_hash().alias("claim"),
        pl.col("claim_line_number").cast(pl.UInt32, strict=False).alias("line"),
        pl.struct(*OF_CLAIM, *OF_LINE).hash().alias("content"),
        pl.struct(OF_CLAIM).hash().alias("head"),
        pl.struct("data_source", pl.col("claim_id").alias("number")).hash().alias("number"),
        pl.when(pl.col("original_claim_id").is_not_null()).then(original).alias("original"),
        pl.all_horizontal(condition.fill_null(False) for condition in conditions).alias(
            "is_representable"
        ),
    ]


def is_claim_representable() -> pl.Expr:
    """Whether all lines of a claim are representable, first delivered in one file, and never re-sent with changes."""
    line = pl.col("line")
    first_file = pl.col("file") == pl.col("file").min()
    return (
        pl.col("is_representable").all()
        & (pl.col("head").n_unique() == 1)
        & (pl.struct("line", "content").n_unique() == line.n_unique())
        & (line.filter(first_file).n_unique() == line.n_unique())
    )


def with_complete_chains(claims: pl.DataFrame) -> pl.DataFrame:
    """The representable claims whose whole chain of replacements and voids is representable.

    Args:
        claims: claim, number, original, is_representable; one row per claim. Two versions with the same number are
            not representable.
    """
    same_number = pl.col("claim").n_unique().over("number") == 1
    claims = claims.with_columns(is_representable=pl.col("is_representable") & same_number)
    while True:
        unsupported = claims.filter(~pl.col("is_representable"))
        numbers = pl.concat([unsupported["number"], unsupported["original"].drop_nulls()]).implode()
        wrong = pl.col("is_representable") & (
            pl.col("number").is_in(numbers) | pl.col("original").is_in(numbers).fill_null(False)
        )
        if not claims.select(wrong.any()).item():
            return claims.filter("is_representable")
        claims = claims.with_columns(is_representable=pl.col("is_representable") & ~wrong)


def basic_conditions(columns: Iterable[str]) -> list[pl.Expr]:
    """Conditions on a row that every claims syntax has; `columns` are all columns of the file."""
    others = [name for name in columns if name not in (*OF_CLAIM, *OF_LINE, *UNSUPPORTED_COLUMNS)]
    is_professional = pl.col("claim_type") == "professional"
    frequency = pl.col("claim_frequency_code")
    is_void, original = frequency == "8", pl.col("original_claim_id")
    is_denied, first = pl.col("claim_status") == "denied", pl.col(DIAGNOSES[0])
    amount = {name: pl.col(name).cast(pl.Decimal(18, 2), strict=False) for name in _AMOUNTS}
    charge, paid = amount["charge_amount"], amount["paid_amount"]
    too_many = DIAGNOSES[MOST_PROFESSIONAL_DIAGNOSES:]
    return [
        pl.all_horizontal(pl.col(name).is_not_null() for name in _REQUIRED),
        pl.all_horizontal(pl.col(name).str.contains(DAY).fill_null(True) for name in _DAYS),
        pl.all_horizontal(pl.col(name).str.contains(AMOUNT).fill_null(True) for name in _AMOUNTS),
        *(pl.col(name).is_null() for name in others),
        pl.col("claim_type").is_in(["professional", "institutional"]),
        frequency.is_in(["1", "2", "3", "4", "7", "8"]),
        frequency.is_in(["7", "8"]) == original.is_not_null(),
        (original != pl.col("claim_id")).fill_null(True),
        pl.col("claim_status").is_in(["paid", "denied"]),
        pl.when(is_denied).then((paid == 0) & ~is_void).otherwise(True),
        pl.when(is_void).then((charge <= 0) & (paid <= 0)).otherwise((charge >= 0) & (paid >= 0)),
        pl.col("diagnosis_code_type") == "icd-10-cm",
        first.is_not_null() | is_void,
        *(
            pl.col(name).is_not_null() | pl.col(following).is_null()
            for name, following in pairwise(DIAGNOSES)
        ),
        pl.when(is_professional)
        .then(
            pl.all_horizontal(pl.col(name).is_null() for name in (*_NOT_ON_PROFESSIONAL, *too_many))
            & pl.col("place_of_service_code").str.contains(r"^\d\d$")
        )
        .otherwise(
            pl.col("place_of_service_code").is_null()
            & pl.col("bill_type_code").str.contains(r"^\d{3}$")
            & pl.col("revenue_center_code").str.contains(r"^\d{4}$")
        ),
    ]  # fmt: skip
