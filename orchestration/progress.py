"""Progress output of a run, and the cost of each stage.

On a terminal: one live line per stage. Otherwise, as in a scheduler's log: one plain line per
stage. CPU time (with child processes), wall time and peak memory of each stage are recorded for the
benchmark.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from orchestration.terminal import escape_controls

_RESET_PEAK = "5"  # proc(5): writing 5 to clear_refs resets the peak resident set size


@dataclass
class StageCost:
    """Cost of one stage; memory is the peak resident set of its largest process, in MB."""

    name: str
    cpu_seconds: float
    wall_seconds: float
    peak_mb: float


@dataclass
class _Parent:
    cpu_seconds: float = 0.0


_parent = _Parent()


def cpu_seconds() -> float:
    """CPU seconds of this process, its finished children, and the supervisor before the fork."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
    return used + _parent.cpu_seconds


def include_parent_cpu(seconds: float) -> None:
    """Include the CPU seconds that the supervisor used before it started this process."""
    _parent.cpu_seconds = seconds


def peak_mb() -> float:
    """Peak resident memory of this process in MB, since the start of the current stage."""
    # ru_maxrss would include the peak of the process that this one was forked from.
    peak = _proc_peak_mb("self")
    if peak is not None:
        return peak
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _proc_peak_mb(process: str) -> float | None:
    """Peak memory from proc(5); None if the file does not exist or the process has ended."""
    try:
        lines = Path("/proc", process, "status").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), None)


def _reset_peak() -> None:
    """Reset the peak if the kernel allows it, so that each stage reports its own peak."""
    clear_refs = Path("/proc/self/clear_refs")
    if os.access(clear_refs, os.W_OK):
        clear_refs.write_text(_RESET_PEAK)


class Reporter:
    """Prints progress and records the cost of each stage. Prints nothing without a console."""

    def __init__(self, console: Console | None = None) -> None:
        """Create a reporter; console None is for tests and `dagster dev`, which print nothing."""
        self.console = console
        self.costs: list[StageCost] = []
        self._child_peak_mb = 0.0
        self._live: Progress | None = None
        self._task = None
        if console is not None:
            # Binds the current stdout: dbt_build redirects `sys.stdout` while dbt runs.
            console.file = console.file
        if console is not None and console.is_terminal:
            self._live = Progress(
                SpinnerColumn(finished_text="[green]✓[/]"),
                TextColumn("{task.description}", markup=False),
                BarColumn(bar_width=24),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                TextColumn("{task.fields[note]}", style="dim", markup=False),
                console=console,
            )

    @contextmanager
    def stage(self, name: str, title: str) -> Iterator[None]:
        """Measure a stage and print its title."""
        _reset_peak()
        self._child_peak_mb = 0.0
        cpu, wall = cpu_seconds(), time.monotonic()
        if self._live is not None:
            self._live.start()
            self._task = self._live.add_task(title, total=None, note="")
        elif self.console is not None:
            self.console.print(f"{name}: {title}", soft_wrap=True)
            sys.stdout.flush()
        try:
            yield
        finally:
            self.costs.append(
                StageCost(
                    name,
                    cpu_seconds() - cpu,
                    time.monotonic() - wall,
                    max(peak_mb(), self._child_peak_mb),
                )
            )
            if self._live is not None and self._task is not None:
                total = self._live.tasks[self._task].total or 1
                self._live.update(self._task, total=total, completed=total, note="")
                self._live.stop()

    def observe_child(self, process: int) -> None:
        """Include a running child process in the peak memory of the stage."""
        self._child_peak_mb = max(self._child_peak_mb, _proc_peak_mb(str(process)) or 0.0)

    def advance(self, done: int, total: int, note: str = "") -> None:
        """Update the progress bar of the stage. Plain output prints nothing here."""
        if self._live is not None and self._task is not None:
            self._live.update(self._task, completed=done, total=total, note=escape_controls(note))

    def notify(self, text: str) -> None:
        """Print one line."""
        if self.console is not None:
            self.console.print(text, soft_wrap=True, highlight=False)


@dataclass
class _Current:
    reporter: Reporter = field(default_factory=Reporter)


_current = _Current()


def current() -> Reporter:
    """Return the reporter of this process."""
    return _current.reporter


def use(reporter: Reporter) -> None:
    """Set the reporter of this process."""
    _current.reporter = reporter
