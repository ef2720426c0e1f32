"""`caseload` in a process that begins with the pipeline loaded: the child of a server that imported and parsed it once.

Loading costs seconds that tests of what a run leaves need not pay each time. The command as a user starts it is what
`tests.conftest.caseload` runs.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import sys
from multiprocessing.process import BaseProcess
from pathlib import Path

CASELOAD = "orchestration.cli"
_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(["orchestration.definitions"])


def begin(module: str, arguments: list[str], output: Path) -> BaseProcess:
    """Start `main(arguments)` of a module; what it prints goes to the file."""
    output.write_text("")
    process = _SERVER.Process(target=_enter, args=(module, arguments, output))
    process.start()
    return process


def run(landing: Path, data: Path, as_of: str) -> None:
    """`caseload run` to its release; what it says is beside the data folder."""
    output = data.with_suffix(".txt")
    words = ["run", "--landing", str(landing), "--data", str(data), "--as-of", as_of]
    process = begin(CASELOAD, words, output)
    process.join()
    said = output.read_text()
    assert process.exitcode == 0, said
    assert "Traceback" not in said


def _enter(module: str, arguments: list[str], output: Path) -> None:
    with output.open("w") as file:
        for stream in (sys.stdout, sys.stderr):
            os.dup2(file.fileno(), stream.fileno())
    # Settings of the person who runs the tests are not the tests' settings.
    for name in [name for name in os.environ if name.startswith(("CASELOAD_", "DAGSTER_"))]:
        del os.environ[name]
    code = importlib.import_module(module).main(arguments)
    sys.stdout.flush()
    sys.exit(code)
