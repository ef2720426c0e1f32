"""Which rows of `medical_claim` are representable in 837 and 835; the docstring of `x12` has the reasons.

Must not be here: segments.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from synthetic.formats.claim_rows import (
    OF_CLAIM,
    OF_LINE,
    PERSON,
    basic_conditions,
    claim_hash,
    completed,
    is_claim_representable,
    line_checks,
    with_complete_chains,
)
from synthetic.formats.row_files import read
from synthetic.formats.x12_segments import UNSUPPORTED_CHARACTERS

_NUMBER_LENGTH = 20  # of CLM01
_MOST_LINES = {"professional": 50, "institutional": 999}


@dataclass(frozen=True)
class Representable:
    """The claims that are representable in X12.

    Attributes:
        claims: Hashes of the claims (`claim_hash`).
        deliveries: claim, file (position) and is_first (first delivery) of each complete delivery of a claim.
    """

    claims: pl.Series
    deliveries: pl.DataFrame


def find_representable(files: list[Path], roster: pl.DataFrame) -> Representable:
    """Find the representable claims. Reads each file once; memory is bounded by the largest plus 60 bytes per line.

    Args:
        files: Files of `medical_claim`, in delivery order.
        roster: Representable members (`claim_rows.roster_of`).
    """
    lines = pl.concat(
        _checked(completed(read(path)), roster, place) for place, path in enumerate(files)
    )
    claims = lines.group_by("claim").agg(
        is_representable=is_claim_representable()
        & (pl.col("line").min() == 1)
        & (pl.col("line").max() == pl.col("line").n_unique())
        & (pl.col("line").max() <= pl.col("most_lines").first()),
        lines=pl.col("line").n_unique(),
        first=pl.col("file").min(),
        number=pl.col("number").first(),
        original=pl.col("original").first(),
        billing=pl.col("billing").first(),
    )
    representable = with_complete_chains(_by_one_provider(claims)).select("claim", "lines", "first")
    deliveries = (
        lines.group_by("claim", "file")
        .agg(found=pl.col("line").n_unique())
        .join(representable, on="claim")
        .filter(pl.col("found") == pl.col("lines"))
        .select("claim", "file", is_first=pl.col("file") == pl.col("first"))
    )
    return Representable(representable["claim"].implode(), deliveries)


def _checked(rows: pl.DataFrame, roster: pl.DataFrame, place: int) -> pl.DataFrame:
    named = rows.join(
        roster.select(*PERSON, is_named=pl.lit(True)),
        on=PERSON,
        how="left",
        maintain_order="left",
    )
    return named.select(
        *line_checks([*basic_conditions(rows.columns), *_extra_conditions()]),
        billing=pl.col("billing_npi").hash(),
        most_lines=pl.col("claim_type").replace_strict(
            _MOST_LINES, default=0, return_dtype=pl.UInt16
        ),
        file=pl.lit(place, pl.UInt16),
    )


def _by_one_provider(claims: pl.DataFrame) -> pl.DataFrame:
    """Require the same billing provider on a correction: REF F8 would not find another provider's claim."""
    billed = claims.select(original="number", original_billing="billing").unique("original")
    return claims.join(billed, on="original", how="left").with_columns(
        is_representable=pl.col("is_representable")
        & (pl.col("original_billing") == pl.col("billing")).fill_null(True)
    )


def _extra_conditions() -> Iterable[pl.Expr]:
    disposition, original = pl.col("discharge_disposition_code"), pl.col("original_claim_id")
    has_left = pl.col("discharge_date").is_not_null()
    number = pl.col("data_source").str.len_chars() + 1
    claim = claim_hash()
    return [
        ~pl.any_horizontal(
            pl.col(name).str.contains(UNSUPPORTED_CHARACTERS).fill_null(False) for name in (*OF_CLAIM, *OF_LINE)
        ),
        pl.col("is_named").fill_null(False),
        number + pl.col("claim_id").str.len_chars() <= _NUMBER_LENGTH,
        (number + original.str.len_chars() <= _NUMBER_LENGTH).fill_null(True),
        pl.when(pl.col("claim_type") == "professional")
        .then(
            pl.col("hcpcs_code").is_not_null()
            & (pl.col("claim_line_start_date").min().over(claim) == pl.col("claim_start_date"))
            & (pl.col("claim_line_end_date").max().over(claim) == pl.col("claim_end_date"))
        )
        .otherwise(
            pl.when(pl.col("admission_date").is_null() | (disposition == "30").fill_null(False))
            .then(~has_left)
            .otherwise(pl.col("discharge_date").eq_missing(pl.col("claim_end_date")))
            & (pl.col("rendering_npi").is_not_null() | pl.col("rendering_taxonomy_code").is_null())
        ),
    ]  # fmt: skip
