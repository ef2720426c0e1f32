"""The Dagster resource of all assets: landing folder, data folder and `as_of`."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import dagster as dg
from pydantic import Field

from orchestration import run_lock
from orchestration.settings import Settings, resolve_as_of

_POLL_SECONDS = 5.0


class DataFolder(dg.ConfigurableResource):
    """Landing folder and data folder of a run, and `as_of` of the release."""

    landing: str = Field(default="", description="Landing folder; empty means the setting.")
    data: str = Field(default="", description="Data folder; empty means the setting.")
    as_of: str = Field(
        default="",
        description="A date such as 2026-06-30 (the end of that day in the agency's time zone) or a timestamp with"
        " offset; empty means the start of the run.",
    )
    wait_minutes: float = Field(
        default=240,
        description="How long a run waits for another process that is using the data folder before it fails.",
    )

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Self]:
        """Lock the data folder for the whole run."""
        with ExitStack() as stack:
            self._lock(stack, context)
            yield self

    def _lock(self, stack: ExitStack, context: dg.InitResourceContext) -> None:
        data = self.settings().data
        deadline = time.monotonic() + 60 * self.wait_minutes
        is_first = True
        while True:
            try:
                stack.enter_context(run_lock.exclusive(data))
            except run_lock.DataFolderBusyError:
                if time.monotonic() >= deadline:
                    raise
                if is_first and context.log is not None:
                    context.log.info("Another run is using %s. Waiting for it to end.", data)
                is_first = False
                time.sleep(_POLL_SECONDS)
            else:
                return

    def settings(self) -> Settings:
        """Return the agency's settings with this run's folders."""
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
        """Return `as_of` in UTC."""
        return resolve_as_of(self.as_of or None, self.settings().zone).astimezone(UTC)
