"""Reads a release for the pages: `metrics/`, `manifest.json` and the matching accuracy.

A page resolves `current` once per script run and reads below that directory, so that it never mixes
two releases. None of these files has client rows.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl


class NoReleaseError(Exception):
    """There is no readable release; the message says what to do."""


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
        """The release id."""
        return str(self.manifest["release_id"])

    @property
    def as_of(self) -> datetime:
        """`as_of` of the release, in UTC."""
        return datetime.fromisoformat(self.manifest["as_of"])

    @property
    def stale_feeds(self) -> list[str]:
        """Senders whose last delivery is older than their freshness limit."""
        return [feed["source"] for feed in self.manifest["feeds"] if feed["is_stale"]]

    def metric(self, name: str) -> pl.DataFrame:
        """Read a released table.

        Args:
            name: stem of the file in `metrics/`.
        """
        return pl.read_parquet(self.directory / "metrics" / f"{name}.parquet", glob=False)

    def quality(self, name: str) -> pl.DataFrame:
        """Read a released table of data quality.

        Args:
            name: stem of the file in `quality/`.
        """
        return pl.read_parquet(self.directory / "quality" / f"{name}.parquet", glob=False)


def current(published: Path) -> PublishedRelease:
    """Read the current release.

    Raises:
        NoReleaseError: there is none, or its manifest is damaged.
    """
    link = published / "current"
    directory = published / link.readlink() if link.is_symlink() else link
    manifest = directory / "manifest.json"
    if not manifest.exists():
        raise NoReleaseError(
            f"No release yet in {published}. Run `caseload run` or `make demo` first."
        )
    try:
        found = PublishedRelease(directory, json.loads(manifest.read_bytes()))
        is_complete = bool(found.release_id and found.as_of) and isinstance(found.stale_feeds, list)
        is_complete = is_complete and isinstance(found.manifest["notices"], list)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NoReleaseError(_damaged(manifest)) from error
    if not is_complete:
        raise NoReleaseError(_damaged(manifest))
    return found


def _damaged(manifest: Path) -> str:
    return f"{manifest} is damaged. Run `caseload run` to publish the release again."
