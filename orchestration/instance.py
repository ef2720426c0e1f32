"""The Dagster instance of `caseload run`: that of DAGSTER_HOME if it is set, else in memory."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import dagster as dg

from orchestration.settings import UsageError

DEFAULT_CONFIG = Path(__file__).resolve().parent.parent / "dagster.yaml"


def current() -> dg.DagsterInstance:
    """Open the instance that records this process's run; use it as a context manager.

    If DAGSTER_HOME is set, the folder is created if needed and gets the default `dagster.yaml` if
    it has none, which disables telemetry and queues runs per data folder. Otherwise events stay in
    memory until the process ends, and `logs/runs.jsonl` is the only record of the run.

    Raises:
        UsageError: DAGSTER_HOME is not an absolute path.
    """
    if home := os.environ.get("DAGSTER_HOME"):
        folder = Path(home)
        if not folder.is_absolute():
            raise UsageError(f"DAGSTER_HOME={home}: expected an absolute path")
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not (folder / DEFAULT_CONFIG.name).exists():
            shutil.copyfile(DEFAULT_CONFIG, folder / DEFAULT_CONFIG.name)
        return dg.DagsterInstance.get()
    return dg.DagsterInstance.ephemeral()
