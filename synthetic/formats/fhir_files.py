"""Files of resources.

Must not be here: resource types.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from synthetic.formats.fhir_json import Json

_SLICE_ROWS = 50_000


def write(rows: pl.DataFrame, resource: Json, path: Path) -> None:
    """Write a file of what the rows become, a resource a line, if they become any; memory is that of a slice as FHIR."""
    told = rows if resource.is_there is None else rows.filter(resource.is_there)
    if told.is_empty():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    line = resource.text()
    with path.open("wb") as file:
        for part in told.iter_slices(_SLICE_ROWS):
            part.select(line).write_csv(file, include_header=False, quote_style="never")
