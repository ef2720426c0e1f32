"""kill -9 at any moment: the next run ends like an undisturbed one (reliability.md, figure 3).

The process is killed from outside, a fraction into a stage as measured in the undisturbed run; nothing in the product
knows of this test. `make test` kills each stage at 2 points; `make test-crash` at CRASH_POINTS.
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
from folders import released_bytes, warehouse_rows

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


def _survives(stage: str, fraction: float, undisturbed: Undisturbed, folder: Path) -> None:
    data = folder / "data"
    _kill_in(stage, fraction, undisturbed, data)
    published = data / "published"
    if (
        published / "current"
    ).exists():  # what readers see between the kill and the next run is whole
        released_bytes(data)
    ended = caseload("run", "--landing", undisturbed.landing, "--data", data, "--as-of", AS_OF)
    assert ended.returncode == 0, f"{stage} {fraction}: {ended.stdout}{ended.stderr}"
    assert released_bytes(data) == released_bytes(undisturbed.data), (stage, fraction)
    assert warehouse_rows(data) == warehouse_rows(undisturbed.data), (stage, fraction)
    leftovers = [entry.name for entry in published.iterdir() if entry.name.startswith(".")]
    assert leftovers == []
    shutil.rmtree(folder)


def _kill_each(fractions: dict[str, list[float]], undisturbed: Undisturbed, tmp_path: Path) -> None:
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        killed = [
            pool.submit(_survives, stage, fraction, undisturbed, tmp_path / f"{stage}{number}")
            for stage, points in fractions.items()
            for number, fraction in enumerate(points)
        ]
        for one in killed:
            one.result()


def test_killed_twice_in_each_stage(undisturbed: Undisturbed, tmp_path: Path) -> None:
    _kill_each({stage: [0.25, 0.8] for stage in STAGES}, undisturbed, tmp_path)


@pytest.mark.crash
@pytest.mark.skipif(
    "CRASH_POINTS" not in os.environ, reason="the long series: make test-crash sets CRASH_POINTS"
)
def test_killed_many_times_in_each_stage(undisturbed: Undisturbed, tmp_path: Path) -> None:
    points = random.Random(int(os.environ.get("CRASH_SEED", "7")))
    count = int(os.environ["CRASH_POINTS"])
    _kill_each(
        {stage: [points.random() for _ in range(count)] for stage in STAGES}, undisturbed, tmp_path
    )
