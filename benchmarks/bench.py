"""`caseload bench`: what the pipeline costs on a synthetic agency, per stage.

The figure is CPU: it holds on a shared machine where wall time does not. Start-up (imports, parsing the dbt project) and the
workbooks are stages of their own. Memory is the peak resident set of any one process. Each repeat is a whole process with an
empty data folder. The hand-tuned limit that the ratio needs is not written yet; no ratio is printed.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from orchestration.settings import Settings
from synthetic.agency import synthesize

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Process:
    """One finished process: CPU and wall seconds, peak resident memory in MB of it or any process it waited for."""

    cpu_seconds: float
    wall_seconds: float
    peak_mb: float


def bench(
    clients: int, repeat: int, work: Path | None, settings: Settings, console: Console
) -> int:
    """Write the agency once, run the pipeline `repeat` times, print medians per stage.

    Returns:
        0; a run that fails raises.
    """
    folder = Path(tempfile.mkdtemp(prefix="caseload-bench-")) if work is None else work
    try:
        _bench(clients, repeat, folder, settings, console)
    finally:
        if work is None:
            shutil.rmtree(folder)
    return 0


def _bench(clients: int, repeat: int, folder: Path, settings: Settings, console: Console) -> None:
    landing = folder / f"landing-{clients}"
    started = time.monotonic()
    written = synthesize(landing, clients, zone=settings.time_zone)
    console.print(
        f"{clients:,} clients, {sum(written.rows.values()):,} rows in {written.files:,} files,"
        f" {written.size_bytes / 1e6:,.0f} MB, written in {time.monotonic() - started:.0f} s"
    )
    as_of = written.as_of.isoformat()
    runs, stages = [], []
    for number in range(repeat):
        data = folder / f"data-{number}"
        runs.append(
            _measured(
                [
                    "-m",
                    "orchestration.cli",
                    "run",
                    "--landing",
                    landing,
                    "--data",
                    data,
                    "--as-of",
                    as_of,
                ]
            )
        )
        stages.append(_stages(data))
        if number + 1 < repeat:
            shutil.rmtree(data)
    _report(console, clients, runs, stages)


def _measured(arguments: list[str | Path]) -> Process:
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, *map(str, arguments)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{arguments[1]} ended with {process.returncode}:\n{output}")
    return Process(used.ru_utime + used.ru_stime, time.monotonic() - started, used.ru_maxrss / 1024)


def _stages(data: Path) -> list[dict[str, float | str]]:
    lines = (data / "logs" / "runs.jsonl").read_text(encoding="utf-8").splitlines()
    stages: list[dict[str, float | str]] = json.loads(lines[-1])["stages"]
    return stages


def _report(
    console: Console,
    clients: int,
    runs: list[Process],
    stages: list[list[dict[str, float | str]]],
) -> None:
    table = Table(title=f"{clients:,} clients, median of {len(runs)}", title_justify="left")
    for heading in ("Stage", "CPU s", "Wall s", "Peak MB"):
        table.add_column(heading, justify="left" if heading == "Stage" else "right")
    for name in [str(stage["name"]) for stage in stages[0]]:
        same = [stage for run in stages for stage in run if stage["name"] == name]
        table.add_row(
            name,
            f"{statistics.median(float(stage['cpu_seconds']) for stage in same):.1f}",
            f"{statistics.median(float(stage['wall_seconds']) for stage in same):.1f}",
            f"{statistics.median(float(stage['peak_mb']) for stage in same):.0f}",
        )
    table.add_section()
    table.add_row(
        "[bold]whole process[/]",
        f"{statistics.median(run.cpu_seconds for run in runs):.1f}",
        f"{statistics.median(run.wall_seconds for run in runs):.1f}",
        f"{statistics.median(run.peak_mb for run in runs):.0f}",
    )
    console.print(table)
