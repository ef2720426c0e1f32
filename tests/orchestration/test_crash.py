"""After a kill or stop, the next run gives the same result (rules/data-quality.md#crash-safety).

A run is killed from outside, at a fraction of a stage's duration in the undisturbed run. A series
kills several runs on one data folder, in stages of increasing order, and then lets a run finish:
each run has to recover from the kill before it. `make test` kills a repeated run during the
build, and the steps after the build alone, as Dagster re-executes them. `make test-long` stops full runs in each stage
with each signal, and kills them CRASH_POINTS times per stage, in parallel series. After SIGTERM and
SIGINT a run must also print one line and close the warehouse.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

import duckdb
import pytest
from run_results import raw_rows, released_bytes, warehouse_rows

from orchestration import run_record
from orchestration.supervision import EXIT_CODES, STOPPED
from tests import forked
from tests.orchestration.conftest import AS_OF, SmallAgency

STAGES = {
    "ingest": ("ingest",),
    "build": ("identify", "linkage", "build"),
    "gate": ("gate",),
    "publish": ("publish", "workbooks", "release"),
}
_PARALLEL = 2  # parallel series of make test-long
_ATTEMPTS = 4
_POLL_SECONDS = 0.005


@dataclass(frozen=True)
class Point:
    """Where a run is killed: the stage, and the fraction (0 to 1) of its duration."""

    stage: str
    fraction: float
    signum: signal.Signals = signal.SIGKILL


@dataclass(frozen=True)
class Results:
    """Results of a run: batches and deliveries, warehouse rows, released files."""

    raw: dict[str, str | list[str]]
    warehouse: dict[str, tuple[int, int]]
    released: dict[str, str]


def _results(data: Path) -> Results:
    return Results(raw_rows(data), warehouse_rows(data), released_bytes(data))


def _differing(found: Results, expected: Results) -> set[str]:
    """Names of the batches, relations and files that are not the same."""
    pairs = [
        (found.raw, expected.raw),
        (found.warehouse, expected.warehouse),
        (found.released, expected.released),
    ]
    return {
        name
        for left, right in pairs
        for name in left.keys() | right.keys()
        if left.get(name) != right.get(name)
    }


@dataclass(frozen=True)
class Command:
    """A command: `main` of a module, and its arguments."""

    module: str
    arguments: list[str]

    def start(self, output: Path) -> BaseProcess:
        """Start the command; its output goes to the file."""
        return forked.start(self.module, self.arguments, output)


def _output(data: Path) -> Path:
    return data.with_suffix(".txt")


def _kill_in(point: Point, command: Command, small: SmallAgency, data: Path) -> None:
    """Start a run and kill it inside a stage; try earlier if the run ended before the kill."""
    seconds = point.fraction * sum(small.seconds[name] for name in STAGES[point.stage])
    for attempt in range(_ATTEMPTS):
        process = command.start(_output(data))
        if _ended_by_signal(process, point, seconds / 2**attempt, _output(data)):
            if point.signum != signal.SIGKILL:
                _check_clean_stop(data, point)
            return
    pytest.fail(f"every run ended before the kill at {point}")


def _ended_by_signal(process: BaseProcess, point: Point, seconds: float, output: Path) -> bool:
    first_stage = STAGES[point.stage][0]
    while f"{first_stage}:" not in output.read_text():
        assert process.is_alive(), f"the run never reached {first_stage}: {output.read_text()}"
        time.sleep(_POLL_SECONDS)
    time.sleep(seconds)
    assert process.pid is not None
    with contextlib.suppress(ProcessLookupError):  # the run has ended
        os.kill(process.pid, point.signum)
    process.join()
    return process.exitcode == EXIT_CODES.get(point.signum, -signal.SIGKILL)


def _check_clean_stop(data: Path, point: Point) -> None:
    """Check that a stopped run printed one line and cleaned up like a finished run."""
    printed = _output(data).read_text()
    assert printed.splitlines()[-1] == f"caseload: {STOPPED}", printed
    assert "Traceback" not in printed
    assert "terminate called" not in printed
    assert list(data.glob("*.wal")) == list(data.glob("published/.*")) == []
    assert list(data.glob("linkage/pair.parquet")) == list(data.glob("*.json")) == []
    if (data / "warehouse.duckdb").exists():
        duckdb.connect(str(data / "warehouse.duckdb"), read_only=True).close()
    last = run_record.read(data)[-1]
    assert (last.event, last.detail) == ("stopped", {"signal": point.signum.name})


def _full_run(small: SmallAgency, data: Path) -> Command:
    folders = ["--landing", str(small.landing), "--data", str(data)]
    return Command(forked.CASELOAD, ["run", *folders, "--as-of", AS_OF])


def _steps_after_build(small: SmallAgency, data: Path) -> Command:
    return Command("tests.orchestration.republish", [str(small.landing), str(data), AS_OF])


def _series(points: list[Point], small: SmallAgency, data: Path, command: Command) -> None:
    undisturbed = _results(small.data)
    done: set[str] = set()  # stages that a later run has completed
    for point in points:
        _kill_in(point, command, small, data)
        done |= _before(point.stage)
        context = f"{sorted(done)} done, killed at {point}"
        if "ingest" in done:
            assert raw_rows(data) == undisturbed.raw, context
        if "build" in done:
            assert warehouse_rows(data) == undisturbed.warehouse, context
        # Readers always find an intact release.
        if (data / "published" / "current").exists():
            released_bytes(data)
    last = command.start(_output(data))
    last.join()
    assert last.exitcode == 0, f"{points}: {_output(data).read_text()}"
    assert _differing(_results(data), undisturbed) == set(), points
    published = data / "published"
    assert [entry.name for entry in published.iterdir() if entry.name.startswith(".")] == []
    shutil.rmtree(data)


def _before(stage: str) -> set[str]:
    return set(list(STAGES)[: list(STAGES).index(stage)])


def test_repeated_run_changes_no_byte_even_after_a_kill_in_the_build(
    small: SmallAgency, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    shutil.copytree(small.data, data, symlinks=True)
    release = (data / "published" / "current").resolve()
    written_at = (release / "manifest.json").stat().st_mtime_ns
    command = _full_run(small, data)
    _kill_in(Point("build", 0.4), command, small, data)
    last = command.start(_output(data))
    last.join()
    assert last.exitcode == 0, _output(data).read_text()
    assert _differing(_results(data), _results(small.data)) == set()
    assert (data / "published" / "current").resolve() == release
    assert (release / "manifest.json").stat().st_mtime_ns == written_at


def test_steps_after_the_build_recover_from_a_signal(small: SmallAgency, tmp_path: Path) -> None:
    points = [Point("gate", 0.4, signal.SIGTERM), Point("publish", 0.4)]
    data = _built(small, tmp_path)
    _series(points, small, data, _steps_after_build(small, data))


@pytest.mark.long
@pytest.mark.parametrize(
    "signums",
    [
        (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGKILL),
        (signal.SIGTERM, signal.SIGINT, signal.SIGTERM, signal.SIGINT),
        (signal.SIGINT, signal.SIGTERM, signal.SIGINT, signal.SIGTERM),
    ],
    ids=lambda signums: "-".join(signum.name for signum in signums),
)
def test_run_recovers_from_a_signal_in_each_stage(
    small: SmallAgency, tmp_path: Path, signums: tuple[signal.Signals, ...]
) -> None:
    ingest, build, gate, publish = (
        Point(stage, 0.4, signum) for stage, signum in zip(STAGES, signums, strict=True)
    )
    data = tmp_path / "whole"
    _series([ingest, build], small, data, _full_run(small, data))
    data = _built(small, tmp_path)
    _series([gate, publish], small, data, _steps_after_build(small, data))


def _built(small: SmallAgency, folder: Path) -> Path:
    """A copy of the small agency's data folder as it was after the build."""
    data = folder / "built"
    shutil.copytree(
        small.data, data, symlinks=True, ignore=shutil.ignore_patterns("published", "gate")
    )
    return data


def test_pipeline_killed_by_the_system_is_reported(small: SmallAgency, tmp_path: Path) -> None:
    data = tmp_path / "data"
    process = _full_run(small, data).start(_output(data))
    while not (started := run_record.read(data)):
        assert process.is_alive()
        time.sleep(_POLL_SECONDS)
    os.kill(started[-1].detail["pid"], signal.SIGKILL)
    process.join()
    assert process.exitcode == 4
    assert "killed by signal 9, usually because memory ran out" in _output(data).read_text()
    assert run_record.read(data)[-1].event == "failed"


@pytest.mark.long
def test_run_recovers_from_many_kills_in_each_stage(small: SmallAgency, tmp_path: Path) -> None:
    chosen = random.Random(int(os.environ.get("CRASH_SEED", "7")))
    count = int(os.environ.get("CRASH_POINTS", "10"))
    shares = [range(number, count, _PARALLEL) for number in range(_PARALLEL)]
    all_points = [
        [Point(stage, chosen.random()) for stage in STAGES for _ in share] for share in shares
    ]
    with ThreadPoolExecutor(_PARALLEL) as pool:
        folders = [tmp_path / f"series{number}" for number in range(_PARALLEL)]
        series = [
            pool.submit(_series, points, small, data, _full_run(small, data))
            for points, data in zip(all_points, folders, strict=True)
        ]
        for one in series:
            one.result()
