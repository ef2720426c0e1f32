"""Describes the accuracy of record matching on the checked sample."""

from __future__ import annotations

import polars as pl


def accuracy_text(accuracy: pl.DataFrame) -> str:
    """Describe the accuracy of record matching in a sentence.

    Args:
        accuracy: `quality/linkage_accuracy.parquet`, one row per scope.
    """
    found = accuracy.filter(pl.col("scope") == "all")
    checked = found["checked_count"].sum()
    if not checked:
        return "Accuracy unknown, because no checked sample has been delivered."
    row = found.row(0, named=True)
    if row["precision_rate"] is None or row["recall_rate"] is None:
        return f"The checked sample of {checked:,} is too small for a rate."
    twins = row["merged_twin_count"]
    return (
        f"On a checked sample of {checked:,}:"
        f" **{row['precision_rate'] * 100:.2f}%** of the matches are correct,"
        f" **{row['recall_rate'] * 100:.2f}%** of the clients in the sample were matched"
        f" (**{row['found_rate'] * 100:.2f}%** with the identity review),"
        f" {twins or 'no'} twin{'' if twins == 1 else 's'} merged by probabilistic matching."
    )
