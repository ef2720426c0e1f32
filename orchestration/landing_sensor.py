"""The sensor that starts a run when deliveries have arrived and stopped changing."""

from __future__ import annotations

import hashlib
import json
import time
from pathlib import Path

import dagster as dg

from orchestration.settings import Settings

INTERVAL_SECONDS = 60
# Senders upload for minutes and pause in between; a file read half-way would be refused or read twice.
SETTLE_SECONDS = 120


def settled_files(job: dg.UnresolvedAssetJobDefinition) -> dg.SensorDefinition:
    """A sensor on the landing folder of the settings.

    Args:
        job: the job to start.
    """

    @dg.sensor(
        name="new_files_landed",
        job=job,
        minimum_interval_seconds=INTERVAL_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=f"Starts a run when a file of the landing folder is new or changed and no file has changed its size"
        f" or modification time for {SETTLE_SECONDS} seconds. Looks every {INTERVAL_SECONDS} seconds.",
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
    """A hash of the names, sizes and modification times of the files in a folder; empty where it has none."""
    lines = []
    for path in sorted(folder.rglob("*")):
        try:
            found = path.stat()
        except FileNotFoundError:
            continue  # an upload renamed or removed it meanwhile
        if path.is_file():
            name = str(path.relative_to(folder))
            lines.append(f"{name}\0{found.st_size}\0{found.st_mtime_ns}\n")
    if not lines:
        return ""
    return hashlib.sha256("".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def evaluate(cursor: str | None, seen: str, at: float) -> tuple[str, dg.RunRequest | dg.SkipReason]:
    """Decide whether to start a run.

    Args:
        cursor: what the last evaluation returned, None at the first.
        seen: `contents` of the landing folder.
        at: the time, in seconds.

    Returns:
        The next cursor, and a run request where `seen` is new and has not changed for `SETTLE_SECONDS`.
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
