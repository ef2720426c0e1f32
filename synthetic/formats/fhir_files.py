"""Writes NDJSON files of resources.

Must not be here: resource types.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from synthetic.formats.fhir_json import Json

_SLICE_ROWS = 50_000


def write(rows: pl.DataFrame, resource: Json, path: Path) -> None:
    """Write the rows' resources, one per line; write no file if there are none. Memory is bounded by a slice of rows."""
    present = rows if resource.is_there is None else rows.filter(resource.is_there)
    if present.is_empty():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    line = resource.text()
    with path.open("wb") as file:
        for part in present.iter_slices(_SLICE_ROWS):
            part.select(line).write_csv(file, include_header=False, quote_style="never")
