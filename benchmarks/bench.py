"""`caseload bench`: what the pipeline costs on a synthetic agency, per stage, and how far that is from the reference baseline.

The figure is CPU: it holds on a shared machine where wall time does not. Start-up (imports, parsing the dbt project) and the
workbooks are stages of their own and no part of the ratio. Memory is the peak resident set of any one process. Each repeat is
a whole process with an empty data folder, pipeline and limit in turn. The results of both are compared (agreement.py).
Last come the readers of HL7 v2, FHIR and X12, each alone (formats.py).
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
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from benchmarks import formats
from benchmarks.agreement import Result, compare
from orchestration.settings import Settings
from synthetic.agency import synthesize

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Process:
    """One finished process: CPU and wall seconds."""

    cpu_seconds: float
    wall_seconds: float


OUTSIDE_THE_RATIO = ("start", "workbooks")
RECORDS = 200_000  # of each format that carries many kinds of records
Stages = list[dict[str, float | str]]


class DisagreementError(Exception):
    """Pipeline and limit came to different results, so their ratio says nothing."""


def bench(
    clients: int, repeat: int, work: Path | None, settings: Settings, console: Console
) -> int:
    """Write the agency once, run pipeline and limit `repeat` times in turn, print medians per stage and the ratio.

    Returns:
        0; a run that fails raises.

    Raises:
        DisagreementError: the two came to different results.
    """
    folder = Path(tempfile.mkdtemp(prefix="caseload-bench-")) if work is None else work
    try:
        _bench(clients, repeat, folder, settings, console)
        console.print(formats.measure(RECORDS))
    finally:
        if work is None:
            shutil.rmtree(folder)
    return 0


def _bench(clients: int, repeat: int, folder: Path, settings: Settings, console: Console) -> None:
    landing = folder / f"landing-{clients}"
    started = time.monotonic()
    # Apart: a child begins with its parent's peak as its own, and this one's would be the synthetic agency's.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
        written = apart.submit(synthesize, landing, clients, zone=settings.time_zone).result()
    console.print(
        f"{clients:,} clients, {sum(written.rows.values()):,} rows in {written.files:,} files,"
        f" {written.size_bytes / 1e6:,.0f} MB, written in {time.monotonic() - started:.0f} s"
    )
    pipeline = _Program("pipeline", ["orchestration.cli", "run"], Path("warehouse.duckdb"))
    limit = _Program("limit", ["benchmarks.baseline"], Path("limit.duckdb"))
    for _ in range(repeat):
        for program in (pipeline, limit):
            program.run(landing, folder / program.name, written.as_of.isoformat())
    for program in (pipeline, limit):
        console.print(program.table(f"{program.name}: {clients:,} clients, median of {repeat}"))
    compared, spent = pipeline.compared_cpu(), limit.compared_cpu()
    console.print(
        f"Ratio: {compared:.1f} / {spent:.1f} CPU s = {compared / spent:.1f}"
        f" (without {' and '.join(OUTSIDE_THE_RATIO)})"
    )
    results = compare(folder / "pipeline" / pipeline.database, folder / "limit" / limit.database)
    console.print(_agreement(results))
    different = [result.name for result in results if not result.is_same]
    if different:
        raise DisagreementError(f"pipeline and limit differ in: {', '.join(different)}")


class _Program:
    """The pipeline or the limit, and what its runs cost."""

    def __init__(self, name: str, command: list[str], database: Path) -> None:
        self.name, self.command, self.database = name, command, database
        self.processes: list[Process] = []
        self.stages: list[Stages] = []

    def run(self, landing: Path, data: Path, as_of: str) -> None:
        """One whole process on an empty data folder; the last run's data stay."""
        if data.exists():
            shutil.rmtree(data)
        places = ["--landing", landing, "--data", data, "--as-of", as_of]
        self.processes.append(_measured(["-m", *self.command, *places]))
        self.stages.append(_stages(data))

    def compared_cpu(self) -> float:
        """Median over the runs of the CPU seconds of the stages that the ratio is made of."""
        return statistics.median(
            sum(float(s["cpu_seconds"]) for s in stages if s["name"] not in OUTSIDE_THE_RATIO)
            for stages in self.stages
        )

    def table(self, title: str) -> Table:
        """Medians per stage, and of the whole process."""
        table = Table(title=title, title_justify="left")
        for heading in ("Stage", "CPU s", "Wall s", "Peak MB"):
            table.add_column(heading, justify="left" if heading == "Stage" else "right")
        for name in [str(stage["name"]) for stage in self.stages[0]]:
            same = [stage for run in self.stages for stage in run if stage["name"] == name]
            table.add_row(
                name,
                f"{statistics.median(float(stage['cpu_seconds']) for stage in same):.1f}",
                f"{statistics.median(float(stage['wall_seconds']) for stage in same):.1f}",
                f"{statistics.median(float(stage['peak_mb']) for stage in same):.0f}",
            )
        table.add_section()
        table.add_row(
            Text("whole process", "bold"),
            f"{statistics.median(run.cpu_seconds for run in self.processes):.1f}",
            f"{statistics.median(run.wall_seconds for run in self.processes):.1f}",
            f"{statistics.median(max(float(s['peak_mb']) for s in run) for run in self.stages):.0f}",
        )
        return table


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
    return Process(used.ru_utime + used.ru_stime, time.monotonic() - started)


def _stages(data: Path) -> Stages:
    own = data / "stages.json"
    if own.exists():
        stages: Stages = json.loads(own.read_text(encoding="utf-8"))
    else:
        lines = (data / "logs" / "runs.jsonl").read_text(encoding="utf-8").splitlines()
        stages = json.loads(lines[-1])["stages"]
    return stages


def _agreement(results: list[Result]) -> Table:
    table = Table(title="Results: rows of both, and rows that only one has", title_justify="left")
    for heading in ("Result", "Pipeline", "Limit", "Different", "Same?"):
        table.add_column(heading, justify="left" if heading == "Result" else "right")
    for result in results:
        table.add_row(
            result.name,
            f"{result.pipeline_rows:,}",
            f"{result.limit_rows:,}",
            f"{result.differences:,}",
            "yes" if result.is_same else Text("no", "bold red"),
        )
    return table
