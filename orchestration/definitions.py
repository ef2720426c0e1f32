"""Dagster definitions: assets, checks, the nightly job, its schedule and the landing sensor."""

from pathlib import Path

import dagster as dg

from orchestration import run_record
from orchestration.landing_assets import landing
from orchestration.landing_sensor import settled_files
from orchestration.linkage_assets import identity_score
from orchestration.publication import publication
from orchestration.resources import DataFolder
from orchestration.settings import Settings
from orchestration.step_errors import StepError
from orchestration.verdict import verdict
from orchestration.warehouse_assets import identity, warehouse

_SETTINGS = Settings()
_CRON, _AT = "0 2 * * *", "02:00"


def run_tags(data: Path) -> dict[str, str]:
    """Tag that `dagster.yaml` uses to limit each data folder to one run at a time."""
    return {"caseload/data_folder": str(data.resolve())}


@dg.failure_hook(required_resource_keys={"data_folder"})
def record_failure(context: dg.HookContext) -> None:
    """Append a failed step to the run record."""
    folder: DataFolder = context.resources.data_folder
    error = context.op_exception
    # After the last retry, Dagster passes the RetryRequested exception; its cause is the step's
    # error.
    error = error if isinstance(error, StepError) else error.__cause__ or error
    text = str(error) if isinstance(error, StepError) else run_record.masked(str(error))
    run_record.append(
        folder.settings().data,
        context.run_id,
        "failed",
        step=context.op.name,
        error=text,
    )


nightly = dg.define_asset_job(
    "nightly",
    selection=dg.AssetSelection.all(),
    description="Read new files, build the warehouse, check the release, publish lists and measures.",
    executor_def=dg.in_process_executor,
    hooks={record_failure},
    tags=run_tags(_SETTINGS.data),
)

schedule = dg.ScheduleDefinition(
    name="every_night",
    job=nightly,
    cron_schedule=_CRON,
    execution_timezone=_SETTINGS.time_zone,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description=f"Starts a run every night at {_AT} ({_SETTINGS.time_zone}), even without new files, because due dates"
    " and lists change every day. Waits if another run is using the data folder.",
)

new_files_landed = settled_files(nightly)

defs = dg.Definitions(
    assets=[landing, identity, identity_score, warehouse, verdict, publication],
    jobs=[nightly],
    schedules=[schedule],
    sensors=[new_files_landed],
    resources={"data_folder": DataFolder()},
    executor=dg.in_process_executor,
)
