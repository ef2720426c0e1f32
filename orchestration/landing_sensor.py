"""Sensor that starts a run after new files have arrived and stopped changing."""

from __future__ import annotations

import hashlib
import json
import time
from pathlib import Path

import dagster as dg

from orchestration.settings import Settings

INTERVAL_SECONDS = 60
# Uploads take minutes, with pauses. A file that is read during its upload is refused, or read
# twice.
SETTLE_SECONDS = 120


def settled_files(job: dg.UnresolvedAssetJobDefinition) -> dg.SensorDefinition:
    """Build a sensor for the configured landing folder.

    Args:
        job: the job to start.
    """

    @dg.sensor(
        name="new_files_landed",
        job=job,
        minimum_interval_seconds=INTERVAL_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=f"Starts a run when the landing folder has new or changed files and no file has changed its size"
        f" or modification time for {SETTLE_SECONDS} seconds. Checks every {INTERVAL_SECONDS} seconds.",
    )
    def new_files_landed(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        folder = Settings().landing
        if not folder.is_dir():
            return dg.SkipReason(f"The landing folder {folder} does not exist yet.")
        cursor, answer = evaluate(context.cursor, contents(folder), time.time())
        context.update_cursor(cursor)
        return answer

    return new_files_landed


def contents(folder: Path) -> str:
    """Hash names, sizes and modification times of a folder's files; empty if it has none."""
    lines = []
    for path in sorted(folder.rglob("*")):
        try:
            found = path.stat()
        except FileNotFoundError:
            continue  # renamed or removed by an upload in progress
        if path.is_file():
            name = str(path.relative_to(folder))
            lines.append(f"{name}\0{found.st_size}\0{found.st_mtime_ns}\n")
    if not lines:
        return ""
    return hashlib.sha256("".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def evaluate(cursor: str | None, seen: str, at: float) -> tuple[str, dg.RunRequest | dg.SkipReason]:
    """Decide whether to start a run.

    Args:
        cursor: cursor that the last evaluation returned; None for the first evaluation.
        seen: `contents` of the landing folder.
        at: current time, in seconds.

    Returns:
        The next cursor, and a run request if `seen` is new and has not changed for
        `SETTLE_SECONDS`.
    """
    state = json.loads(cursor) if cursor else {"requested": "", "seen": "", "since": at}
    if seen != state["seen"]:
        state |= {"seen": seen, "since": at}
    answer: dg.RunRequest | dg.SkipReason
    if seen == state["requested"] or not seen:
        answer = dg.SkipReason("No new file.")
    elif at - state["since"] < SETTLE_SECONDS:
        answer = dg.SkipReason(f"Files have changed in the last {SETTLE_SECONDS} seconds.")
    else:
        state["requested"] = seen
        answer = dg.RunRequest(run_key=seen)
    return json.dumps(state, sort_keys=True), answer
