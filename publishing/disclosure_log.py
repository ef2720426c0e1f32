"""The disclosure log: which client's data left in which file, to which recipient (append-only).

`disclosures/` in the data folder holds segments, `<first row>-<release_id>.jsonl` for a release and
`<first row>-views.jsonl` for pages that people opened. A line is a row. Its `hash` covers the line
before it and the hash of the row above, across segments, so that no row can change, leave or enter
without breaking the chain (rules/privacy.md#disclosure-log).

A release and its rows belong together. Its segment is written as `.pending-<release_id>.jsonl`
before the release is renamed, and completed after it. If the process is killed in between, the next
writer completes the segment if the release exists and deletes it otherwise. disclosure_audit.py
reads and verifies.
"""

from __future__ import annotations

import csv
import fcntl
import hashlib
import io
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from publishing.durable import replace_text, sync

FOLDER = "disclosures"
HEAD = "head.json"
MONTHLY = "monthly"
GENESIS = "0" * 64
MONTH_COLUMNS = (
    "released_at", "release_id", "files", "clients", "part2_clients", "rows", "count", "head",
)  # fmt: skip
_PENDING = ".pending-"
_VIEWS = "-views.jsonl"
_HASH = ',"hash":"'
_TAIL_BYTES = 1 << 20


@dataclass(frozen=True)
class Disclosure:
    """A client's data in a file for a recipient.

    Attributes:
        file: path in the release.
        recipient: staff_id, or a group such as `supervisors`.
        client_id: the client; None if the file's people are not clients (unmatched discharges).
        columns: class of the columns (reference/release.md#disclosures).
        part2: True if the row contains Part 2 information.
        consent_id: consent that permits the Part 2 information; None if none is needed.
        purpose: purpose of the disclosure.
    """

    file: str
    recipient: str
    client_id: str | None
    columns: str
    part2: bool
    consent_id: str | None
    purpose: str


@dataclass(frozen=True)
class Anchor:
    """What a manifest says about the log.

    Attributes:
        rows: rows of this release, its own row included.
        digest: sha256 of these rows without their place in the chain: equal releases, equal digests.
        count: rows of the whole chain up to the release's last row.
        head: hash of that row.
    """

    rows: int
    digest: str
    count: int
    head: str


@dataclass(frozen=True)
class Tail:
    """The last row of the chain: its number (0 for an empty log) and hash."""

    row: int
    hash: str


class Chain:
    """Formats rows that follow a tail."""

    def __init__(self, tail: Tail) -> None:
        self.tail = tail
        self.digest = hashlib.sha256()

    def line(self, body: Mapping[str, Any]) -> str:
        """Return the next row as a line; the tail becomes this row."""
        text = json.dumps(body, separators=(",", ":"))
        self.digest.update(text.encode() + b"\n")
        number = self.tail.row + 1
        covered = f'{{"row":{number},{text[1:-1]}'
        self.tail = Tail(number, row_hash(self.tail.hash, covered))
        return f'{covered}{_HASH}{self.tail.hash}"}}\n'


def row_hash(previous: str, covered: str) -> str:
    """Hash of a row: the hash of the row above and the line up to its own hash."""
    return hashlib.sha256(f"{previous}\n{covered}".encode()).hexdigest()


def split_line(line: str) -> tuple[str, str, dict[str, Any]]:
    """Split a line into the text that its hash covers, the hash, and the row.

    Raises:
        ValueError: the line is not a row.
    """
    covered, found, rest = line.rstrip("\n").rpartition(_HASH)
    row = json.loads(line)
    if not found or not isinstance(row, dict) or not isinstance(row.get("row"), int):
        raise ValueError("not a row of the log")
    return covered, rest.removesuffix('"}'), row


class DisclosureLog:
    """The log of a data folder.

    Args:
        data: the data folder; `disclosures/` is created with mode 0700 if needed.
    """

    def __init__(self, data: Path) -> None:
        self.folder = data / FOLDER
        self.published = data / "published"

    @contextmanager
    def publication(
        self,
        release_id: str,
        as_of: datetime,
        files: Mapping[str, tuple[str, int | None]],
        disclosures: Iterable[Disclosure],
    ) -> Iterator[Anchor]:
        """Log a release around its rename; yield what its manifest says about the log.

        At the end of the block the rows become permanent if the release exists, and disappear
        otherwise. A release that is logged with the same files gets no further rows.

        Args:
            release_id: id of the release.
            as_of: `as_of` of the release, in UTC.
            files: sha256 and rows of the data files, by path.
            disclosures: the client rows of these files.
        """
        with self._locked():
            self._complete_pending()
            logged = self._logged(release_id, files)
            if logged is not None:
                yield logged
                return
            pending = self.folder / f"{_PENDING}{release_id}.jsonl"
            anchor = self._write_pending(pending, release_id, as_of, files, disclosures)
            try:
                yield anchor
            finally:
                self._complete_pending()

    def view(self, **row: str | bool | None) -> None:
        """Append the row of a page that someone opens, before it is shown.

        Args:
            row: page, recipient, client_id, columns, part2, consent_id and purpose.
        """
        with self._locked():
            self._complete_pending()
            last = next(iter(reversed(segments(self.folder))), None)
            appends = last is not None and last.name.endswith(_VIEWS)
            if last is not None and appends:
                _drop_unfinished_line(last)
            chain = Chain(self.tail())
            at = datetime.now(UTC).isoformat(timespec="seconds")
            line = chain.line({"event": "view", "at": at, **row})
            if last is not None and appends:
                _append(last, line)
            else:
                replace_text(self.folder / f"{chain.tail.row:010d}{_VIEWS}", line)
            self._write_head(chain.tail)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _logged(
        self, release_id: str, files: Mapping[str, tuple[str, int | None]]
    ) -> Anchor | None:
        """Return the anchor of a release that is logged with the same files."""
        for segment in reversed(segments(self.folder)):
            if not segment.name.endswith(f"-{release_id}.jsonl"):
                continue
            try:
                return _anchor_of(segment, _file_facts(files))
            except ValueError:  # damaged: the audit reports it
                return None
        return None

    def _write_pending(
        self,
        pending: Path,
        release_id: str,
        as_of: datetime,
        files: Mapping[str, tuple[str, int | None]],
        disclosures: Iterable[Disclosure],
    ) -> Anchor:
        before = self.tail()
        chain = Chain(before)
        with _open_private(pending) as file:
            opening = {"event": "release", "release_id": release_id, "as_of": as_of.isoformat()}
            file.write(chain.line({**opening, "files": _file_facts(files)}))
            for disclosure in disclosures:
                facts = asdict(disclosure)
                file_path = facts.pop("file")
                file.write(
                    chain.line({
                        "event": "disclosure", "release_id": release_id, "file": file_path,
                        "sha256": files[file_path][0], **facts,
                    })
                )  # fmt: skip
            file.flush()
            os.fsync(file.fileno())
        sync(self.folder)
        rows = chain.tail.row - before.row
        return Anchor(rows, chain.digest.hexdigest(), chain.tail.row, chain.tail.hash)

    def _complete_pending(self) -> None:
        """Keep the pending rows of a release that exists, and delete those of any other."""
        for pending in pending_segments(self.folder):
            release_id = release_of_pending(pending)
            manifest = self.published / release_id / "manifest.json"
            if not manifest.is_file():
                pending.unlink()
                continue
            released_at = json.loads(manifest.read_bytes())["created_at"]
            _drop_unfinished_line(pending)
            month = _month_row(pending, release_id, released_at)
            tail = _last_row(pending)
            if tail.row == month["count"]:
                chain = Chain(tail)
                closing = {"event": "released", "release_id": release_id, "at": released_at}
                _append(pending, chain.line(closing))
                tail = chain.tail
            self._add_to_month(month)
            self._write_head(tail)
            first_row = month["count"] - month["rows"] + 1
            pending.rename(self.folder / f"{first_row:010d}-{release_id}.jsonl")
            sync(self.folder)

    def _add_to_month(self, month: dict[str, Any]) -> None:
        """Add a release to the privacy officer's file of the month (UTC), once."""
        path = self.folder / MONTHLY / f"{month['released_at'][:7]}.csv"
        path.parent.mkdir(exist_ok=True, mode=0o700)
        before = path.read_text(encoding="utf-8") if path.is_file() else ""
        if month["head"] in before:
            return
        text = io.StringIO()
        writer = csv.DictWriter(text, MONTH_COLUMNS, lineterminator="\n")
        if not before:
            writer.writeheader()
        writer.writerow(month)
        replace_text(path, before + text.getvalue())

    def tail(self) -> Tail:
        """Return the last row of the chain. Damaged lines are skipped: the audit reports them."""
        for segment in reversed(segments(self.folder)):
            tail = _last_row(segment)
            if tail.row:
                return tail
        return Tail(0, GENESIS)

    def _write_head(self, tail: Tail) -> None:
        head = {"count": tail.row, "head": tail.hash}
        replace_text(self.folder / HEAD, json.dumps(head) + "\n")


def segments(folder: Path) -> list[Path]:
    """Return the segments of a log in the order of their rows."""
    return sorted(path for path in folder.glob("*.jsonl") if not path.name.startswith("."))


def pending_segments(folder: Path) -> list[Path]:
    """Return segments that an interrupted publication left."""
    return sorted(folder.glob(f"{_PENDING}*.jsonl"))


def release_of_pending(pending: Path) -> str:
    """Return the release_id in the name of a pending segment."""
    return pending.name.removeprefix(_PENDING).removesuffix(".jsonl")


def _anchor_of(segment: Path, files: dict[str, dict[str, Any]]) -> Anchor | None:
    """Return the anchor of a logged release; None if its files differ."""
    digest, rows, head = hashlib.sha256(), 0, Tail(0, GENESIS)
    with segment.open(encoding="utf-8") as lines:
        for line in lines:
            _, own_hash, row = split_line(line)
            if row["event"] == "released":
                break
            if row["event"] == "release" and row["files"] != files:
                return None
            body = {name: value for name, value in row.items() if name not in ("row", "hash")}
            digest.update(json.dumps(body, separators=(",", ":")).encode() + b"\n")
            rows, head = rows + 1, Tail(row["row"], own_hash)
    return Anchor(rows, digest.hexdigest(), head.row, head.hash)


def _file_facts(files: Mapping[str, tuple[str, int | None]]) -> dict[str, dict[str, Any]]:
    return {
        path: {"sha256": sha256, "rows": rows} for path, (sha256, rows) in sorted(files.items())
    }


def _last_row(segment: Path) -> Tail:
    """Return the last readable row of a segment; row 0 if there is none."""
    with segment.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _TAIL_BYTES))
        lines = file.read().splitlines()
    for line in reversed(lines):
        try:
            _, own_hash, row = split_line(line.decode())
        except ValueError:
            continue
        return Tail(row["row"], own_hash)
    return Tail(0, GENESIS)


def _month_row(segment: Path, release_id: str, released_at: str) -> dict[str, Any]:
    """Summarize the rows of a release, without its closing row."""
    first = last = Tail(0, GENESIS)
    files = 0
    clients: set[str] = set()
    part2_clients: set[str] = set()
    with segment.open(encoding="utf-8") as lines:
        for line in lines:
            _, own_hash, row = split_line(line)
            if row["event"] == "released":
                break
            last = Tail(row["row"], own_hash)
            if row["event"] == "release":
                first, files = last, len(row["files"])
            elif row["client_id"] is not None:
                clients.add(row["client_id"])
                if row["part2"]:
                    part2_clients.add(row["client_id"])
    return {
        "released_at": released_at,
        "release_id": release_id,
        "files": files,
        "clients": len(clients),
        "part2_clients": len(part2_clients),
        "rows": last.row - first.row + 1,
        "count": last.row,
        "head": last.hash,
    }


def _drop_unfinished_line(segment: Path) -> None:
    """Remove the line that a killed process was appending."""
    with segment.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        start = max(0, size - _TAIL_BYTES)
        file.seek(start)
        complete = file.read().rfind(b"\n") + 1
        if complete or not start:
            file.truncate(start + complete)


def _append(path: Path, line: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(handle, line.encode())
        os.fsync(handle)
    finally:
        os.close(handle)
    sync(path.parent)


def _open_private(path: Path) -> io.TextIOWrapper:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    return io.TextIOWrapper(os.fdopen(handle, "wb"), encoding="utf-8")
