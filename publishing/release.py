"""Publishes a release atomically: readers see a complete directory or none.

Handles the temporary directory, the manifest, the rename, the `published/current` link and the
leftovers of killed publications. Other modules write the files.

Readers resolve `current` once and read below that directory, because releases never change in
place. The lock (`flock`) is on the directory `published/` itself, so that it contains no lock file.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from publishing.cells import safe_line
from publishing.disclosure_log import Disclosure, DisclosureLog
from publishing.durable import sync, sync_tree

CURRENT = "current"
MANIFEST = "manifest.json"
VERDICT = "quality/verdict.json"
_LEFTOVER = ".release-"
_SWAP = ".current-"
_BLOCK = 1 << 20


class ReleaseError(Exception):
    """A release cannot be written, or does not match its manifest; the message says what to do."""


@dataclass(frozen=True)
class Feed:
    """A sender's freshness as of the release.

    Attributes:
        source: the sender (`adt`, `ehr` …).
        last_received_at: latest delivery as of the release; None if there is none.
        is_stale: True if the latest delivery is older than the sender's freshness limit.
    """

    source: str
    last_received_at: datetime | None
    is_stale: bool


@dataclass(frozen=True)
class ReleasedFile:
    """A file in the manifest: path, hash of its bytes, rows (None for a page or verdict)."""

    path: str
    sha256: str
    rows: int | None


def compact_utc(instant: datetime) -> str:
    """Format a time in UTC as basic ISO 8601 in whole seconds: `20260630T035959Z`."""
    return instant.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def sha256_of(path: Path) -> str:
    """Hash a file, block by block."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


class Release:
    """A release being written, from the temporary directory to the `current` link.

    Use it as a context manager: an exit without `close` (error, interrupt) removes the written
    files.

    Args:
        published: the folder of releases; created with mode 0700 if needed.
        as_of: `as_of` of the warehouse.

    Raises:
        ReleaseError: another process is publishing into the same folder.
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
                f"{published}: another process is publishing here; wait for it to end"
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
        """Return where to write a file; create its directories with mode 0700.

        Args:
            relative: path in the release, such as `metrics/caseload.parquet`.
        """
        parts = Path(relative).parts
        if not parts or Path(relative).is_absolute() or ".." in parts:
            raise ReleaseError(f"{relative!r} is not a path in a release")
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
        """Add a written file to the manifest and set its mode to 0600.

        Args:
            relative: the path that was passed to `file`.
            rows: number of rows; None for a page or verdict.
            content_hash: replaces the file's hash in `release_id` if equal content gives different
                bytes (encryption): a hash of the plain content and the recipient.
            is_data: True if `release_id` depends on the file; False for verdict and Data Docs.
        """
        path = self.directory / relative
        path.chmod(0o600)
        released = ReleasedFile(relative, sha256_of(path), rows)
        self._files[relative] = released
        if is_data:
            self._content_hashes[relative] = content_hash or released.sha256

    @property
    def release_id(self) -> str:
        """`as_of` in UTC and 12 hex digits of the data files' hash: equal inputs, equal ids."""
        digest = hashlib.sha256()
        for path, content in sorted(self._content_hashes.items()):
            digest.update(f"{path}\0{content}\n".encode())
        return f"{compact_utc(self.as_of)}-{digest.hexdigest()[:12]}"

    @property
    def paths(self) -> list[str]:
        """The paths of the added files."""
        return sorted(self._files)

    def close(
        self,
        notices: Iterable[str] = (),
        feeds: Iterable[Feed] = (),
        versions: Mapping[str, str] | None = None,
        log: DisclosureLog | None = None,
        disclosures: Iterable[Disclosure] = (),
    ) -> Path:
        """Write the manifest, sync the directory, rename it and make it current.

        If a release with this id exists, it has the same data: it stays unchanged and becomes
        current again. A damaged one is replaced.

        Args:
            notices: stale feeds, refused files, rejects and other defects of the input. No PHI.
            feeds: freshness of each sender.
            versions: versions of Caseload and its main dependencies.
            log: the disclosure log, which gets the rows of the release.
            disclosures: client rows of the files.

        Returns:
            The directory of the release.

        Raises:
            ReleaseError: no data file was added.
        """
        if not self._content_hashes:
            raise ReleaseError("the release has no data files: write the exports first")
        release_id = self.release_id
        final = self.published / release_id
        damage = verify(final) if final.exists() else []
        manifest: dict[str, Any] = {
            "release_id": release_id,
            "as_of": self.as_of.isoformat(),
            "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "files": [asdict(self._files[path]) for path in sorted(self._files)],
            "feeds": [_feed_line(feed) for feed in sorted(feeds, key=lambda feed: feed.source)],
            "notices": [safe_line(notice) for notice in notices],
            "versions": dict(sorted((versions or {}).items())),
        }
        if damage:
            manifest["notices"].append(
                f"{release_id} was damaged after its publication ({'; '.join(damage[:3])}) and has been"
                " replaced by the same release"
            )
        with ExitStack() as logging:
            if log is not None:
                is_kept = final.exists() and not damage
                files = read_manifest(final)["files"] if is_kept else manifest["files"]
                facts = {
                    file["path"]: (file["sha256"], file["rows"])
                    for file in files
                    if file["path"] in self._content_hashes
                }
                publication = log.publication(release_id, self.as_of, facts, disclosures)
                manifest["disclosures"] = asdict(logging.enter_context(publication))
            self._put_in_place(final, manifest, is_damaged=bool(damage))
        _point_current_at(self.published, release_id)
        self.discard()
        return final

    def _put_in_place(self, final: Path, manifest: dict[str, Any], *, is_damaged: bool) -> None:
        """Write the manifest and rename the directory, unless the release exists undamaged."""
        if final.exists() and not is_damaged:
            return
        path = self.file(MANIFEST)
        path.write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
        path.chmod(0o600)
        sync_tree(self.directory)
        if is_damaged:
            # Removed as a leftover if the process is killed before rmtree.
            aside = self.published / f"{_LEFTOVER}damaged-{final.name}"
            final.rename(aside)
            self.directory.rename(final)
            shutil.rmtree(aside)
        else:
            self.directory.rename(final)
        sync(self.published)

    def discard(self) -> None:
        """Remove the temporary directory and unlock the folder; no effect after `close`."""
        if self._lock is not None:
            shutil.rmtree(self.directory, ignore_errors=True)
            self._unlock()

    def _unlock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def current(published: Path) -> Path | None:
    """Resolve `current`; None before the first release."""
    link = published / CURRENT
    if not link.is_symlink():
        return None
    directory = published / link.readlink()
    return directory if directory.is_dir() else None


def read_manifest(directory: Path) -> dict[str, Any]:
    """Read the manifest of a release.

    Raises:
        ReleaseError: it is missing, not JSON, or incomplete.
    """
    path = directory / MANIFEST
    try:
        manifest: dict[str, Any] = json.loads(path.read_bytes())
        datetime.fromisoformat(manifest["as_of"])
        is_complete = isinstance(manifest["release_id"], str) and all(
            isinstance(manifest[name], list) for name in ("files", "feeds", "notices")
        )
        is_complete = is_complete and all(
            {"path", "sha256", "rows"} <= f.keys() for f in manifest["files"]
        )
        is_complete = is_complete and all(
            {"source", "last_received_at", "is_stale"} <= feed.keys() for feed in manifest["feeds"]
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ReleaseError(_damaged(path)) from error
    if not is_complete:
        raise ReleaseError(_damaged(path))
    return manifest


def _damaged(path: Path) -> str:
    return f"{path} is missing or damaged: run `caseload run` to publish the release again"


def comparison_release(published: Path) -> Path | None:
    """Return the current release, which the gate compares row counts with, if it is intact."""
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
    """Check every file of a release against its manifest.

    Returns:
        One line per missing, changed or unlisted file; empty if the release is intact.
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
    """Remove leftovers of killed publications, unless a publication is running.

    Returns:
        Names of the removed directories and links.
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
    sync(published)
