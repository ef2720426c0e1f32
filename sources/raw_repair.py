"""What a new writer does about damage in the raw zone: names it, sets it aside, and makes room for reading the file again.

A damaged line of a delivery ledger is dropped, and a line that a killed run did not finish is cut off. A batch whose commit
record cannot be read, or one of whose Parquet files is gone or altered, is set aside: its record is renamed to
`<batch_id>.damaged` and does not count. Ingest then reads the file again where landing still holds it; where it does not,
`RawZone.notices` says what is lost. A batch whose files were restored from a backup counts again.
"""

from __future__ import annotations

import os
from pathlib import Path

from sources.archive import fingerprint
from sources.raw_zone import BATCHES, DELIVERIES, move_durably, parsed_delivery, parsed_record, sync

DAMAGED = ".damaged"
_MAGIC = b"PAR1"  # the first and last bytes of every Parquet file
_READ_AGAIN = "the file is read again where the landing folder still holds it"


def repair(raw: Path, source: str) -> list[str]:
    """Repair what one sender's part of the zone allows.

    Args:
        raw: the zone's folder.
        source: the sender.

    Returns:
        One line per damage, with the file and what was done about it.
    """
    folder = raw / source
    notices = _repair_ledger(folder / DELIVERIES, f"{raw.name}/{source}/{DELIVERIES}")
    for path in sorted((folder / BATCHES).glob("*")):
        if path.suffix in (".json", DAMAGED):
            notices.extend(_repair_batch(raw, path))
    for path in folder.glob("*/_empty-*.parquet"):
        if not _has_magic(path):
            path.unlink()  # written anew when the table is asked for
    return notices


def _repair_ledger(path: Path, name: str) -> list[str]:
    if not path.is_file():
        return []
    content = path.read_bytes()
    whole, _, torn = content.rpartition(b"\n")
    lines = whole.split(b"\n") if whole else []
    damaged = [number for number, line in enumerate(lines, 1) if parsed_delivery(line) is None]
    if not torn and not damaged:
        return []
    kept = [line for number, line in enumerate(lines, 1) if number not in damaged]
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_bytes(b"".join(line + b"\n" for line in kept))
    move_durably(temporary, path)
    notices = [
        f"{name} line {number} was damaged and has been removed: {_READ_AGAIN}"
        for number in damaged
    ]
    if torn:
        notices.append(f"{name}: the last line was cut short and is ignored: {_READ_AGAIN}")
    return notices


def _repair_batch(raw: Path, path: Path) -> list[str]:
    """Set a damaged batch aside, or take back one whose files are whole again."""
    counted, aside = path.with_suffix(".json"), path.with_suffix(DAMAGED)
    if path == aside and counted.exists():
        path.unlink()  # read again meanwhile
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
    """The commit record itself, or the first of its Parquet files that is gone or altered."""
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
