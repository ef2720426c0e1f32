"""Repairs damage that a new writer finds in the raw zone, so that affected files are read again.

A damaged line of a delivery ledger is dropped, and the incomplete last line of a killed run is
cut off. A batch is set aside if its commit record cannot be read or one of its Parquet files is
missing or altered: its record is renamed to `<batch_id>.damaged` and no longer counts. Ingest
then reads the file again if landing still has it; otherwise `RawZone.notices` reports the loss. A
batch counts again once its files are restored from a backup.
"""

from __future__ import annotations

import os
from pathlib import Path

from sources.archive import fingerprint
from sources.raw_zone import BATCHES, DELIVERIES, move_durably, parsed_delivery, parsed_record, sync

DAMAGED = ".damaged"
_MAGIC = b"PAR1"  # the first and last bytes of every Parquet file
_READ_AGAIN = "the file is read again if it is still in the landing folder"


def repair(raw: Path, source: str) -> list[str]:
    """Repair one sender's part of the zone.

    Args:
        raw: the zone's folder.
        source: the sender.

    Returns:
        One line per damage, with the file and the repair.
    """
    folder = raw / source
    notices = _repair_ledger(folder / DELIVERIES, f"{raw.name}/{source}/{DELIVERIES}")
    for path in sorted((folder / BATCHES).glob("*")):
        if path.suffix in (".json", DAMAGED):
            notices.extend(_repair_batch(raw, path))
    for path in folder.glob("*/_empty-*.parquet"):
        if not _has_magic(path):
            path.unlink()  # recreated when the table is next read
    return notices


def _repair_ledger(path: Path, name: str) -> list[str]:
    if not path.is_file():
        return []
    content = path.read_bytes()
    whole, _, incomplete = content.rpartition(b"\n")
    lines = whole.split(b"\n") if whole else []
    damaged = [number for number, line in enumerate(lines, 1) if parsed_delivery(line) is None]
    if not incomplete and not damaged:
        return []
    kept = [line for number, line in enumerate(lines, 1) if number not in damaged]
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_bytes(b"".join(line + b"\n" for line in kept))
    move_durably(temporary, path)
    notices = [
        f"{name} line {number} was damaged and has been removed: {_READ_AGAIN}"
        for number in damaged
    ]
    if incomplete:
        notices.append(f"{name}: the last line is incomplete and is ignored: {_READ_AGAIN}")
    return notices


def _repair_batch(raw: Path, path: Path) -> list[str]:
    """Set a damaged batch aside, or reinstate one whose files are intact again."""
    counted, aside = path.with_suffix(".json"), path.with_suffix(DAMAGED)
    if path == aside and counted.exists():
        path.unlink()  # the file has been read again since
        return []
    damaged = _damaged_file(raw, path)
    if damaged is None:
        if path == aside:
            path.replace(counted)
            sync(path.parent)
        return []
    if path == counted:
        path.replace(aside)
        sync(path.parent)
        return [f"{raw.name}/{damaged.relative_to(raw).as_posix()} is damaged: {_READ_AGAIN}"]
    return []


def _damaged_file(raw: Path, path: Path) -> Path | None:
    """The commit record or the first of its Parquet files that is missing or altered, if any."""
    record = parsed_record(path)
    if record is None:
        return path
    for part in record["parts"]:
        for file in (*part["typed"], *part["rejects"]):
            found = raw / file["path"]
            if not found.is_file() or fingerprint(found).sha256 != file["sha256"]:
                return found
    return None


def _has_magic(path: Path) -> bool:
    content = path.read_bytes()
    return (
        content.startswith(_MAGIC) and content.endswith(_MAGIC) and len(content) > 2 * len(_MAGIC)
    )
