"""The steps behind the build alone, as Dagster runs them when somebody re-executes a night that broke off there.

It says its stages as `caseload run` does.
"""

from __future__ import annotations

import dagster as dg
from rich.console import Console

from orchestration import progress
from orchestration.definitions import defs, nightly
from orchestration.verdict import VERDICT

BEHIND = dg.AssetSelection.assets(VERDICT).downstream()


def main(arguments: list[str]) -> int:
    """Verdict to release of landing, data and as_of; 0 where every step ended well."""
    landing, data, as_of = arguments
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
        raise_on_error=False,
    )
    return 0 if result.success else 1
