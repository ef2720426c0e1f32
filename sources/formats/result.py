"""The result of reading one file into one table, for all formats, and the Parquet settings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from sources.reasons import FileRefusedError

# zstd level 1 was the cheapest to write and read back (1 million claim lines; lz4 used the same
# CPU and 50 % more bytes).
PARQUET: dict[str, Any] = {"compression": "zstd", "compression_level": 1}
REJECT_SCHEMA = {
    "_batch_id": pl.String(),
    "_source_row": pl.Int64(),
    "reason_code": pl.String(),
    "column_name": pl.String(),
    "detail": pl.String(),
    "line": pl.Binary(),
}
_FILE_ROWS = 200_000  # two or three row groups, which DuckDB reads in parallel
_PART_BYTES = 16 << 20
_PART_ROWS = 100_000


@dataclass(frozen=True)
class ReadTable:
    """Typed rows and rejects of one file, still under temporary names.

    Attributes:
        typed: Parquet files; several for a large file.
        rejects: a Parquet file with the original records as bytes; None without rejects.
        unknown_columns: header names outside the contract, which are ignored.
    """

    typed: tuple[Path, ...]
    rejects: Path | None
    rows_in: int
    rows_loaded: int
    rows_rejected: int
    unknown_columns: tuple[str, ...]


@dataclass(frozen=True)
class Reject:
    """A rejected record: its number, the reason and the original bytes."""

    source_row: int
    reason_code: str
    column: str | None
    detail: str
    line: bytes


class TypedFiles:
    """Collects the typed rows of one file into Parquet files `<out>.<n>.parquet` of moderate size."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._paths: list[Path] = []
        self._frames: list[pl.DataFrame] = []

    def add(self, rows: pl.DataFrame) -> None:
        """Add rows; the frame may be empty."""
        self._frames.append(rows)
        if sum(frame.height for frame in self._frames) >= _FILE_ROWS:
            self._write()

    def finish(self) -> tuple[Path, ...]:
        """Write the remaining rows; returns the files in order, at least one if `add` was called."""
        if self._frames:
            self._write()
        return tuple(self._paths)

    def _write(self) -> None:
        path = self._out.with_name(f"{self._out.name}.{len(self._paths) + 1}.parquet")
        pl.concat(self._frames).write_parquet(path, **PARQUET)
        self._paths.append(path)
        self._frames = []


class RejectFile:
    """Collects the rejects of one file and table, writing in parts to bound memory."""

    def __init__(self, path: Path, batch_id: str) -> None:
        self.path, self._batch_id = path, batch_id
        self._rows: list[tuple[str, int, str, str | None, str, bytes]] = []
        self._bytes = self._count = 0
        self._parts: list[Path] = []

    def add(self, reject: Reject) -> None:
        """Add a rejected record."""
        fields = (reject.reason_code, reject.column, reject.detail, reject.line)
        self._rows.append((self._batch_id, reject.source_row, *fields))
        self._bytes += len(reject.line)
        if self._bytes > _PART_BYTES or len(self._rows) >= _PART_ROWS:
            self._write()

    def finish(self) -> int:
        """Write the remaining rejects and return their total; no file is written without rejects."""
        if self._rows:
            self._write()
        if len(self._parts) == 1:
            self._parts[0].rename(self.path)
        elif self._parts:
            pl.scan_parquet(self._parts, glob=False).sink_parquet(self.path, **PARQUET)
            for part in self._parts:
                part.unlink()
        return self._count

    def _write(self) -> None:
        part = self.path.with_name(f"{self.path.name}.part{len(self._parts)}")
        pl.DataFrame(self._rows, schema=REJECT_SCHEMA, orient="row").write_parquet(part, **PARQUET)
        self._parts.append(part)
        self._count += len(self._rows)
        self._rows, self._bytes = [], 0


def write_rejects(rejects: Iterable[Reject], path: Path, batch_id: str) -> int:
    """Write rejects in order and return their number; no file is written without rejects."""
    file = RejectFile(path, batch_id)
    for reject in rejects:
        file.add(reject)
    return file.finish()


def count_rows(path: Path) -> int:
    """Rows of a Parquet file, read from its footer to verify what was written."""
    return int(pl.scan_parquet(path, glob=False).select(pl.len()).collect().item())


def account_for_records(
    typed: tuple[Path, ...],
    rejects: Path,
    rows_in: int,
    rejected: int,
    unknown: tuple[str, ...] = (),
) -> ReadTable:
    """The result of reading a file, after checking that every record was loaded or rejected.

    Args:
        typed: the Parquet files of typed rows.
        rejects: the file that `write_rejects` wrote, if there were rejects.
        rows_in: number of records in the file.
        rejected: number of rejected records.
        unknown: header names outside the contract.

    Raises:
        FileRefusedError: unreadable, if a record was neither loaded nor rejected.
    """
    loaded = sum(map(count_rows, typed))
    if loaded + rejected != rows_in:
        detail = f"{rows_in} records in, but {loaded} loaded and {rejected} rejected"
        raise FileRefusedError("unreadable", detail)
    return ReadTable(
        typed=typed,
        rejects=rejects if rejected else None,
        rows_in=rows_in,
        rows_loaded=loaded,
        rows_rejected=rejected,
        unknown_columns=unknown,
    )
