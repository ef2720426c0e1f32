"""Reads Parquet into typed rows and rejects, with the same strict checks as CSV.

Must not be here: any particular sender. Values are first converted to the text that a CSV of the
same feed would contain, so the same checks apply. A whole-number column that pandas stored as
float because of missing values becomes whole numbers again. Parquet has no lines, so a reject
keeps the record as JSON.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from sources.casts import SOURCE_ROW, RowValidator, build_validator
from sources.contract import Column, Table
from sources.formats.result import (
    ReadTable,
    Reject,
    TypedFiles,
    account_for_records,
    count_rows,
    write_rejects,
)
from sources.header import match_header, refuse_note_types
from sources.reasons import FileRefusedError

_PART_ROWS = 1 << 17


def read_parquet(
    path: Path, table: Table, *, zone: str, batch_id: str, out: Path, first_row: int = 1
) -> ReadTable:
    """Read one Parquet file into typed rows and rejects; arguments and errors as for CSV."""
    with _refuse_damaged_file("not readable as Parquet"):
        records = pl.scan_parquet(path, glob=False)
        schema = records.collect_schema()
    written = list(schema)
    header = match_header(written, table)
    contract = {column.name: column for column in table.columns}
    texts = [
        _as_text(pl.col(field), schema[field], contract[name]).alias(name)
        for field, name in zip(written, header.names, strict=True)
        if name is not None
    ]
    validator = build_validator(table, frozenset(header.present), zone)
    typed = TypedFiles(out)
    rejects = out.with_name(f"{out.name}.rejects.parquet")
    with _refuse_damaged_file("not readable as Parquet"):
        rows_in = count_rows(path)

    def read() -> Iterator[Reject]:
        for offset in range(0, max(rows_in, 1), _PART_ROWS):
            part = records.slice(offset, _PART_ROWS)
            with _refuse_damaged_file("a page is not readable"):
                frame = (
                    part.with_row_index(SOURCE_ROW, offset=first_row + offset)
                    .select(SOURCE_ROW, *texts)
                    .collect()
                )
            accepted, rejected = validator.partition(frame, batch_id)
            typed.add(accepted)
            if rejected is not None:
                yield from _to_rejects(validator, rejected)

    rejected_rows = write_rejects(read(), rejects, batch_id)
    return account_for_records(typed.finish(), rejects, rows_in, rejected_rows, header.unknown)


@contextmanager
def _refuse_damaged_file(detail: str) -> Iterator[None]:
    """Refuse the file if Polars cannot read it; its panics do not derive from Exception."""
    try:
        yield
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise FileRefusedError("not_a_parquet", detail) from error


def _as_text(value: pl.Expr, dtype: pl.DataType, column: Column) -> pl.Expr:
    """The value as the text in a CSV of the same feed; empty text is null."""
    if dtype == pl.String or isinstance(dtype, (pl.Categorical, pl.Enum)):
        text = value.cast(pl.String)
        return pl.when(text != "").then(text)
    if dtype.is_float():
        if column.type == "decimal":
            plain = value.cast(pl.Decimal(38, 6), strict=False).cast(pl.String)
            return (
                pl.when(value.is_finite())
                .then(plain.fill_null(value.cast(pl.String)))
                .otherwise(value.cast(pl.String))
            )
        is_whole = value.is_finite() & (value == value.round())
        return (
            pl.when(is_whole)
            .then(value.cast(pl.Int64, strict=False).cast(pl.String))
            .otherwise(value.cast(pl.String))
        )
    if isinstance(dtype, pl.Datetime):
        if column.type == "date":
            # A date stored as a timestamp has no time of day; a value with a time is not a date.
            is_day = value.dt.time() == pl.time(0, 0, 0)
            return (
                pl.when(is_day)
                .then(value.dt.to_string("%Y-%m-%d"))
                .otherwise(value.dt.to_string("iso"))
            )
        if dtype.time_zone is not None:
            return value.dt.convert_time_zone("UTC").dt.to_string("%Y-%m-%dT%H:%M:%S%.6fZ")
        return value.dt.to_string("%Y-%m-%dT%H:%M:%S%.6f")
    if dtype == pl.Date:
        return value.dt.to_string("%Y-%m-%d")
    if dtype == pl.Boolean or dtype.is_integer() or dtype.is_decimal() or dtype == pl.Null:
        return value.cast(pl.String)
    raise FileRefusedError(
        "bad_column_type", f"{column.name}: type {dtype}; expected a simple type for {column.type}"
    )


def _to_rejects(validator: RowValidator, rejected: pl.DataFrame) -> Iterator[Reject]:
    refuse_note_types(rejected)
    line = pl.struct(validator.texts).struct.json_encode()
    for row, position, text in rejected.select(SOURCE_ROW, "check", line=line).iter_rows():
        check = validator.checks[position]
        yield Reject(row, check.reason_code, check.column, check.detail, text.encode())
