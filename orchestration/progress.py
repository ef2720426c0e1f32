"""What a person sees while a run goes on, and what each stage cost.

On a terminal: a live line per stage. Otherwise (a scheduler's log): one plain line per step. Stages are measured as they
go (CPU of this process and its children, wall time, peak memory), because the benchmark reads the same record.
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

from orchestration.terminal import visible

_RESET_PEAK = "5"  # proc(5): writing 5 to clear_refs resets the peak resident set size


@dataclass
class StageCost:
    """What one stage used: seconds of CPU, seconds on the wall, peak resident memory in MB (any one process)."""

    name: str
    cpu_seconds: float
    wall_seconds: float
    peak_mb: float


@dataclass
class _Parent:
    cpu_seconds: float = 0.0


_parent = _Parent()


def cpu_seconds() -> float:
    """CPU used so far by this process and the children it has waited for, and by the supervisor before the fork."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
    return used + _parent.cpu_seconds


def count_cpu_of_parent(seconds: float) -> None:
    """Count what the supervisor used before it started this process."""
    _parent.cpu_seconds = seconds


def peak_mb() -> float:
    """Largest resident memory of this process so far, in MB, since the last stage began where there are stages."""
    # ru_maxrss would also hold that of the process from which this one was started.
    peak = _proc_peak_mb("self")
    if peak is not None:
        return peak
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _proc_peak_mb(process: str) -> float | None:
    """The peak by proc(5); None where there is no such file, or the process has ended."""
    try:
        lines = Path("/proc", process, "status").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), None)


def _reset_peak() -> None:
    """Where the kernel allows it, so that each stage shows its own peak and not the run's."""
    clear_refs = Path("/proc/self/clear_refs")
    if os.access(clear_refs, os.W_OK):
        clear_refs.write_text(_RESET_PEAK)


class Reporter:
    """Says what happens, and keeps each stage's cost. Silent unless given a console."""

    def __init__(self, console: Console | None = None) -> None:
        """A console shows; None keeps still (tests, `dagster dev`)."""
        self.console = console
        self.costs: list[StageCost] = []
        self._child_peak_mb = 0.0
        self._live: Progress | None = None
        self._task = None
        if console is not None:
            # Fixed for good: while dbt runs, what its events print is kept from `sys.stdout` (dbt_build).
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
        """Time a stage and show it."""
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
        """Count the memory of a running child process as that of the stage, if it is the larger one."""
        self._child_peak_mb = max(self._child_peak_mb, _proc_peak_mb(str(process)) or 0.0)

    def advance(self, done: int, total: int, note: str = "") -> None:
        """Progress inside a stage; plain output stays at one line per step."""
        if self._live is not None and self._task is not None:
            self._live.update(self._task, completed=done, total=total, note=visible(note))

    def say(self, text: str) -> None:
        """One line to the reader."""
        if self.console is not None:
            self.console.print(text, soft_wrap=True, highlight=False)


@dataclass
class _Current:
    reporter: Reporter = field(default_factory=Reporter)


_current = _Current()


def current() -> Reporter:
    """The reporter of this process; assets report to it, whoever started them."""
    return _current.reporter


def use(reporter: Reporter) -> None:
    """Make a reporter the one of this process (the command line does)."""
    _current.reporter = reporter
