"""Writes the raw zone: one writer at a time, each batch whole or absent, even after kill -9.

Files are written under `_tmp/`, flushed and renamed to their final path. The commit record is
written next, and the line of the delivery ledger last. When the next writer opens the zone, it
deletes what a killed run left behind (temporary files, Parquet files without a commit record, an
incomplete last ledger line) and repairs damage (raw_repair.py; `repairs` lists it). Must not be
here: how bytes become rows.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO

from sources.archive import Fingerprint, fingerprint
from sources.formats.result import ReadTable
from sources.raw_repair import DAMAGED, repair
from sources.raw_zone import BATCHES, DELIVERIES, move_durably, sync

TEMPORARY, LOCK = "_tmp", "_lock"


class RawZoneLockedError(Exception):
    """Another process is writing this raw zone."""


@dataclass(frozen=True)
class BatchPart:
    """One file of a batch, read into one table."""

    table_name: str
    read: ReadTable


class RawWriter:
    """The zone, opened for writing by one process; a context manager.

    Raises:
        RawZoneLockedError: on entry, if another process has it open.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.temporary = path / TEMPORARY
        self.repairs: list[str] = []
        self._lock: TextIO | None = None

    def __enter__(self) -> Self:
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = (self.path / LOCK).open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._lock.close()
            raise RawZoneLockedError(
                f"{self.path}: another run is writing to it; wait until that run ends"
            ) from error
        self._clean_up()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        shutil.rmtree(self.temporary, ignore_errors=True)
        if self._lock is not None:
            self._lock.close()

    def has(self, source: str, batch_id: str) -> bool:
        """Whether the batch is committed."""
        return (self.path / source / BATCHES / f"{batch_id}.json").is_file()

    def commit(
        self,
        source: str,
        batch_id: str,
        landed: Fingerprint,
        *,
        file_name: str,
        table_name: str | None,
        contract_hash: str,
        parts: list[BatchPart],
        refusal: tuple[str, str] | None,
        returned_by: str | None = None,
    ) -> dict[str, Any]:
        """Move a batch's files to their final paths and write its commit record; returns the record.

        Args:
            source: the sender.
            batch_id: the batch.
            landed: hash and size of the landed file.
            file_name: its name at this, its first delivery, as people are shown it.
            table_name: the table that its name gives, or None.
            contract_hash: the contract it was read with.
            parts: the files that were read; none for a refused file.
            refusal: reason code and detail, or None.
            returned_by: staff member whose workbook it is, or None.
        """
        record = {
            "batch_id": batch_id,
            "source": source,
            "file_name": file_name,
            "table_name": table_name,
            "sha256": landed.sha256,
            "bytes": landed.size,
            "status": "refused" if refusal else "loaded",
            "reason_code": refusal[0] if refusal else None,
            "detail": refusal[1] if refusal else None,
            "contract_hash": contract_hash,
            "returned_by": returned_by,
            "parts": self._move_files(source, batch_id, parts),
        }
        folder = self.path / source / BATCHES
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = self.temporary / f"{batch_id}.json"
        temporary.write_text(json.dumps(record, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        move_durably(temporary, folder / f"{batch_id}.json")
        (folder / f"{batch_id}{DAMAGED}").unlink(missing_ok=True)
        return record

    def _move_files(
        self, source: str, batch_id: str, parts: list[BatchPart]
    ) -> list[dict[str, Any]]:
        """Move files to `<table>/<batch_id>[-n].parquet` and flush the folders before the commit."""
        moved: list[dict[str, Any]] = []
        numbers: dict[tuple[str, str], int] = {}

        def move(table: str, path: Path, suffix: str) -> dict[str, Any]:
            number = numbers[table, suffix] = numbers.get((table, suffix), 0) + 1
            stem = batch_id if number == 1 else f"{batch_id}-{number}"
            target = self.path / source / table / f"{stem}{suffix}"
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            found = fingerprint(path)
            sync(path)
            path.replace(target)
            relative = target.relative_to(self.path).as_posix()
            return {"path": relative, "sha256": found.sha256, "bytes": found.size}

        for part in parts:
            name, read = part.table_name, part.read
            moved.append(
                {
                    "table_name": name,
                    "rows_in": read.rows_in,
                    "rows_loaded": read.rows_loaded,
                    "rows_rejected": read.rows_rejected,
                    "unknown_columns": sorted(read.unknown_columns),
                    "typed": [move(name, path, ".parquet") for path in read.typed],
                    "rejects": [move(name, read.rejects, ".rejects.parquet")]
                    if read.rejects
                    else [],
                }
            )
        for table in {part.table_name for part in parts}:
            sync(self.path / source / table)
        return moved

    def record_delivery(
        self,
        source: str,
        path: str,
        *,
        batch_id: str | None,
        received_at: dt.datetime,
        is_dated: bool,
        size: int,
        mtime_ns: int,
        contract_hash: str,
    ) -> None:
        """Append an arrival to the sender's ledger; `batch_id` is None for a file that is not read."""
        line = {
            "path": path,
            "batch_id": batch_id,
            "received_at": received_at.astimezone(dt.UTC).isoformat(),
            "is_dated": is_dated,
            "size": size,
            "mtime_ns": mtime_ns,
            "contract_hash": contract_hash,
        }
        ledger = self.path / source / DELIVERIES
        ledger.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        is_new = not ledger.exists()
        with ledger.open("ab") as file:
            file.write(json.dumps(line, sort_keys=True).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        if is_new:
            sync(ledger.parent)

    def _clean_up(self) -> None:
        shutil.rmtree(self.temporary, ignore_errors=True)
        self.temporary.mkdir(mode=0o700)
        for source in (
            folder for folder in self.path.iterdir() if folder.is_dir() and folder.name != TEMPORARY
        ):
            self.repairs += repair(self.path, source.name)
            # Files of a batch that was set aside are kept: most of them may be intact.
            committed = {path.stem for path in (source / BATCHES).glob("*")}
            for table in (
                folder for folder in source.iterdir() if folder.is_dir() and folder.name != BATCHES
            ):
                for path in table.iterdir():
                    batch_id = path.name.split(".")[0].split("-")[0]
                    if batch_id not in committed and not path.name.startswith("_empty"):
                        path.unlink()
