"""Reads fixed-width records, one per line, into typed rows and rejects.

Must not be here: any particular sender. The contract gives each column's first and last character
in `at` (`20-30`, from 1). Blanks around a value are removed, and blanks alone are null. Columns
beyond the end of the record are null, so files written before the layout was extended can be read
too.

All records of a file have the length of most of its first lines. A line of another length is
rejected: it was truncated or shifted, and its values are not in their columns. Text that is not
UTF-8 is read as Latin-1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from sources.casts import SOURCE_ROW, build_validator, empty_rows
from sources.contract import Column, ContractError, Table
from sources.formats.result import ReadTable, Reject, RejectFile, TypedFiles, account_for_records
from sources.reasons import FileRefusedError

BLOCK_BYTES = 16 << 20
MAX_LINE_BYTES = 1 << 20
_SAMPLE = 1000
_ENDS = b"\r\n\x1a"


def read_fixed_width(
    path: Path, table: Table, zone: str, batch_id: str, out: Path, first_row: int = 1
) -> ReadTable:
    """Read one file into Parquet files of typed rows and one of rejects.

    Args:
        path: the uncompressed file.
        table: the contract's table; every column has `at`.
        zone: the agency's time zone, for timestamps without an offset.
        batch_id: lineage.
        out: typed rows go to `<out>.<n>.parquet`, rejects to `<out>.rejects.parquet`.
        first_row: number of the first record (above 1 for the second file of an archive).

    Raises:
        FileRefusedError: empty_file, record_too_long, unreadable.
    """
    rejects = out.with_name(f"{out.name}.rejects.parquet")
    typed, rejected = TypedFiles(out), RejectFile(rejects, batch_id)
    typed.add(empty_rows(table))
    positions = [(column.name, *column_position(column, table)) for column in table.columns]
    validator = build_validator(table, frozenset(column.name for column in table.columns), zone)
    row = first_row
    width = 0
    for lines in _blocks(path):
        width = width or _width(lines)
        text = pl.Series("line", [_decoded(line) for line in lines])
        is_whole = text.str.len_chars() == width
        records = (
            text.to_frame()
            .select(
                pl.when(is_whole & (_value(begin, size) != ""))
                .then(_value(begin, size))
                .alias(name)
                for name, begin, size in positions
            )
            .with_row_index(SOURCE_ROW, offset=row)
        )
        accepted, failed = validator.partition(records, batch_id)
        typed.add(accepted)
        for number, check in () if failed is None else failed.select(SOURCE_ROW, "check").rows():
            line = lines[number - row]
            if is_whole[number - row]:
                found = validator.checks[check]
                rejected.add(Reject(number, found.reason_code, found.column, found.detail, line))
            else:
                detail = f"expected {width} characters, like most lines"
                rejected.add(Reject(number, "ragged_row", None, detail, line))
        row += len(lines)
    if row == first_row:
        raise FileRefusedError("empty_file", "the file has no record")
    return account_for_records(typed.finish(), rejects, row - first_row, rejected.finish())


def column_position(column: Column, table: Table) -> tuple[int, int]:
    """The column's first character, counted from 0, and its number of characters.

    Raises:
        ContractError: its `at` is not `first-last`.
    """
    first, _, last = (column.at or "").partition("-")
    if not (first.isdigit() and last.isdigit() and 0 < int(first) <= int(last)):
        raise ContractError(
            f"{table.name}.{column.name}: expected `at` as first-last, such as 20-30"
        )
    return int(first) - 1, int(last) - int(first) + 1


def _value(begin: int, size: int) -> pl.Expr:
    return pl.col("line").str.slice(begin, size).str.strip_chars()


def _width(lines: list[bytes]) -> int:
    """The most frequent length of the first lines; the greater of two that are equally frequent."""
    counts = Counter(len(_decoded(line)) for line in lines[:_SAMPLE])
    return max(counts, key=lambda length: (counts[length], length))


def _decoded(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("latin-1")


def _blocks(path: Path) -> Iterator[list[bytes]]:
    """Blocks of lines without their line ends; blank lines are skipped."""
    rest = b""
    with path.open("rb") as file:
        while True:
            data = file.read(BLOCK_BYTES)
            block, rest = rest + data, b""
            if data:
                block, _, rest = block.rpartition(b"\n")
            if len(rest) > MAX_LINE_BYTES:
                detail = f"expected lines of at most {MAX_LINE_BYTES} bytes"
                raise FileRefusedError("record_too_long", detail)
            lines = [line.rstrip(_ENDS) for line in block.split(b"\n")]
            lines = [line for line in lines if line.strip()]
            if lines:
                yield lines
            if not data:
                return
