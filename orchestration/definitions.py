"""Everything Dagster knows of Caseload: assets, checks, the nightly job, its schedule, the landing sensor."""

import hashlib

import dagster as dg

from orchestration import run_record
from orchestration.dbt_project import BuildError
from orchestration.landing_assets import landing
from orchestration.linkage_assets import identity_score
from orchestration.publication import publication
from orchestration.resources import DataFolder
from orchestration.settings import Settings
from orchestration.verdict import verdict
from orchestration.warehouse_assets import identity, warehouse


@dg.failure_hook(required_resource_keys={"data_folder"})
def record_failure(context: dg.HookContext) -> None:
    """Put a failed step on record, its text masked: engines quote values."""
    folder: DataFolder = context.resources.data_folder
    error = context.op_exception
    # A build error is our own text, masked node by node; anything else may be an engine's.
    text = str(error) if isinstance(error, BuildError) else run_record.masked(str(error))
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
    description="From what landed to a release: ingest, build, judge, publish.",
    executor_def=dg.in_process_executor,
    hooks={record_failure},
)

schedule = dg.ScheduleDefinition(
    name="every_night",
    job=nightly,
    cron_schedule="0 2 * * *",
    execution_timezone=Settings().time_zone,
)


@dg.sensor(name="new_files_landed", job=nightly, minimum_interval_seconds=300)
def new_files_landed(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Ask for a run when the names or sizes in the landing folder have changed."""
    folder = Settings().landing
    if not folder.is_dir():
        return dg.SkipReason("The landing folder does not exist yet.")
    digest = hashlib.sha256()
    for path in sorted(entry for entry in folder.rglob("*") if entry.is_file()):
        found = path.stat()
        digest.update(
            f"{path.relative_to(folder)}\0{found.st_size}\0{found.st_mtime_ns}\n".encode()
        )
    seen = digest.hexdigest()
    if seen == context.cursor:
        return dg.SkipReason("Nothing new has landed.")
    context.update_cursor(seen)
    return dg.RunRequest(run_key=seen)


defs = dg.Definitions(
    assets=[landing, identity, identity_score, warehouse, verdict, publication],
    jobs=[nightly],
    schedules=[schedule],
    sensors=[new_files_landed],
    resources={"data_folder": DataFolder()},
    executor=dg.in_process_executor,
)
