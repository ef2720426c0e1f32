"""Runs `caseload` in a fork of a server process that has the pipeline loaded.

This saves seconds of imports and parsing per run. `tests.conftest.caseload` starts the command as a
user does.
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


def start(module: str, arguments: list[str], output: Path) -> BaseProcess:
    """Start `main(arguments)` of a module; its output goes to the file."""
    output.write_text("")
    process = _SERVER.Process(target=_enter, args=(module, arguments, output))
    process.start()
    return process


def run(landing: Path, data: Path, as_of: str) -> None:
    """Run `caseload run` to its release; its output goes to `<data>.txt`."""
    output = data.with_suffix(".txt")
    arguments = ["run", "--landing", str(landing), "--data", str(data), "--as-of", as_of]
    process = start(CASELOAD, arguments, output)
    process.join()
    printed = output.read_text()
    assert process.exitcode == 0, printed
    assert "Traceback" not in printed


def _enter(module: str, arguments: list[str], output: Path) -> None:
    with output.open("w") as file:
        for stream in (sys.stdout, sys.stderr):
            os.dup2(file.fileno(), stream.fileno())
    # The developer's own settings must not affect the tests.
    for name in [name for name in os.environ if name.startswith(("CASELOAD_", "DAGSTER_"))]:
        del os.environ[name]
    code = importlib.import_module(module).main(arguments)
    sys.stdout.flush()
    sys.exit(code)
