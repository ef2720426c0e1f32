"""The steps behind the build alone, as Dagster runs them when somebody re-executes a night that broke off there.

It says its stages as `caseload run` does, and is supervised like it.
"""

from __future__ import annotations

import os
import uuid
from pathlib import Path

import dagster as dg
from rich.console import Console

from orchestration import progress, run_record
from orchestration.definitions import defs, nightly
from orchestration.settings import load
from orchestration.supervision import supervise
from orchestration.verdict import VERDICT

BEHIND = dg.AssetSelection.assets(VERDICT).downstream()


def main(arguments: list[str]) -> int:
    """Verdict to release of landing, data and as_of; 0 where every step ended well."""
    settings = load({"data": Path(arguments[1])})
    return supervise(lambda: _publish(*arguments), settings, Console(stderr=True, markup=False))


def _publish(landing: str, data: str, as_of: str) -> int:
    run_id = str(uuid.uuid4())
    run_record.append(Path(data), run_id, "started", pid=os.getpid())
    progress.use(progress.Reporter(Console(markup=False)))
    keys = BEHIND.resolve(defs.resolve_asset_graph())
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
