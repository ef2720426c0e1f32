"""Runs only the steps after the build, like a re-execution in Dagster from the failed step.

Prints its stages and handles signals like `caseload run`.
"""

from __future__ import annotations

import os
import uuid
from pathlib import Path

import dagster as dg
from rich.console import Console

from orchestration import progress, run_record, verdict
from orchestration.definitions import defs, nightly
from orchestration.settings import load
from orchestration.supervision import supervise
from orchestration.verdict import VERDICT

AFTER_BUILD = dg.AssetSelection.assets(VERDICT).downstream()


def main(arguments: list[str]) -> int:
    """Run verdict to release; arguments are landing folder, data folder, as_of and, if others, the suites."""
    folders, suites = arguments[:3], arguments[3:]
    if suites:
        verdict.SUITES = Path(suites[0])
    settings = load({"data": Path(arguments[1])})
    return supervise(lambda: _publish(*folders), settings, Console(stderr=True, markup=False))


def _publish(landing: str, data: str, as_of: str) -> int:
    run_id = str(uuid.uuid4())
    run_record.append(Path(data), run_id, "started", pid=os.getpid())
    progress.use(progress.Reporter(Console(markup=False)))
    keys = AFTER_BUILD.resolve(defs.resolve_asset_graph())
    result = defs.resolve_job_def(nightly.name).execute_in_process(
        run_config={
            "resources": {
                "data_folder": {"config": {"landing": landing, "data": data, "as_of": as_of}}
            },
            "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
        },
        asset_selection=list(keys),
        run_id=run_id,
        raise_on_error=False,
    )
    return 0 if result.success else 1
