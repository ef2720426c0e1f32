"""Reading a release for the pages: aggregate Parquet and the manifest, nothing else.

A page follows `current` once per run of the script and then reads below the directory it found, so that one page never
mixes two releases. No client row is reachable from here: only `metrics/`, `manifest.json` and one count of `quality/` are opened.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl


class NoReleaseError(Exception):
    """There is no release to show; the text says what to do."""


@dataclass(frozen=True)
class PublishedRelease:
    """The release that a page shows.

    Attributes:
        directory: the release's directory.
        manifest: its manifest.
    """

    directory: Path
    manifest: dict[str, Any]

    @property
    def release_id(self) -> str:
        """The release's name."""
        return str(self.manifest["release_id"])

    @property
    def as_of(self) -> datetime:
        """The instant at which the numbers stand, UTC."""
        return datetime.fromisoformat(self.manifest["as_of"])

    @property
    def stale_feeds(self) -> list[str]:
        """Senders whose last delivery is older than their limit."""
        return [feed["source"] for feed in self.manifest["feeds"] if feed["is_stale"]]

    def metric(self, name: str) -> pl.DataFrame:
        """One released table, as it left.

        Args:
            name: file stem below `metrics/`.
        """
        return pl.read_parquet(self.directory / "metrics" / f"{name}.parquet", glob=False)

    def linkage_accuracy(self) -> pl.DataFrame:
        """How many of the persons that someone checked are linked, and rightly; a row per scope, none without a sample."""
        return pl.read_parquet(self.directory / "quality" / "linkage_accuracy.parquet", glob=False)


def current(published: Path) -> PublishedRelease:
    """The current release.

    Raises:
        NoReleaseError: there is none.
    """
    link = published / "current"
    directory = published / link.readlink() if link.is_symlink() else link
    manifest = directory / "manifest.json"
    if not manifest.exists():
        raise NoReleaseError(
            f"{published} holds no release yet. Run `caseload run` (or `make demo`) first."
        )
    try:
        found = PublishedRelease(directory, json.loads(manifest.read_bytes()))
        is_whole = bool(found.release_id and found.as_of) and isinstance(found.stale_feeds, list)
        is_whole = is_whole and isinstance(found.manifest["notices"], list)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NoReleaseError(_damaged(manifest)) from error
    if not is_whole:
        raise NoReleaseError(_damaged(manifest))
    return found


def _damaged(manifest: Path) -> str:
    return f"{manifest} is damaged. Run `caseload run` to publish the release again."
