"""Shared fixtures: a demo agency, built once per session with the `caseload` command."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestration.garbage import collect_rarely

ROOT = Path(__file__).resolve().parent.parent
# Long files run first, so that no worker idles at the end. The dbt files, which use the demo, run
# between files that use the small agency, so that no worker waits while the other builds it.
_FIRST = ("test_crash.py", "dbt", "orchestration", "linkage")
REAL = ROOT.parent / "shared" / "real"
CLIENTS = 400
# Libraries may read this name as a pattern, a partition or markup.
DATA = "data [a] state=NC"


@dataclass(frozen=True)
class Demo:
    """The demo's data folder and the output of the command."""

    data: Path
    output: str

    @property
    def landing(self) -> Path:
        return self.data / "landing"

    @property
    def release(self) -> Path:
        return (self.data / "published" / "current").resolve()


def caseload(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command in a subprocess, as a user does."""
    command = [sys.executable, "-m", "orchestration.cli", *map(str, arguments)]
    # The developer's own settings must not affect the tests.
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
    """Fill a folder with `build`, once per session; each worker of `pytest -n` gets a copy.

    Views of a copied warehouse still read the raw zone of the original folder.

    Returns:
        The folder, and the return value of `build`.
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
    """One released agency per session. Tests must not change it."""
    folder, output = built_once(tmp_path_factory, "demo", _build_demo)
    return Demo(folder / DATA, output)


def _build_demo(folder: Path) -> str:
    ended = caseload("demo", "--clients", str(CLIENTS), "--data", folder / DATA)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@pytest.fixture
def real() -> Path:
    """Third-party data next to the checkout, read in place."""
    if not REAL.is_dir():
        pytest.skip("../shared/real is missing: third-party data are read from there, never copied")
    return REAL


@pytest.fixture(autouse=True)
def own_main_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """Undo Streamlit's test runner, which makes its script `__main__`: reader processes import that."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


def pytest_configure() -> None:
    """Collect garbage as a run does: the pipeline's modules stay loaded."""
    collect_rarely()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the longest files first."""
    items.sort(key=lambda item: _position(item.path))


def _position(path: Path) -> int:
    names = (path.name, path.parent.name)
    return min((n for n, name in enumerate(_FIRST) if name in names), default=len(_FIRST))
