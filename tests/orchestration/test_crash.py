"""kill -9, SIGTERM or Ctrl-C at any moment: the next run ends like an undisturbed one (rules/data-quality.md#crash-safety).

The process is killed from outside, a fraction into a stage as measured in the undisturbed run; nothing in the product
knows of this test. A series kills run after run on one data folder, never in an earlier stage than before, and lets the
last one end. Every run of it is the "next run" of the kill before: it has to get past that stage, and what earlier stages
left must be as in the undisturbed run. `make test` kills once in each stage: whole runs while they ingest and build, and
behind a finished build those steps alone, as Dagster re-executes them. `make test-long` kills whole runs, CRASH_POINTS times in
each stage, in series side by side. SIGTERM and SIGINT are sent likewise; a run that they stop also says so and closes the warehouse.
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
from tests.orchestration.conftest import AS_OF, Small

STAGES = {
    "ingest": ("ingest",),
    "build": ("identify", "linkage", "build"),
    "judge": ("judge",),
    "publish": ("publish", "workbooks", "release"),
}
_AT_ONCE = 2  # series of make test-long
_TRIES = 4
_LOOKING = 0.005  # seconds between looks at what a run says


@dataclass(frozen=True)
class Point:
    """Where a run is killed or stopped: a fraction (0 to 1) of the stage's wall time into it."""

    stage: str
    fraction: float
    signum: signal.Signals = signal.SIGKILL


@dataclass(frozen=True)
class Left:
    """What a run left: batches and arrivals, rows, released bytes."""

    raw: dict[str, str | list[str]]
    warehouse: dict[str, tuple[int, int]]
    released: dict[str, str]


def _left_by(data: Path) -> Left:
    return Left(raw_rows(data), warehouse_rows(data), released_bytes(data))


@dataclass(frozen=True)
class Started:
    """What is started again after each kill: `main` of a module, and its arguments."""

    module: str
    arguments: list[str]

    def begin(self, output: Path) -> BaseProcess:
        """Start it; what it prints goes to the file."""
        return forked.start(self.module, self.arguments, output)


def _output(data: Path) -> Path:
    return data.with_suffix(".txt")


def _kill_in(point: Point, started: Started, small: Small, data: Path) -> None:
    """Start a run and kill it a fraction into a stage; sooner, where the run was faster than the kill."""
    seconds = point.fraction * sum(small.seconds[name] for name in STAGES[point.stage])
    for tried in range(_TRIES):
        process = started.begin(_output(data))
        if _was_ended(process, point, seconds / 2**tried, _output(data)):
            if point.signum != signal.SIGKILL:
                _check_stopped(data, point)
            return
    pytest.fail(f"every run ended before it was killed {point}")


def _was_ended(process: BaseProcess, point: Point, seconds: float, output: Path) -> bool:
    first_stage = STAGES[point.stage][0]
    while f"{first_stage}:" not in output.read_text():
        assert process.is_alive(), f"the run never reached {first_stage}: {output.read_text()}"
        time.sleep(_LOOKING)
    time.sleep(seconds)
    assert process.pid is not None
    with contextlib.suppress(ProcessLookupError):  # it was faster
        os.kill(process.pid, point.signum)
    process.join()
    return process.exitcode == EXIT_CODES.get(point.signum, -signal.SIGKILL)


def _check_stopped(data: Path, point: Point) -> None:
    """It said so in one line, and left the folder as a finished run does."""
    said = _output(data).read_text()
    assert said.splitlines()[-1] == f"caseload: {STOPPED}", said
    assert "Traceback" not in said
    assert "terminate called" not in said
    assert list(data.glob("*.wal")) == list(data.glob("published/.*")) == []
    assert list(data.glob("linkage/pair.parquet")) == list(data.glob("*.json")) == []
    if (data / "warehouse.duckdb").exists():
        duckdb.connect(str(data / "warehouse.duckdb"), read_only=True).close()
    last = run_record.read(data)[-1]
    assert (last.event, last.detail) == ("stopped", {"signal": point.signum.name})


def _whole(small: Small, data: Path) -> Started:
    places = ["--landing", str(small.landing), "--data", str(data)]
    return Started(forked.CASELOAD, ["run", *places, "--as-of", AS_OF])


def _behind_the_build(small: Small, data: Path) -> Started:
    return Started("tests.orchestration.republish", [str(small.landing), str(data), AS_OF])


def _series(points: list[Point], small: Small, data: Path, started: Started) -> None:
    undisturbed = _left_by(small.data)
    done: set[str] = set()  # stages that a later run of the series got past
    for point in points:
        _kill_in(point, started, small, data)
        done |= _before(point.stage)
        where = f"{sorted(done)} done, killed {point}"
        if "ingest" in done:
            assert raw_rows(data) == undisturbed.raw, where
        if "build" in done:
            assert warehouse_rows(data) == undisturbed.warehouse, where
        # What readers see until the next run is whole.
        if (data / "published" / "current").exists():
            released_bytes(data)
    last = started.begin(_output(data))
    last.join()
    assert last.exitcode == 0, f"{points}: {_output(data).read_text()}"
    assert _left_by(data) == undisturbed, points
    published = data / "published"
    assert [entry.name for entry in published.iterdir() if entry.name.startswith(".")] == []
    shutil.rmtree(data)


def _before(stage: str) -> set[str]:
    return set(list(STAGES)[: list(STAGES).index(stage)])


def test_killed_once_in_each_stage(small: Small, tmp_path: Path) -> None:
    ingest, build, judge, publish = (Point(stage, 0.6) for stage in STAGES)
    data = tmp_path / "whole"
    _series([ingest, build], small, data, _whole(small, data))
    data = tmp_path / "built"
    shutil.copytree(
        small.data, data, symlinks=True, ignore=shutil.ignore_patterns("published", "gate")
    )
    _series([judge, publish], small, data, _behind_the_build(small, data))


@pytest.mark.parametrize(
    "signums",
    [
        (signal.SIGTERM, signal.SIGINT, signal.SIGTERM, signal.SIGINT),
        pytest.param(
            (signal.SIGINT, signal.SIGTERM, signal.SIGINT, signal.SIGTERM), marks=pytest.mark.long
        ),
    ],
    ids=lambda signums: "-".join(signum.name for signum in signums),
)
def test_stopped_once_in_each_stage(
    small: Small, tmp_path: Path, signums: tuple[signal.Signals, ...]
) -> None:
    ingest, build, judge, publish = (
        Point(stage, 0.4, signum) for stage, signum in zip(STAGES, signums, strict=True)
    )
    data = tmp_path / "whole"
    _series([ingest, build], small, data, _whole(small, data))
    data = tmp_path / "built"
    shutil.copytree(
        small.data, data, symlinks=True, ignore=shutil.ignore_patterns("published", "gate")
    )
    _series([judge, publish], small, data, _behind_the_build(small, data))


def test_a_pipeline_that_the_system_kills_is_reported(small: Small, tmp_path: Path) -> None:
    data = tmp_path / "data"
    process = _whole(small, data).begin(_output(data))
    while not (started := run_record.read(data)):
        assert process.is_alive()
        time.sleep(_LOOKING)
    os.kill(started[-1].detail["pid"], signal.SIGKILL)
    process.join()
    assert process.exitcode == 4
    assert "killed by signal 9, most often for lack of memory" in _output(data).read_text()
    assert run_record.read(data)[-1].event == "failed"


@pytest.mark.long
def test_killed_many_times_in_each_stage(small: Small, tmp_path: Path) -> None:
    chosen = random.Random(int(os.environ.get("CRASH_SEED", "7")))
    count = int(os.environ.get("CRASH_POINTS", "10"))
    shares = [range(number, count, _AT_ONCE) for number in range(_AT_ONCE)]
    all_points = [
        [Point(stage, chosen.random()) for stage in STAGES for _ in share] for share in shares
    ]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        folders = [tmp_path / f"series{number}" for number in range(_AT_ONCE)]
        series = [
            pool.submit(_series, points, small, data, _whole(small, data))
            for points, data in zip(all_points, folders, strict=True)
        ]
        for one in series:
            one.result()
