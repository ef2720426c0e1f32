"""The one resource of every asset: where the data are, and as of when."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import dagster as dg

from orchestration import run_lock
from orchestration.settings import Settings, resolve_as_of


class DataFolder(dg.ConfigurableResource):
    """Landing and data folder of a run.

    Attributes:
        landing: landing folder; empty means the setting.
        data: data folder; empty means the setting.
        as_of: timestamp with zone or date; empty means the moment the run starts.
    """

    landing: str = ""
    data: str = ""
    as_of: str = ""

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Self]:  # noqa: ARG002 - Dagster passes it
        """Held for the whole run: one run at a time in a data folder."""
        with run_lock.exclusive(self.settings().data):
            yield self

    def settings(self) -> Settings:
        """The agency's settings with this run's folders."""
        chosen: dict[str, Path] = {}
        if self.landing:
            chosen["landing"] = Path(self.landing)
        if self.data:
            chosen["data"] = Path(self.data)
        found = Settings(**chosen)
        return found.model_copy(
            update={"landing": found.landing.resolve(), "data": found.data.resolve()}
        )

    def instant(self) -> datetime:
        """`as_of` in UTC."""
        return resolve_as_of(self.as_of or None, self.settings().zone).astimezone(UTC)
