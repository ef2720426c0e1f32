"""What the whole suite shares: one demo agency, landed, built and released once per session through the command itself."""

from __future__ import annotations

import fcntl
import gc
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestration.run import GARBAGE_THRESHOLDS

ROOT = Path(__file__).resolve().parent.parent
# In this order: begun last, the longest would run on alone while the other worker idles. Files of dbt, which read the demo,
# stand between those that read the small agency: else one worker would wait while the other makes it.
_FIRST = ("test_crash.py", "dbt", "orchestration", "linkage")
REAL = ROOT.parent / "shared" / "real"
CLIENTS = 400
# A name in which libraries like to read patterns, partitions and markup.
DATA = "data [a] state=NC"


@dataclass(frozen=True)
class Demo:
    """The demo's folders and what the command printed."""

    data: Path
    output: str

    @property
    def landing(self) -> Path:
        return self.data / "landing"

    @property
    def release(self) -> Path:
        return (self.data / "published" / "current").resolve()


def caseload(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The command as a user runs it, in a process of its own."""
    command = [sys.executable, "-m", "orchestration.cli", *map(str, arguments)]
    # Settings of the person who runs the tests are not the tests' settings.
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CASELOAD_", "DAGSTER_"))
    }
    return subprocess.run(
        command, check=False, capture_output=True, text=True, cwd=cwd or ROOT, env=environment
    )


def built_once(
    factory: pytest.TempPathFactory, name: str, build: Callable[[Path], str]
) -> tuple[Path, str]:
    """A folder that `build` fills, and what `build` returns: once per session, and for each worker of `pytest -n` its copy.

    Views of a copied warehouse still read the raw zone of the first.
    """
    own = factory.mktemp(name)
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return own, build(own)
    built = factory.getbasetemp().parent / name
    with built.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        output = built / "output.txt"
        if not output.is_file():
            shutil.rmtree(built, ignore_errors=True)
            built.mkdir()
            output.write_text(build(built))
    shutil.copytree(built, own, symlinks=True, dirs_exist_ok=True)
    return own, output.read_text()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """One released agency per session. Read it; do not change it."""
    folder, output = built_once(tmp_path_factory, "demo", _build_demo)
    return Demo(folder / DATA, output)


def _build_demo(folder: Path) -> str:
    ended = caseload("demo", "--clients", str(CLIENTS), "--data", folder / DATA)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@pytest.fixture
def real() -> Path:
    """Third-party data beside the checkout, read in place."""
    if not REAL.is_dir():
        pytest.skip(
            "../shared/real is not here: third-party data are read from there, never copied in"
        )
    return REAL


def pytest_configure() -> None:
    """The pipeline's modules live as long as the tests: look through them for garbage as seldom as a run does."""
    gc.set_threshold(*GARBAGE_THRESHOLDS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first."""
    items.sort(key=lambda item: _place(item.path))


def _place(path: Path) -> int:
    places = [place for place, name in enumerate(_FIRST) if name in (path.name, path.parent.name)]
    return min(places, default=len(_FIRST))
