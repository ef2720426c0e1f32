"""Files of rows that some syntax may tell: read as texts, and left with what it does not.

Must not be here: what a row says.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import polars as pl


def read(path: Path) -> pl.DataFrame:
    """Rows of a file as texts."""
    return pl.read_csv(path, infer_schema=False, glob=False)


def complete(rows: pl.DataFrame, asked: Iterable[str]) -> pl.DataFrame:
    """Rows with every column of which something is asked, empty where the file had none."""
    absent = [name for name in asked if name not in rows.columns]
    return rows.with_columns(pl.lit(None, pl.String).alias(name) for name in absent)


def keep(rows: pl.DataFrame, path: Path) -> None:
    """What stays of a file: it goes where nothing does."""
    if rows.height:
        rows.write_csv(path)
    else:
        path.unlink()
