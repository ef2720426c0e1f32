"""CSV files under conversion: read as text, and rewritten without the converted rows.

Must not be here: the meaning of rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import polars as pl


def read(path: Path) -> pl.DataFrame:
    """Rows of a file, all columns as text."""
    return pl.read_csv(path, infer_schema=False, glob=False)


def complete(rows: pl.DataFrame, columns: Iterable[str]) -> pl.DataFrame:
    """Add the missing columns of `columns` as nulls."""
    absent = [name for name in columns if name not in rows.columns]
    return rows.with_columns(pl.lit(None, pl.String).alias(name) for name in absent)


def rewrite(rows: pl.DataFrame, path: Path) -> None:
    """Rewrite the file with the remaining rows; delete it if there are none."""
    if rows.height:
        rows.write_csv(path)
    else:
        path.unlink()
