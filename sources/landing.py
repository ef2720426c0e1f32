"""What lies in the landing folder: `landing/<source>/<YYYY-MM-DD>/<table>[anything].<ext>`, `.gz` and `.zip` accepted.

What must not be here: opening a file. Nothing in landing is ever changed or deleted. The date is the day of delivery;
`received_at` is its start in the agency's zone. A file without a dated folder has none: the ledger gives it the moment it
was first seen.
"""

from __future__ import annotations

import datetime as dt
import difflib
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from zoneinfo import ZoneInfo

from sources.contract import Contract

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# Still being written, or left by an editor or an operating system.
_IGNORED_NAMES = re.compile(
    r"^[.~]|\.(?:part|filepart|tmp|crdownload|swp)$|~$|^(?:SOURCE\.md|Thumbs\.db|desktop\.ini)$"
)
DELIMITED, PARQUET, WORKBOOK = "delimited", "parquet", "workbook"
HL7V2, FHIR, X12, FIXED_WIDTH = "hl7v2", "fhir", "x12", "fixed_width"
# Their records say what they are, so their files may have any name.
SELF_DESCRIBING = (HL7V2, FHIR, X12)
_FORMATS = {
    ".csv": DELIMITED,
    ".txt": DELIMITED,
    ".parquet": PARQUET,
    ".pq": PARQUET,
    ".xlsx": WORKBOOK,
    ".hl7": HL7V2,
    ".ndjson": FHIR,
    ".json": FHIR,
    ".x12": X12,
}


@dataclass(frozen=True)
class LandedFile:
    r"""One file in the landing folder.

    Attributes:
        path: where it lies.
        name: its path below `landing/<source>/`, with slashes: what the ledger knows it by. Bytes of it that are no
            UTF-8, and control characters, are written `\xNN` or `\n`: ledgers and notices are text.
        received_at: start of its delivery day, or None without a dated folder.
    """

    source: str
    path: Path
    name: str
    received_at: dt.datetime | None
    size: int
    mtime_ns: int


@dataclass(frozen=True)
class Landing:
    """Everything that landed: files of known senders in order of delivery, and what no sender reads.

    Attributes:
        unknown_sources: folders of the landing folder that are no sender's.
        stray_files: files that lie in the landing folder itself.
    """

    files: tuple[LandedFile, ...]
    unknown_sources: tuple[str, ...]
    stray_files: tuple[str, ...] = ()

    def notices(self, senders: Iterable[str], enabled: Iterable[str]) -> list[str]:
        """What no sender reads, each with what to do.

        Args:
            senders: all senders with a contract.
            enabled: those that are read.
        """
        known, read = sorted(senders), set(enabled)
        found = []
        for name in self.unknown_sources:
            if name in known and name not in read:
                why = "this sender is not enabled (setting enabled_senders)"
            else:
                alike = difflib.get_close_matches(name.casefold(), known, n=1)
                hint = f" (did you mean {alike[0]}?)" if alike else ""
                why = f"no sender of this name{hint}"
            found.append(f"landing/{name}: not read: {why}")
        found += [
            f"landing/{name}: not read: expected in landing/<sender>/<YYYY-MM-DD>/"
            for name in self.stray_files
        ]
        return found


def list_landed_files(landing: Path, sources: Iterable[str], zone: str) -> Landing:
    """List the landing folder; an absent folder is an empty one.

    Args:
        landing: the folder.
        sources: senders to read.
        zone: the agency's zone, where a delivery day starts.
    """
    known = set(sources)
    files: list[LandedFile] = []
    unknown: list[str] = []
    stray: list[str] = []
    for path in sorted(landing.iterdir()) if landing.is_dir() else []:
        if path.is_dir() and path.name in known:
            files.extend(_files(path, zone))
        elif not _IGNORED_NAMES.search(path.name):
            (unknown if path.is_dir() else stray).append(_as_text(path.name))
    return Landing(tuple(sorted(files, key=_order)), tuple(unknown), tuple(stray))


def _order(file: LandedFile) -> tuple[bool, float, str, str]:
    received = file.received_at
    return (received is None, received.timestamp() if received else 0.0, file.source, file.name)


def _files(folder: Path, zone: str) -> list[LandedFile]:
    found = []
    for path in sorted(folder.rglob("*")):
        name = _as_text(path.relative_to(folder).as_posix())
        if (
            any(_IGNORED_NAMES.search(part) for part in PurePosixPath(name).parts)
            or not path.is_file()
        ):
            continue
        stat = path.stat()
        received = received_at(PurePosixPath(name).parts[0], zone) if "/" in name else None
        found.append(LandedFile(folder.name, path, name, received, stat.st_size, stat.st_mtime_ns))
    return found


def _as_text(name: str) -> str:
    """A name as ledgers and notices show it: a line end or an escape in it must not pass for a line of ours."""
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    return "".join(
        mark if mark.isprintable() else mark.encode("unicode_escape").decode() for mark in text
    )


def received_at(folder: str, zone: str) -> dt.datetime | None:
    """The start of the day that a folder's name gives, as a UTC instant; None where it is no day."""
    if not _DAY.fullmatch(folder):
        return None
    try:
        day = dt.date.fromisoformat(folder)
    except ValueError:
        return None
    return dt.datetime.combine(day, dt.time(), tzinfo=ZoneInfo(zone)).astimezone(dt.UTC)


def table_of(file_name: str, contract: Contract) -> str | None:
    """The contract's table whose name begins the file's name, or whose `files` fit it; the longest wins; else None.

    A returned workbook may have any name (it is the care manager's): it is the one table of a sender that takes workbooks.
    """
    name = PurePosixPath(file_name).name.casefold()
    found = [
        known
        for known, table in contract.tables.items()
        if name.startswith(known.casefold())
        or (table.files and re.search(table.files, name, re.IGNORECASE))
    ]
    if not found and format_of(name, contract) == WORKBOOK and WORKBOOK in contract.formats:
        found = list(contract.tables)[:1]
    return max(found, key=len, default=None)


def is_readable(file_name: str, contract: Contract) -> bool:
    """Whether the name alone tells how to read the file: a table's name begins it, or its records say what they are."""
    kind = format_of(file_name, contract)
    return kind in SELF_DESCRIBING or table_of(file_name, contract) is not None


def format_of(file_name: str, contract: Contract) -> str | None:
    """The syntax that a name's extension (before .gz) says, or None.

    A sender of one syntax alone may call its files as it likes: `.txt`, `.dat`, the payer's own extension.
    """
    said = _FORMATS.get(PurePosixPath(file_name.casefold().removesuffix(".gz")).suffix)
    return contract.formats[0] if len(contract.formats) == 1 else said
