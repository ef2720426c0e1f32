"""Reads the raw zone: committed batches and the ledger of their deliveries.

Longer than the size budget: the layout, the ledger and the checks of damage are one format.

Layout below the zone's folder:

- `<source>/<table>/<batch_id>.parquet`: typed rows. `<batch_id>.rejects.parquet`: rejected
  records, if any. Further parts of a large file or an archive are named `<batch_id>-2…`.
  `_empty-<hash>.parquet`: the contract's table without rows.
- `<source>/_batches/<batch_id>.json`: the commit record, written last, so the files it names
  exist. It ends in `.damaged` instead of `.json` if the batch no longer counts (raw_repair.py).
- `<source>/_deliveries.jsonl`: the delivery ledger, one line per arrival; the last line of a path
  is the valid one.
- `_tmp/` (files being written) and `_lock`: raw_writer.py.

Must not be here: writing batches, or how bytes become rows. `as_of` alone decides which
deliveries count; nothing here reads the clock.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from sources.archive import fingerprint
from sources.casts import empty_rows
from sources.contract import Contract, Table, load_contracts
from sources.formats.result import PARQUET
from sources.returned_name import shown_path

BATCHES, DELIVERIES = "_batches", "_deliveries.jsonl"
_HEAD = (
    "batch_id",
    "source",
    "file_name",
    "sha256",
    "bytes",
    "status",
    "reason_code",
    "detail",
    "contract_hash",
)
_DELIVERY = {
    "path", "batch_id", "received_at", "is_dated", "size", "mtime_ns", "contract_hash",
}  # fmt: skip
_PART = {
    "table_name", "rows_in", "rows_loaded", "rows_rejected", "unknown_columns", "typed", "rejects",
}  # fmt: skip
_NO_ROWS: dict[str, Any] = {
    "rows_in": 0,
    "rows_loaded": 0,
    "rows_rejected": 0,
    "unknown_columns": [],
}


@dataclass(frozen=True)
class Batch:
    """One table of one landed file's content, or the file itself if it was refused."""

    batch_id: str
    source: str
    table_name: str | None
    file_name: str
    sha256: str
    bytes: int
    status: str
    reason_code: str | None
    detail: str | None
    rows_in: int
    rows_loaded: int
    rows_rejected: int
    contract_hash: str
    unknown_columns: tuple[str, ...]
    returned_by: str | None


@dataclass(frozen=True)
class Delivery:
    """An arrival: the content at a landed path, and when it was received.

    `shown_path` is the path for people: without a file name that a person chose.
    """

    batch_id: str
    source: str
    path: str
    shown_path: str
    received_at: dt.datetime
    is_dated: bool


@dataclass(frozen=True)
class RejectedRow:
    """A rejected record, without its content."""

    source: str
    table_name: str
    batch_id: str
    source_row: int
    reason_code: str
    detail: str


@dataclass(frozen=True)
class Damage:
    """A committed file that is missing or altered."""

    path: Path
    expected_sha256: str
    found_sha256: str | None


class RawZoneDamagedError(Exception):
    """A file of the raw zone cannot be read; the message names it and the remedy."""


class RawZone:
    """The raw zone in a folder, opened for reading; an absent folder is an empty zone.

    A snapshot: each ledger and commit record is read once, on first use.

    Args:
        path: the zone's folder.
        contracts: contracts by source; all contracts of this package by default.
    """

    def __init__(self, path: Path, contracts: dict[str, Contract] | None = None) -> None:
        self.path = Path(path)
        self._contracts = load_contracts() if contracts is None else contracts
        self._ledgers: dict[str, dict[str, dict[str, Any]]] = {}
        self._commits: dict[tuple[str, str], dict[str, Any] | None] = {}
        self._damaged_lines: dict[str, list[int]] = {}
        self._delivered: dict[str, set[str]] = {}

    def records(self, as_of: dt.datetime | None = None) -> list[dict[str, Any]]:
        """Commit records of the batches delivered by `as_of`, ordered by source and batch_id."""
        ids = {(d.source, d.batch_id) for d in self.deliveries(as_of)}
        found = (self._commit(source, batch_id) for source, batch_id in sorted(ids))
        return [record for record in found if record is not None]

    def batches(self, as_of: dt.datetime | None = None) -> list[Batch]:
        """One entry per batch and table; one for a refused file, with the table if its name gave it."""
        found: list[Batch] = []
        for record in self.records(as_of):
            head = {name: record[name] for name in _HEAD}
            tables: dict[str | None, dict[str, Any]] = {}
            for part in record["parts"] or [_NO_ROWS | {"table_name": record["table_name"]}]:
                entry = tables.setdefault(part["table_name"], _NO_ROWS | {"unknown_columns": []})
                for count in ("rows_in", "rows_loaded", "rows_rejected"):
                    entry[count] += part[count]
                entry["unknown_columns"] = [*entry["unknown_columns"], *part["unknown_columns"]]
            for table_name, entry in sorted(tables.items(), key=lambda item: str(item[0])):
                unknown = tuple(sorted(set(entry.pop("unknown_columns"))))
                found.append(
                    Batch(
                        **head,
                        table_name=table_name,
                        **entry,
                        unknown_columns=unknown,
                        returned_by=record.get("returned_by"),
                    )
                )
        return found

    def deliveries(self, as_of: dt.datetime | None = None) -> list[Delivery]:
        """Arrivals by `as_of`, ordered by (received_at, source, path); lost batches are left out."""
        found = [
            Delivery(
                line["batch_id"],
                source,
                path,
                self.shown_path(source, path),
                dt.datetime.fromisoformat(line["received_at"]),
                line["is_dated"],
            )
            for source in self.sources()
            for path, line in self.ledger(source).items()
            if line["batch_id"] is not None and self._commit(source, line["batch_id"]) is not None
        ]
        counting = [d for d in found if as_of is None or d.received_at <= as_of]
        return sorted(counting, key=lambda d: (d.received_at, d.source, d.path))

    def sources(self) -> list[str]:
        """Senders with at least one delivery."""
        found = (*self.path.glob(f"*/{DELIVERIES}"), *self.path.glob(f"*/{BATCHES}"))
        return sorted({path.parent.name for path in found})

    def ledger(self, source: str) -> dict[str, dict[str, Any]]:
        """The last ledger line of each path; an incomplete last line and damaged lines are skipped."""
        if source not in self._ledgers:
            path = self.path / source / DELIVERIES
            lines = path.read_bytes().split(b"\n")[:-1] if path.is_file() else []
            entries = [parsed_delivery(line) for line in lines]
            self._damaged_lines[source] = [n for n, entry in enumerate(entries, 1) if entry is None]
            whole = [entry for entry in entries if entry is not None]
            self._delivered[source] = {entry["batch_id"] for entry in whole}
            self._ledgers[source] = {entry["path"]: entry for entry in whole}
        return self._ledgers[source]

    def shown_path(self, source: str, path: str) -> str:
        """A landed path for people (returned_name.py)."""
        if source not in self._contracts:
            return path
        batch_id = self.ledger(source).get(path, {}).get("batch_id")
        record = self._commit(source, batch_id) if batch_id else None
        returned_by = record.get("returned_by") if record else None
        return shown_path(path, self._contracts[source], returned_by)

    def files(self, source: str, table: str, as_of: dt.datetime | None = None) -> list[Path]:
        """Parquet files of a table as of `as_of`; the contract's zero-row file comes first.

        A batch has only the columns that its file had, so read the files together by name
        (`union_by_name`). The zero-row file supplies every missing column with its type, in the
        contract's order.
        """
        empty = self._empty_file(source, self._contracts[source].tables[table])
        return [empty, *(path for path, _ in self._parts(source, table, "typed", as_of))]

    def reject_files(self, source: str, table: str, as_of: dt.datetime | None = None) -> list[Path]:
        """Parquet files of a table's rejects; files without rows are left out."""
        return [path for path, _ in self._parts(source, table, "rejects", as_of)]

    def rejects(
        self,
        as_of: dt.datetime | None = None,
        on_damage: Callable[[str], None] | None = None,
    ) -> Iterator[RejectedRow]:
        """Every rejected record, without its content, ordered by source, table, batch and row.

        Args:
            as_of: only batches delivered at or before this instant.
            on_damage: called with one line per file that cannot be read; the file is then
                skipped.

        Raises:
            RawZoneDamagedError: a file cannot be read and `on_damage` is None.
        """
        for source in self.sources():
            for table in (
                sorted(self._contracts[source].tables) if source in self._contracts else ()
            ):
                for path, batch_id in self._parts(source, table, "rejects", as_of):
                    try:
                        columns = pl.read_parquet(
                            path, columns=["_source_row", "reason_code", "detail"], glob=False
                        )
                    except (OSError, pl.exceptions.PolarsError) as error:
                        name = path.relative_to(self.path.parent).as_posix()
                        text = f"{name} is damaged: `caseload run` reads the file again"
                        if on_damage is None:
                            raise RawZoneDamagedError(text) from error
                        on_damage(text)
                        continue
                    for row, code, detail in columns.iter_rows():
                        yield RejectedRow(source, table, batch_id, row, code, detail)

    def verify(self, as_of: dt.datetime | None = None) -> list[Damage]:
        """Hash every committed Parquet file again; an empty list means that all are intact."""
        damages = []
        for record in self.records(as_of):
            for part in record["parts"]:
                for file in (*part["typed"], *part["rejects"]):
                    path = self.path / file["path"]
                    found = fingerprint(path).sha256 if path.is_file() else None
                    if found != file["sha256"]:
                        damages.append(Damage(path, file["sha256"], found))
        return damages

    def notices(self, as_of: dt.datetime | None = None) -> list[str]:
        """Files not read, undated files, unknown columns and damage, one sorted line each."""
        found = set(self.damage(as_of))
        for source in self.sources():
            for path, line in self.ledger(source).items():
                if as_of is not None and dt.datetime.fromisoformat(line["received_at"]) > as_of:
                    continue
                shown = self.shown_path(source, path)
                if line["batch_id"] is None:
                    found.add(
                        f"{source}/{shown}: not read: its name begins with no table of {source}"
                    )
                elif not line["is_dated"]:
                    found.add(
                        f"{source}/{shown}: not in a dated folder: counted as received when first seen"
                    )
        columns: dict[tuple[str, str | None], set[str]] = {}
        for batch in self.batches(as_of):
            columns.setdefault((batch.source, batch.table_name), set()).update(
                batch.unknown_columns
            )
        for (source, table), names in columns.items():
            if names:
                found.add(
                    f"{source}.{table}: ignored unknown columns {', '.join(map(_visible, sorted(names)))}"
                )
        return sorted(found)

    def damage(self, as_of: dt.datetime | None = None) -> list[str]:
        """Batches that are lost or unreadable, each with its file and the remedy. Sorted."""
        found = set()
        restore = "Put the file back into the landing folder and run again."
        for source in self.sources():
            for path, line in self.ledger(source).items():
                is_counted = (
                    as_of is None or dt.datetime.fromisoformat(line["received_at"]) <= as_of
                )
                batch_id = line["batch_id"]
                if is_counted and batch_id is not None and self._commit(source, batch_id) is None:
                    found.add(
                        f"{source}/{self.shown_path(source, path)}: its rows are lost: batch {batch_id} of the raw zone is damaged. {restore}"
                    )
            found.update(
                f"raw/{source}/{DELIVERIES} line {number} is damaged: `caseload run` repairs the ledger"
                for number in self._damaged_lines[source]
            )
            for record in (self.path / source / BATCHES).glob("*.json"):
                if record.stem not in self._delivered[source]:
                    commit = self._commit(source, record.stem)
                    name = commit["file_name"] if commit else "unknown"
                    found.add(
                        f"{source}: the delivery of file {_visible(name)} (batch {record.stem}) is missing from"
                        f" the ledger and its rows do not count. {restore}"
                    )
        return sorted(found)

    def _parts(
        self, source: str, table: str, kind: str, as_of: dt.datetime | None
    ) -> list[tuple[Path, str]]:
        found = []
        ids = {d.batch_id for d in self.deliveries(as_of) if d.source == source}
        records = (self._commit(source, batch_id) for batch_id in sorted(ids))
        for record in filter(None, records):
            found.extend(
                (self.path / file["path"], record["batch_id"])
                for part in record["parts"]
                for file in part[kind]
                if part["table_name"] == table and (kind == "typed" or part["rows_rejected"])
            )
        return found

    def _commit(self, source: str, batch_id: str) -> dict[str, Any] | None:
        if (source, batch_id) not in self._commits:
            path = self.path / source / BATCHES / f"{batch_id}.json"
            self._commits[source, batch_id] = parsed_record(path)
        return self._commits[source, batch_id]

    def _empty_file(self, source: str, table: Table) -> Path:
        shape = hashlib.sha256(repr(table.typed_columns()).encode()).hexdigest()[:12]
        path = self.path / source / table.name / f"_empty-{shape}.parquet"
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            temporary = path.with_name(f".{path.name}.{os.getpid()}")
            empty_rows(table).write_parquet(temporary, **PARQUET)
            move_durably(temporary, path)
        return path


def parsed_delivery(line: bytes) -> dict[str, Any] | None:
    """A line of the delivery ledger, or None if it is damaged."""
    try:
        entry = json.loads(line)
        dt.datetime.fromisoformat(entry["received_at"])
    except (ValueError, KeyError, TypeError):
        return None
    return entry if entry.keys() >= _DELIVERY else None


def parsed_record(path: Path) -> dict[str, Any] | None:
    """A commit record, or None if it is missing or damaged."""
    try:
        record = json.loads(path.read_bytes())
        is_whole = record.keys() >= {*_HEAD, "table_name", "parts"} and all(
            part.keys() >= _PART for part in record["parts"]
        )
    except (OSError, ValueError, AttributeError, TypeError):
        return None
    return record if is_whole else None


def _visible(text: str) -> str:
    """A sender's text on one line of a notice: characters that are not printable are escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def move_durably(source: Path, target: Path) -> None:
    """Rename a finished file so that it appears whole: flush it, rename it, flush the folder."""
    sync(source)
    source.replace(target)
    sync(target.parent)


def sync(path: Path) -> None:
    """Flush a file or folder to disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
