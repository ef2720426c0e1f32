"""`caseload bench`: the pipeline's cost per stage on a synthetic agency, and its ratio to the reference baseline.

The ratio uses CPU time, which is comparable on a shared machine; wall time is not. It excludes the stages start
(imports, parsing the dbt project) and workbooks. Memory is the largest peak resident set of a process. Each repetition
runs the pipeline and the baseline in turn, each as a process with an empty data folder. `agreement` compares their
results. `measures` shows the measures' part. Finally, `formats` measures the readers of HL7 v2, FHIR and X12.
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

from benchmarks import formats, measures
from benchmarks.agreement import Result, compare
from orchestration.settings import Settings
from synthetic.agency import synthesize

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Process:
    """CPU and wall seconds of a finished process."""

    cpu_seconds: float
    wall_seconds: float


OUTSIDE_THE_RATIO = ("start", "workbooks")
RECORDS = 200_000  # of each format with several record types
Stages = list[dict[str, float | str]]


class DisagreementError(Exception):
    """Pipeline and baseline have different results, so their ratio is not valid."""


def bench(
    clients: int, repeat: int, work: Path | None, settings: Settings, console: Console
) -> int:
    """Write the agency, run pipeline and baseline `repeat` times in turn, and print medians per stage and the ratio.

    Returns:
        0; a failed run raises an error.

    Raises:
        DisagreementError: The two have different results.
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
    # In a separate process: a child process inherits its parent's peak memory, here that of the synthetic agency.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
        written = apart.submit(synthesize, landing, clients, zone=settings.time_zone).result()
    console.print(
        f"{clients:,} clients, {sum(written.rows.values()):,} rows in {written.files:,} files,"
        f" {written.size_bytes / 1e6:,.0f} MB, written in {time.monotonic() - started:.0f} s"
    )
    pipeline = _Program("pipeline", ["orchestration.cli", "run"], Path("warehouse.duckdb"))
    baseline = _Program("baseline", ["benchmarks.baseline"], Path("baseline.duckdb"))
    for _ in range(repeat):
        for program in (pipeline, baseline):
            program.run(landing, folder / program.name, written.as_of.isoformat())
    for program in (pipeline, baseline):
        console.print(program.table(f"{program.name}: {clients:,} clients, median of {repeat}"))
    compared, spent = pipeline.compared_cpu(), baseline.compared_cpu()
    console.print(
        f"Ratio: {compared:.1f} / {spent:.1f} CPU s = {compared / spent:.1f}"
        f" (without {' and '.join(OUTSIDE_THE_RATIO)})"
    )
    data = folder / pipeline.name
    console.print(measures.share(data, pipeline.last_compared_cpu()))
    console.print(measures.depression(data))
    results = compare(
        folder / "pipeline" / pipeline.database, folder / "baseline" / baseline.database
    )
    console.print(_agreement(results))
    different = [result.name for result in results if not result.is_same]
    if different:
        raise DisagreementError(f"pipeline and baseline differ in: {', '.join(different)}")


class _Program:
    """The pipeline or the baseline, with the measured cost of its runs."""

    def __init__(self, name: str, command: list[str], database: Path) -> None:
        self.name, self.command, self.database = name, command, database
        self.processes: list[Process] = []
        self.stages: list[Stages] = []

    def run(self, landing: Path, data: Path, as_of: str) -> None:
        """Run the program as a process on an empty data folder; the data of the last run are kept."""
        if data.exists():
            shutil.rmtree(data)
        arguments = ["--landing", landing, "--data", data, "--as-of", as_of]
        self.processes.append(_measured(["-m", *self.command, *arguments]))
        self.stages.append(_stages(data))

    def compared_cpu(self) -> float:
        """CPU seconds of the stages in the ratio, as a median over the runs."""
        return statistics.median(_in_ratio(stages) for stages in self.stages)

    def last_compared_cpu(self) -> float:
        """CPU seconds of the stages in the ratio in the last run, whose data are kept."""
        return _in_ratio(self.stages[-1])

    def table(self, title: str) -> Table:
        """Medians per stage and for the whole process."""
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


def _in_ratio(stages: Stages) -> float:
    return sum(float(s["cpu_seconds"]) for s in stages if s["name"] not in OUTSIDE_THE_RATIO)


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
    table = Table(
        title="Results: rows of each program, and rows that only one has", title_justify="left"
    )
    for heading in ("Result", "Pipeline", "Baseline", "Different", "Same?"):
        table.add_column(heading, justify="left" if heading == "Result" else "right")
    for result in results:
        table.add_row(
            result.name,
            f"{result.pipeline_rows:,}",
            f"{result.baseline_rows:,}",
            f"{result.differences:,}",
            "yes" if result.is_same else Text("no", "bold red"),
        )
    return table
