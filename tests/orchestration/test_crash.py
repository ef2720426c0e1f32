"""kill -9 at any moment: the next run ends like an undisturbed one (reliability.md, figure 3).

The process is killed from outside, a fraction into a stage as measured in the undisturbed run; nothing in the product
knows of this test. A series kills run after run on one data folder, never in an earlier stage than before, and lets the
last one end. Every run of it is the "next run" of the kill before: it has to get past that stage, and what earlier stages
left must be as in the undisturbed run. `make test` kills twice in each stage; what it kills behind a finished build is a run
of those steps alone, as Dagster re-executes them. `make test-long` kills whole runs, CRASH_POINTS times in each stage, in
series side by side.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from folders import raw_rows, released_bytes, warehouse_rows

from tests import forked
from tests.orchestration.conftest import AS_OF, Small

STAGES = {
    "ingest": ("ingest",),
    "build": ("identify", "linkage", "build"),
    "judge": ("judge",),
    "publish": ("publish", "workbooks", "release"),
}
_BEHIND_THE_BUILD = "tests.orchestration.publish_again"
_AT_ONCE = 2  # series of make test-long
_TRIES = 4
_LOOKING = 0.005  # seconds between looks at what a run says


@dataclass(frozen=True)
class Point:
    """Where a run is killed: a fraction (0 to 1) of the stage's wall time into it."""

    stage: str
    fraction: float


def _kill_in(point: Point, module: str, arguments: list[str], small: Small, folder: Path) -> None:
    """Start a run and kill it a fraction into a stage; sooner, where the run was faster than the kill."""
    seconds = point.fraction * sum(small.seconds[name] for name in STAGES[point.stage])
    for tried in range(_TRIES):
        process = forked.begin(module, arguments, folder / "killed.txt")
        if _was_killed(process, STAGES[point.stage][0], seconds / 2**tried, folder / "killed.txt"):
            return
    pytest.fail(f"every run ended before it was killed {point}")


def _was_killed(process: BaseProcess, first_stage: str, seconds: float, output: Path) -> bool:
    while f"{first_stage}:" not in output.read_text():
        assert process.is_alive(), f"the run never reached {first_stage}: {output.read_text()}"
        time.sleep(_LOOKING)
    time.sleep(seconds)
    process.kill()
    process.join()
    return process.exitcode == -signal.SIGKILL


def _series(points: list[Point], small: Small, folder: Path, *, whole_runs: bool) -> None:
    folder.mkdir()
    data = folder / "data"
    places = [str(small.landing), str(data), AS_OF]
    whole = ["run", "--landing", places[0], "--data", places[1], "--as-of", places[2]]
    done: set[str] = set()  # stages that a later run of the series got past
    for point in points:
        if whole_runs or "build" not in done:
            _kill_in(point, forked.CASELOAD, whole, small, folder)
        else:
            _kill_in(point, _BEHIND_THE_BUILD, places, small, folder)
        done |= _before(point.stage)
        where = f"{sorted(done)} done, killed {point}"
        if "ingest" in done:
            assert raw_rows(data) == raw_rows(small.data), where
        if "build" in done:
            assert warehouse_rows(data) == warehouse_rows(small.data), where
        # What readers see until the next run is whole.
        if (data / "published" / "current").exists():
            released_bytes(data)
    ended = forked.caseload(folder / "ended.txt", *whole)
    assert ended.returncode == 0, f"{points}: {ended.stdout}"
    assert released_bytes(data) == released_bytes(small.data), points
    assert warehouse_rows(data) == warehouse_rows(small.data), points
    assert raw_rows(data) == raw_rows(small.data), points
    published = data / "published"
    assert [entry.name for entry in published.iterdir() if entry.name.startswith(".")] == []
    shutil.rmtree(folder)


def _before(stage: str) -> set[str]:
    return set(list(STAGES)[: list(STAGES).index(stage)])


def test_killed_twice_in_each_stage(small: Small, tmp_path: Path) -> None:
    points = [Point(stage, fraction) for stage in STAGES for fraction in (0.25, 0.8)]
    _series(points, small, tmp_path / "series", whole_runs=False)


@pytest.mark.long
def test_killed_many_times_in_each_stage(small: Small, tmp_path: Path) -> None:
    chosen = random.Random(int(os.environ.get("CRASH_SEED", "7")))
    count = int(os.environ.get("CRASH_POINTS", "10"))
    shares = [range(number, count, _AT_ONCE) for number in range(_AT_ONCE)]
    all_points = [
        [Point(stage, chosen.random()) for stage in STAGES for _ in share] for share in shares
    ]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        series = [
            pool.submit(_series, points, small, tmp_path / f"series{number}", whole_runs=True)
            for number, points in enumerate(all_points)
        ]
        for one in series:
            one.result()
