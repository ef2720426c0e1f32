"""`caseload run`: executes the nightly Dagster job in this process and prints the outcome."""

from __future__ import annotations

import logging
import os
import time
import uuid
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from orchestration import garbage, progress, run_lock, run_record, warehouse
from orchestration.progress import StageCost
from orchestration.settings import Settings
from publishing import release

if TYPE_CHECKING:
    import dagster as dg

RELEASED, REFUSED, FAILED = 0, 3, 4
_NOTICES_SHOWN = 12


def run(settings: Settings, as_of: datetime, console: Console) -> int:
    """Read new files, build the warehouse, check the release, publish.

    Args:
        settings: folders and limits.
        as_of: instant that the release describes.
        console: receives progress and outcome.

    Returns:
        0 released, 3 refused by the gate, 4 a step failed. After 3 and 4 the last release stays
        current.

    Raises:
        DataFolderBusyError: another run is still using the data folder after `run_wait_seconds`.
    """

    def notify(text: str) -> None:
        console.print(text, soft_wrap=True, highlight=False)

    with run_lock.exclusive(settings.data, wait_seconds=settings.run_wait_seconds, notify=notify):
        code = _run(settings, as_of, console)
        if code == FAILED and warehouse.discard_unreadable(settings):
            # A damaged block failed the build. The warehouse is derived from the raw zone, so
            # rebuild it.
            notify(f"{settings.data / warehouse.FILE} is damaged: rebuilding it from the raw zone.")
            code = _run(settings, as_of, console)
        return code


def _run(settings: Settings, as_of: datetime, console: Console) -> int:
    started = time.monotonic()
    garbage.collect_rarely()
    reporter = progress.Reporter(console)
    progress.use(reporter)
    with reporter.stage("start", "Loading the pipeline"):
        from orchestration import instance
        from orchestration.definitions import defs, nightly, run_tags
        from orchestration.resources import DataFolder

        job = defs.resolve_job_def(nightly.name)
    # Dagster logs into its instance. If a library configures the root logger, the log would also be
    # printed here.
    logging.getLogger("dagster").propagate = False
    # Includes the imports of the command line.
    reporter.costs[0].cpu_seconds = progress.cpu_seconds()
    folder = DataFolder(
        landing=str(settings.landing),
        data=str(settings.data),
        as_of=as_of.isoformat(),
        wait_minutes=0,
    )
    run_id = str(uuid.uuid4())
    run_record.append(settings.data, run_id, "started", pid=os.getpid())
    with instance.current() as recorder:
        result = job.execute_in_process(
            resources={"data_folder": folder},
            instance=recorder,
            tags=run_tags(settings.data),
            raise_on_error=False,
            run_id=run_id,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )
    return _conclude(result, settings, console, reporter.costs, time.monotonic() - started)


def _conclude(
    result: dg.ExecuteInProcessResult,
    settings: Settings,
    console: Console,
    costs: list[StageCost],
    seconds: float,
) -> int:
    events = [event for event in run_record.read(settings.data) if event.run_id == result.run_id]
    run_record.append(
        settings.data, result.run_id, "ended",
        seconds=round(seconds, 1), stages=[vars(cost) for cost in costs],
    )  # fmt: skip
    by_name = {event.event: event.detail for event in events}
    current = settings.data / "published" / "current"
    if "released" in by_name:
        _print_released(current, console, seconds)
        return RELEASED
    if "refused" in by_name:
        console.print(
            Text.assemble(("Refused by the gate.", "bold"), " The last release is still current.")
        )
        for reason in by_name["refused"]["reasons"]:
            console.print(f"  {reason}", soft_wrap=True, highlight=False)
        console.print(
            f"Gate results: {settings.data / 'published' / 'refused' / by_name['refused']['refusal']}",
            soft_wrap=True,
        )
        return REFUSED
    failure = by_name.get("failed", {"step": "start", "error": "the run did not start"})
    console.print(
        Text.assemble(
            (f"Step {failure['step']} failed.", "bold"),
            " The last release is still current.",
        )
    )
    console.print(f"  {failure['error']}", soft_wrap=True, highlight=False)
    return FAILED


def _print_released(current: Path, console: Console, seconds: float) -> None:
    manifest = release.read_manifest(current)
    rows = {file["path"]: file["rows"] for file in manifest["files"]}
    listed = next((count for path, count in rows.items() if "outreach_list.csv" in path), 0)
    workbooks = sum(1 for path in rows if path.endswith((".xlsx", ".xlsx.age")))
    console.print(
        Text.assemble(
            (f"Released {manifest['release_id']}", "bold"),
            f": {listed:,} clients on lists, {workbooks:,} workbooks, {seconds:.0f} s",
        ),
        soft_wrap=True,
    )
    notices = manifest["notices"]
    for notice in notices[:_NOTICES_SHOWN]:
        console.print(f"  note: {notice}", soft_wrap=True, highlight=False)
    if len(notices) > _NOTICES_SHOWN:
        console.print(f"  and {len(notices) - _NOTICES_SHOWN} more: see caseload status")
