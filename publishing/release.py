"""A release: a directory that readers see whole or not at all.

Here: the temporary directory, the manifest, the rename, the swap of `published/current`, the sweeping of what a killed
publication left. Not here: what the files say (each writer has its module), nor any query.

A reader follows `current` once and then reads below the directory it found: releases are never changed in place.
The directory `published/` itself carries the lock (`flock`), so nothing but releases lies in it.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from publishing.cells import safe_line

CURRENT = "current"
MANIFEST = "manifest.json"
VERDICT = "quality/verdict.json"
_LEFTOVER = ".release-"
_SWAP = ".current-"
_BLOCK = 1 << 20


class ReleaseError(Exception):
    """A release cannot be made or is not what its manifest says; the text says what to do."""


@dataclass(frozen=True)
class Feed:
    """A sender's freshness as of the release.

    Attributes:
        source: the sender (`adt`, `ehr` …).
        last_received_at: latest delivery that counts, None where the sender never delivered.
        is_stale: the latest delivery is older than the sender's limit.
    """

    source: str
    last_received_at: datetime | None
    is_stale: bool


@dataclass(frozen=True)
class ReleasedFile:
    """A line of the manifest: path below the release, hash of the stored bytes, rows (None for a page or a verdict)."""

    path: str
    sha256: str
    rows: int | None


def compact_utc(instant: datetime) -> str:
    """UTC, basic ISO 8601, whole seconds: `20260630T035959Z`."""
    return instant.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def sha256_of(path: Path) -> str:
    """Hash of a file's bytes, read in blocks."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


class Release:
    """One publication, from the temporary directory to the swapped link.

    Use it as a context manager: leaving it without `close` (an error, an interrupt) removes what was written.

    Args:
        published: the folder of releases; made (0700) where it is missing.
        as_of: the instant at which the warehouse stands.

    Raises:
        ReleaseError: another process publishes into the same folder.
    """

    def __init__(self, published: Path, as_of: datetime) -> None:
        if as_of.tzinfo is None:
            raise ValueError("as_of must carry a time zone")
        self.published = published
        self.as_of = as_of.astimezone(UTC)
        published.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock: int | None = os.open(published, os.O_RDONLY)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._unlock()
            raise ReleaseError(
                f"{published}: another process publishes here; wait until it has ended"
            ) from error
        _remove_leftovers(published)
        self.directory = Path(tempfile.mkdtemp(prefix=_LEFTOVER, dir=published))
        self._files: dict[str, ReleasedFile] = {}
        self._content_hashes: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.discard()

    def file(self, relative: str) -> Path:
        """Where to write a file of this release; its directories are made, 0700.

        Args:
            relative: path below the release, with `/`, such as `metrics/caseload.parquet`.
        """
        parts = Path(relative).parts
        if not parts or Path(relative).is_absolute() or ".." in parts:
            raise ReleaseError(f"{relative!r} is no path below a release")
        path = self.directory
        for part in parts[:-1]:
            path = path / part
            path.mkdir(mode=0o700, exist_ok=True)
        return path / parts[-1]

    def add(
        self,
        relative: str,
        rows: int | None,
        *,
        content_hash: str | None = None,
        is_data: bool = True,
    ) -> None:
        """Enter a written file in the manifest and make it private (0600).

        Args:
            relative: the path that was given to `file`.
            rows: rows of the file, None where it has none.
            content_hash: what stands for the content in `release_id` where the bytes differ between equal runs
                (encryption): a hash of the plain content and the recipients.
            is_data: whether the file counts in `release_id`; a page about the data does not.
        """
        path = self.directory / relative
        path.chmod(0o600)
        released = ReleasedFile(relative, sha256_of(path), rows)
        self._files[relative] = released
        if is_data:
            self._content_hashes[relative] = content_hash or released.sha256

    @property
    def release_id(self) -> str:
        """`as_of` (UTC, compact_utc) and 12 hex digits of the data files' hash: equal inputs, equal id."""
        digest = hashlib.sha256()
        for path, content in sorted(self._content_hashes.items()):
            digest.update(f"{path}\0{content}\n".encode())
        return f"{compact_utc(self.as_of)}-{digest.hexdigest()[:12]}"

    def close(
        self,
        notices: Iterable[str] = (),
        feeds: Iterable[Feed] = (),
        versions: Mapping[str, str] | None = None,
    ) -> Path:
        """Write the manifest, make the directory durable, rename it, point `current` at it.

        A release of the same id is left as it is (it holds the same data) and becomes current again; a damaged one is
        replaced.

        Args:
            notices: what readers must know: stale feeds, refused files, rejects. No PHI.
            feeds: freshness of each sender.
            versions: of the product and of the rules that made the data.

        Returns:
            The directory of the release.

        Raises:
            ReleaseError: nothing was written.
        """
        if not self._content_hashes:
            raise ReleaseError("a release without data files: write the exports first")
        release_id = self.release_id
        manifest = {
            "release_id": release_id,
            "as_of": self.as_of.isoformat(),
            "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "files": [asdict(self._files[path]) for path in sorted(self._files)],
            "feeds": [_feed_line(feed) for feed in sorted(feeds, key=lambda feed: feed.source)],
            "notices": [safe_line(notice) for notice in notices],
            "versions": dict(sorted((versions or {}).items())),
        }
        final = self.published / release_id
        damage = verify(final) if final.exists() else []
        if damage:
            manifest["notices"].append(
                f"{release_id} was published before and had been damaged since ({'; '.join(damage[:3])}):"
                " it has been replaced by the same release"
            )
        if damage or not final.exists():
            path = self.file(MANIFEST)
            path.write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
            path.chmod(0o600)
            _make_durable(self.directory)
            if damage:
                # Swept as a leftover if the process ends before the removal.
                aside = self.published / f"{_LEFTOVER}damaged-{release_id}"
                final.rename(aside)
                self.directory.rename(final)
                shutil.rmtree(aside)
            else:
                self.directory.rename(final)
        _point_current_at(self.published, release_id)
        self.discard()
        return final

    def discard(self) -> None:
        """Remove what is still temporary and free the folder; harmless after `close`."""
        if self._lock is not None:
            shutil.rmtree(self.directory, ignore_errors=True)
            self._unlock()

    def _unlock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def current(published: Path) -> Path | None:
    """The directory that `current` points to now, or None before the first release."""
    link = published / CURRENT
    if not link.is_symlink():
        return None
    directory = published / link.readlink()
    return directory if directory.is_dir() else None


def read_manifest(directory: Path) -> dict[str, Any]:
    """The manifest of a release.

    Raises:
        ReleaseError: it is missing, no JSON, or lacks a part.
    """
    path = directory / MANIFEST
    try:
        manifest: dict[str, Any] = json.loads(path.read_bytes())
        datetime.fromisoformat(manifest["as_of"])
        is_whole = isinstance(manifest["release_id"], str) and all(
            isinstance(manifest[name], list) for name in ("files", "feeds", "notices")
        )
        is_whole = is_whole and all(
            {"path", "sha256", "rows"} <= f.keys() for f in manifest["files"]
        )
        is_whole = is_whole and all(
            {"source", "last_received_at", "is_stale"} <= feed.keys() for feed in manifest["feeds"]
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ReleaseError(_damaged(path)) from error
    if not is_whole:
        raise ReleaseError(_damaged(path))
    return manifest


def _damaged(path: Path) -> str:
    return f"{path} is missing or damaged: run `caseload run` to publish the release again"


def comparison_release(published: Path) -> Path | None:
    """The current release, if the row counts of its verdict are as they were published; the gate compares with them."""
    directory = current(published)
    if directory is None:
        return None
    try:
        hashes = {file["path"]: file["sha256"] for file in read_manifest(directory)["files"]}
    except ReleaseError:
        return None
    verdict = directory / VERDICT
    is_sound = verdict.is_file() and sha256_of(verdict) == hashes.get(VERDICT)
    return directory if is_sound else None


def verify(directory: Path) -> list[str]:
    """Hold every file of a release against its manifest.

    Returns:
        One line per missing, changed or unlisted file; empty when the release is whole.
    """
    try:
        listed = {file["path"]: file["sha256"] for file in read_manifest(directory)["files"]}
    except ReleaseError as error:
        return [str(error)]
    found = {
        path.relative_to(directory).as_posix(): path
        for path in directory.rglob("*")
        if path.is_file() and path.name != MANIFEST
    }
    damage = [f"{path} is missing" for path in sorted(listed.keys() - found.keys())]
    damage += [f"{path} is not in the manifest" for path in sorted(found.keys() - listed.keys())]
    damage += [
        f"{path} has changed"
        for path in sorted(listed.keys() & found.keys())
        if sha256_of(found[path]) != listed[path]
    ]
    return damage


def remove_leftovers(published: Path) -> list[str]:
    """Remove what a killed publication left, unless somebody publishes right now.

    Returns:
        Names of the directories and links that were removed.
    """
    if not published.is_dir():
        return []
    handle = os.open(published, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return []
        return _remove_leftovers(published)
    finally:
        os.close(handle)


def _remove_leftovers(published: Path) -> list[str]:
    swept = []
    for entry in sorted(published.iterdir()):
        if entry.name.startswith(_SWAP):
            entry.unlink()
        elif entry.name.startswith(_LEFTOVER):
            shutil.rmtree(entry)
        else:
            continue
        swept.append(entry.name)
    return swept


def _feed_line(feed: Feed) -> dict[str, Any]:
    received = feed.last_received_at
    return {
        "source": feed.source,
        "last_received_at": received.astimezone(UTC).isoformat() if received else None,
        "is_stale": feed.is_stale,
    }


def _point_current_at(published: Path, release_id: str) -> None:
    link = published / f"{_SWAP}{os.getpid()}"
    link.symlink_to(release_id)
    link.replace(published / CURRENT)
    _sync(published)


def _make_durable(directory: Path) -> None:
    """The bytes before the name: after a power cut a release is whole or absent."""
    for root, _, files in os.walk(directory):
        for name in files:
            _sync(Path(root) / name)
        _sync(Path(root))


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
