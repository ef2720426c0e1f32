"""Reads the disclosure log: accounting for a client, and verification against the releases.

The chain is checked row by row. Its head and count are compared with every manifest, the privacy
officer's monthly files and `head.json`; the files that it names are compared with the releases.
Nothing is written here. A release that `caseload prune` removed leaves its rows in the log.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from publishing.disclosure_log import (
    FOLDER,
    GENESIS,
    HEAD,
    MONTHLY,
    pending_segments,
    release_of_pending,
    row_hash,
    segments,
    split_line,
)
from publishing.release import MANIFEST, ReleaseError, current, read_manifest, verify

_CONSENTS = "_consent.csv"


@dataclass(frozen=True)
class ClientDisclosure:
    """A row of the log about a client, with its time.

    Attributes:
        at: time of the release or view, ISO 8601 UTC; empty if a release was interrupted.
        row: the row.
    """

    at: str
    row: dict[str, Any]


@dataclass
class Report:
    """Result of a verification.

    Attributes:
        rows: rows of the chain.
        head: hash of the last row.
        releases: releases in the log.
        problems: what is broken, and where; empty if nothing is.
        notes: what is not an error but worth knowing.
    """

    rows: int = 0
    head: str = GENESIS
    releases: int = 0
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Anchor:
    source: str
    count: int
    head: str


def of_client(data: Path, client_id: str) -> list[ClientDisclosure]:
    """Return every disclosure of a client, newest first."""
    wanted = f'"client_id":{json.dumps(client_id)}'
    found: list[ClientDisclosure] = []
    for segment in _all_segments(data):
        rows: list[dict[str, Any]] = []
        released_at = ""
        with segment.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if wanted not in line and '"event":"released"' not in line:
                    continue
                try:
                    row = split_line(line)[2]
                except ValueError:  # verify reports it
                    continue
                if row.get("event") == "released":
                    released_at = str(row.get("at", ""))
                elif row.get("client_id") == client_id:
                    rows.append(row)
        found += [ClientDisclosure(str(row.get("at", released_at)), row) for row in rows]
    return sorted(found, key=lambda each: (each.at, each.row["row"]), reverse=True)


def verify_log(data: Path, copies: Iterable[Path] = ()) -> Report:
    """Check the chain, its anchors and the released files.

    Args:
        data: the data folder.
        copies: copies of monthly files that the privacy officer kept elsewhere.
    """
    report = Report()
    anchors = [*_manifest_anchors(data, report), *_month_anchors(data, copies, report)]
    anchors += _head_anchor(data, report)
    logged = _check_chain(data, anchors, report)
    report.releases = len(logged)
    _check_releases(data, logged, report)
    return report


def _all_segments(data: Path) -> Iterator[Path]:
    """Yield the segments, and one of a release whose run was killed before it was completed."""
    yield from segments(data / FOLDER)
    for pending in pending_segments(data / FOLDER):
        if (data / "published" / release_of_pending(pending) / MANIFEST).is_file():
            yield pending


def _check_chain(data: Path, anchors: list[_Anchor], report: Report) -> dict[str, dict[str, Any]]:
    """Check every row and anchor; return the files of each release, by release_id."""
    counts = {anchor.count for anchor in anchors}
    heads = {0: GENESIS}
    logged: dict[str, dict[str, Any]] = {}
    for segment in _all_segments(data):
        with segment.open(encoding="utf-8", errors="replace") as lines:
            for number, line in enumerate(lines, 1):
                where = f"{FOLDER}/{segment.name} line {number}"
                try:
                    covered, own_hash, row = split_line(line)
                except ValueError:
                    # What an interrupted view leaves at the end. If the row had been complete
                    # before, head.json counts it.
                    is_unfinished = not line.endswith("\n")
                    (report.notes if is_unfinished else report.problems).append(
                        f"{where}: not a complete row"
                    )
                    continue
                if row["row"] != report.rows + 1:
                    report.problems.append(
                        f"{where}: expected row {report.rows + 1:,}, found row {row['row']:,}:"
                        " rows were removed or added"
                    )
                elif row_hash(report.head, covered) != own_hash:
                    report.problems.append(
                        f"{where}: row {row['row']:,} does not match its hash: it or the row above"
                        " was changed"
                    )
                report.rows, report.head = row["row"], own_hash
                if report.rows in counts:
                    heads[report.rows] = report.head
                if row.get("event") == "release":
                    logged[row["release_id"]] = row["files"]
    for anchor in anchors:
        if anchor.count > report.rows:
            report.problems.append(
                f"{anchor.source}: the log had {anchor.count:,} rows, now {report.rows:,}: its end was"
                " removed"
            )
        elif heads.get(anchor.count) != anchor.head:
            report.problems.append(
                f"{anchor.source}: row {anchor.count:,} is not the one recorded there: the log was"
                " rewritten"
            )
    return logged


def _check_releases(data: Path, logged: dict[str, dict[str, Any]], report: Report) -> None:
    published = data / "published"
    gone = []
    for release_id, files in logged.items():
        directory = published / release_id
        if not directory.is_dir():
            gone.append(release_id)
            continue
        problems = verify(directory)
        try:
            listed = {file["path"]: file["sha256"] for file in read_manifest(directory)["files"]}
        except ReleaseError:
            listed = {}
        if listed:
            problems += [
                f"{path} is in the log and not in the manifest"
                for path in sorted(files.keys() - listed.keys())
            ]
            problems += [
                f"{path} is not the file in the log"
                for path in sorted(files.keys() & listed.keys())
                if files[path]["sha256"] != listed[path]
            ]
        report.problems += [f"published/{release_id}: {problem}" for problem in problems]
    link = published / "current"
    if link.is_symlink() and current(published) is None:
        report.problems.append(f"published/current: release {link.readlink()} is missing")
    elif logged and not link.is_symlink():
        report.problems.append("published/current is missing")
    if gone:
        report.notes.append(f"releases in the log that published/ no longer has: {len(gone):,}")


def _manifest_anchors(data: Path, report: Report) -> Iterator[_Anchor]:
    for path in sorted((data / "published").glob(f"*/{MANIFEST}")):
        if path.parent.is_symlink() or path.parent.name.startswith("."):
            continue
        source = f"published/{path.parent.name}/{MANIFEST}"
        try:
            anchor = read_manifest(path.parent).get("disclosures")
            if anchor is None:
                report.notes.append(f"{source}: published before the disclosure log existed")
            else:
                yield _Anchor(source, int(anchor["count"]), str(anchor["head"]))
        except (ReleaseError, KeyError, TypeError, ValueError):
            report.problems.append(f"{source} is missing or damaged")


def _month_anchors(data: Path, copies: Iterable[Path], report: Report) -> Iterator[_Anchor]:
    own = sorted((data / FOLDER / MONTHLY).glob("*.csv"))
    files = [(f"{FOLDER}/{MONTHLY}/{path.name}", path) for path in own]
    files += [(str(path), path) for path in copies]
    for source, path in files:
        if path.name.endswith(_CONSENTS):
            continue
        with path.open(encoding="utf-8", errors="replace", newline="") as file:
            for number, row in enumerate(csv.DictReader(file), 2):
                try:
                    yield _Anchor(f"{source} line {number}", int(row["count"]), row["head"])
                except (KeyError, TypeError, ValueError):
                    report.problems.append(f"{source} line {number}: not a row of a monthly file")


def _head_anchor(data: Path, report: Report) -> list[_Anchor]:
    path = data / FOLDER / HEAD
    source = f"{FOLDER}/{HEAD}"
    if not path.is_file():
        if segments(data / FOLDER):
            report.problems.append(f"{source} is missing")
        return []
    try:
        head = json.loads(path.read_bytes())
        return [_Anchor(source, int(head["count"]), str(head["head"]))]
    except (ValueError, KeyError, TypeError):
        report.problems.append(f"{source} is damaged")
        return []
