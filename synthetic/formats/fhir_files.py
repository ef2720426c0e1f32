"""Files of resources, and files of rows that lose what is told otherwise.

Must not be here: resource types.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from synthetic.formats.fhir_kinds import Kind


def write(resources: pl.DataFrame, path: Path) -> None:
    """Write a file of resources, one a line, if there are any; a row may be none."""
    resources = resources.drop_nulls()
    if resources.height:
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = resources.to_series()
        path.write_bytes("".join(f"{line}\n" for line in lines).encode())


def keep(rows: pl.DataFrame, path: Path) -> None:
    """What stays of a file: it goes where nothing does."""
    if rows.height:
        rows.write_csv(path)
    else:
        path.unlink()


def with_all_columns(rows: pl.DataFrame, kind: Kind) -> pl.DataFrame:
    """The rows with all columns of their kind."""
    absent = [name for name in (*kind.columns, "is_deleted") if name not in rows.columns]
    return rows.with_columns(pl.lit(None, pl.String).alias(name) for name in absent)
