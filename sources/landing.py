"""Lists the files in `landing/<source>/<YYYY-MM-DD>/<table>[anything].<ext>`.

A file may be compressed (.gz, .zip). Must not be here: opening files. Files in landing are never
changed or deleted. The dated folder is the day of delivery; `received_at` is the start of that
day in the agency's time zone. A file outside a dated folder has no `received_at` here: the ledger
records when it was first seen.
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
# Files still being transferred, and files that editors and operating systems leave behind.
_IGNORED_NAMES = re.compile(
    r"^[.~]|\.(?:part|filepart|tmp|crdownload|swp)$|~$|^(?:SOURCE\.md|Thumbs\.db|desktop\.ini)$"
)
DELIMITED, PARQUET, WORKBOOK = "delimited", "parquet", "workbook"
HL7V2, FHIR, X12, FIXED_WIDTH = "hl7v2", "fhir", "x12", "fixed_width"
# Their records name their own type, so the file name is free.
SELF_DESCRIBING = (HL7V2, FHIR, X12)
_FORMATS = {
    ".csv": DELIMITED,
    ".txt": DELIMITED,
    ".parquet": PARQUET,
    ".pq": PARQUET,
    ".xlsx": WORKBOOK,
    ".xlsm": WORKBOOK,
    ".xlsb": WORKBOOK,
    ".xls": WORKBOOK,
    ".ods": WORKBOOK,
    ".hl7": HL7V2,
    ".ndjson": FHIR,
    ".json": FHIR,
    ".x12": X12,
}
_FORMAT_NAMES = {
    DELIMITED: "CSV UTF-8 (.csv)",
    PARQUET: "Parquet (.parquet)",
    WORKBOOK: "Excel or OpenDocument (.xlsx, .xls, .ods)",
    HL7V2: "HL7 v2 (.hl7)",
    FHIR: "FHIR JSON (.json, .ndjson)",
    X12: "X12 (.x12)",
    FIXED_WIDTH: "fixed-width text",
}


@dataclass(frozen=True)
class LandedFile:
    r"""One file in the landing folder.

    Attributes:
        path: its location.
        name: its path below `landing/<source>/`, with slashes; the key in the ledger. Bytes that
            are not UTF-8 and control characters are written `\xNN` or `\n`, because ledgers and
            notices are text.
        received_at: start of the delivery day, or None outside a dated folder.
    """

    source: str
    path: Path
    name: str
    received_at: dt.datetime | None
    size: int
    mtime_ns: int


@dataclass(frozen=True)
class Landing:
    """The contents of the landing folder.

    Attributes:
        files: files of the senders to read, in order of delivery.
        unknown_sources: folders that do not belong to a sender that is read.
        stray_files: files directly in the landing folder.
    """

    files: tuple[LandedFile, ...]
    unknown_sources: tuple[str, ...]
    stray_files: tuple[str, ...] = ()

    def notices(self, senders: Iterable[str], enabled: Iterable[str]) -> list[str]:
        """One line per folder or file that is not read, with the remedy.

        Args:
            senders: all senders with a contract.
            enabled: the senders that are read.
        """
        known, read = sorted(senders), set(enabled)
        found = []
        for name in self.unknown_sources:
            if name in known and name not in read:
                why = "this sender is not enabled (setting enabled_senders)"
            else:
                similar = difflib.get_close_matches(name.casefold(), known, n=1)
                hint = f" (did you mean {similar[0]}?)" if similar else ""
                why = f"no sender of this name{hint}"
            found.append(f"landing/{name}: not read: {why}")
        found += [
            f"landing/{name}: not read: expected in landing/<sender>/<YYYY-MM-DD>/"
            for name in self.stray_files
        ]
        return found


def list_landed_files(landing: Path, sources: Iterable[str], zone: str) -> Landing:
    """List the landing folder; an absent folder counts as empty.

    Args:
        landing: the folder.
        sources: senders to read.
        zone: the agency's time zone, in which a delivery day starts.
    """
    known = set(sources)
    files: list[LandedFile] = []
    unknown: list[str] = []
    stray: list[str] = []
    for path in sorted(landing.iterdir()) if landing.is_dir() else []:
        if path.is_dir() and path.name in known:
            files.extend(_files(path, zone))
        elif not is_ignored(path.name):
            (unknown if path.is_dir() else stray).append(_printable(path.name))
    return Landing(tuple(sorted(files, key=_order)), tuple(unknown), tuple(stray))


def _order(file: LandedFile) -> tuple[bool, float, str, str]:
    received = file.received_at
    return (received is None, received.timestamp() if received else 0.0, file.source, file.name)


def _files(folder: Path, zone: str) -> list[LandedFile]:
    found = []
    for path in sorted(folder.rglob("*")):
        name = _printable(path.relative_to(folder).as_posix())
        if any(map(is_ignored, PurePosixPath(name).parts)) or not path.is_file():
            continue
        stat = path.stat()
        received = received_at(PurePosixPath(name).parts[0], zone) if "/" in name else None
        found.append(LandedFile(folder.name, path, name, received, stat.st_size, stat.st_mtime_ns))
    return found


def is_ignored(name: str) -> bool:
    """Whether a file or folder is never read: hidden, temporary, or in transfer."""
    return _IGNORED_NAMES.search(name) is not None


def _printable(name: str) -> str:
    """A file name for ledgers and notices.

    Control characters are escaped, so that a name cannot forge another line of a ledger or
    notice.
    """
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    return "".join(
        mark if mark.isprintable() else mark.encode("unicode_escape").decode() for mark in text
    )


def received_at(folder: str, zone: str) -> dt.datetime | None:
    """The start of the day that a folder name gives, as a UTC instant; None if it is not a date."""
    if not _DAY.fullmatch(folder):
        return None
    try:
        day = dt.date.fromisoformat(folder)
    except ValueError:
        return None
    return dt.datetime.combine(day, dt.time(), tzinfo=ZoneInfo(zone)).astimezone(dt.UTC)


def table_of(file_name: str, contract: Contract) -> str | None:
    """The contract's table that a file name belongs to, or None.

    A table matches if the file name begins with its name or matches its `files`; the longest
    table name wins. A returned list may have any name, because care managers rename it: it belongs
    to the first table of its sender, and its sheets to any of them.
    """
    name = PurePosixPath(file_name).name.casefold()
    found = [
        known
        for known, table in contract.tables.items()
        if name.startswith(known.casefold())
        or (table.files and re.search(table.files, name, re.IGNORECASE))
    ]
    if not found and WORKBOOK in contract.formats and format_of(name, contract) is not None:
        found = list(contract.tables)[:1]
    return max(found, key=len, default=None)


def is_readable(file_name: str, contract: Contract) -> bool:
    """Whether the name says how to read the file.

    It names a table, or the extension is that of a format whose records name their own type.
    """
    kind = format_of(file_name, contract)
    return kind in SELF_DESCRIBING or table_of(file_name, contract) is not None


def unaccepted_format(kind: str | None, contract: Contract) -> str:
    """The detail of a refused file whose format its sender does not use."""
    given = "This file extension" if kind is None else _FORMAT_NAMES[kind].partition(" (")[0]
    accepted = " or ".join(_FORMAT_NAMES[name] for name in contract.formats)
    return f"{given} is not accepted for {contract.source}: save as {accepted}"


def format_of(file_name: str, contract: Contract) -> str | None:
    """The format of a file's extension (before .gz), or None.

    Files of a sender with a single format may have any extension, such as `.txt`, `.dat` or a
    payer's own.
    """
    by_extension = _FORMATS.get(PurePosixPath(file_name.casefold().removesuffix(".gz")).suffix)
    return contract.formats[0] if len(contract.formats) == 1 else by_extension
