"""kill -9 at any moment: the next run ends like an undisturbed one (reliability.md, figure 3).

The process is killed from outside, a fraction into a stage as measured in the undisturbed run; nothing in the product
knows of this test. A series kills four runs on one data folder, each a stage later than the one before, and lets the fifth
end. Every run of it is the "next run" of the kill before: it has to get past that stage, and what the stage left must be
as in the undisturbed run. `make test` has 2 series, `make test-crash` CRASH_POINTS.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from folders import raw_rows, released_bytes, warehouse_rows

from tests.conftest import ROOT, caseload

STAGES = {
    "ingest": ("ingest",),
    "build": ("build",),
    "judge": ("judge",),
    "publish": ("publish", "workbooks", "release"),
}
CLIENTS = 20
AS_OF = "2026-06-30"
_AT_ONCE = 2


@dataclass(frozen=True)
class Undisturbed:
    landing: Path
    data: Path
    seconds: dict[str, float]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    folder = tmp_path_factory.mktemp("undisturbed")
    landing, data = folder / "landing", folder / "data"
    assert caseload("synthesize", "--clients", str(CLIENTS), "--landing", landing).returncode == 0
    ended = caseload("run", "--landing", landing, "--data", data, "--as-of", AS_OF)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    record = (data / "logs" / "runs.jsonl").read_text().splitlines()[-1]
    seconds = {stage["name"]: stage["wall_seconds"] for stage in json.loads(record)["stages"]}
    return Undisturbed(landing, data, seconds)


def _kill_in(stage: str, fraction: float, undisturbed: Undisturbed, data: Path) -> bool:
    """Start a run and kill it a fraction into a stage. False when the run was faster than the kill."""
    names = STAGES[stage]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("CASELOAD_")}
    process = subprocess.Popen(
        [
            sys.executable, "-m", "orchestration.cli", "run",
            "--landing", str(undisturbed.landing), "--data", str(data), "--as-of", AS_OF,
        ],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT, env=environment,
    )  # fmt: skip
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(names[0] + ":"):
            break
    else:
        pytest.fail(f"the run never reached {stage}")
    time.sleep(fraction * sum(undisturbed.seconds[name] for name in names))
    process.send_signal(signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


def _series(fractions: dict[str, float], undisturbed: Undisturbed, folder: Path) -> None:
    data = folder / "data"
    done: list[str] = []
    for stage, fraction in fractions.items():
        _kill_in(stage, fraction, undisturbed, data)
        where = f"{done} done, killed {fraction:.3f} into {stage}"
        if "ingest" in done:
            assert raw_rows(data) == raw_rows(undisturbed.data), where
        if "build" in done:
            assert warehouse_rows(data) == warehouse_rows(undisturbed.data), where
        if (
            data / "published" / "current"
        ).exists():  # what readers see until the next run is whole
            released_bytes(data)
        done.append(stage)
    ended = caseload("run", "--landing", undisturbed.landing, "--data", data, "--as-of", AS_OF)
    assert ended.returncode == 0, f"{fractions}: {ended.stdout}{ended.stderr}"
    assert released_bytes(data) == released_bytes(undisturbed.data), fractions
    assert warehouse_rows(data) == warehouse_rows(undisturbed.data), fractions
    assert raw_rows(data) == raw_rows(undisturbed.data), fractions
    published = data / "published"
    assert [entry.name for entry in published.iterdir() if entry.name.startswith(".")] == []
    shutil.rmtree(folder)


def _run_series(
    fractions: list[dict[str, float]], undisturbed: Undisturbed, tmp_path: Path
) -> None:
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        series = [
            pool.submit(_series, points, undisturbed, tmp_path / f"series{number}")
            for number, points in enumerate(fractions)
        ]
        for one in series:
            one.result()


def test_killed_twice_in_each_stage(undisturbed: Undisturbed, tmp_path: Path) -> None:
    early_and_late = [dict.fromkeys(STAGES, fraction) for fraction in (0.25, 0.8)]
    _run_series(early_and_late, undisturbed, tmp_path)


@pytest.mark.crash
@pytest.mark.skipif(
    "CRASH_POINTS" not in os.environ, reason="the long series: make test-crash sets CRASH_POINTS"
)
def test_killed_many_times_in_each_stage(undisturbed: Undisturbed, tmp_path: Path) -> None:
    points = random.Random(int(os.environ.get("CRASH_SEED", "7")))
    count = int(os.environ["CRASH_POINTS"])
    _run_series(
        [{stage: points.random() for stage in STAGES} for _ in range(count)], undisturbed, tmp_path
    )
