"""The Dagster instance of `caseload run`: the one of the UI and the schedule where DAGSTER_HOME is set, else one in memory."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import dagster as dg

from orchestration.settings import UsageError

SHIPPED = Path(__file__).resolve().parent.parent / "dagster.yaml"


def current() -> dg.DagsterInstance:
    """The instance that this process records into; a context manager.

    With DAGSTER_HOME set, the folder is created if it is missing and gets the shipped `dagster.yaml` if it has none, so that
    telemetry is off and runs of a data folder are queued. Without it, events live in memory until the process ends and
    `logs/runs.jsonl` is the run's only record.

    Raises:
        UsageError: DAGSTER_HOME is not an absolute path.
    """
    if home := os.environ.get("DAGSTER_HOME"):
        folder = Path(home)
        if not folder.is_absolute():
            raise UsageError(f"DAGSTER_HOME={home}: expected an absolute path")
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not (folder / SHIPPED.name).exists():
            shutil.copyfile(SHIPPED, folder / SHIPPED.name)
        return dg.DagsterInstance.get()
    return dg.DagsterInstance.ephemeral()
