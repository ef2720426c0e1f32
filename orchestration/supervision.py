"""A run that can be stopped at any moment: the pipeline works in a child process, this process waits for it.

Python runs a signal handler only between two bytecodes of the main thread, and dbt, DuckDB and Polars keep threads of
their own: a run that unwinds itself can abort inside one of them, with a write-ahead log left behind. A killed pipeline
loses nothing, because every step commits whole or not at all. So the supervisor ends the pipeline with all its children,
then leaves the data folder as a finished run would: warehouse checkpointed and closed, no unfinished files.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from rich.console import Console

from orchestration import progress, run_lock, run_record
from orchestration.settings import Settings

# What a shell reports for a command that the signal ended: 128 + its number.
EXIT_CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}
_FAILED = 4
STOPPED = "stopped; the last release is still current. Run again to continue."
STOPPED_AFTER_RELEASE = "stopped after the new release became current."


def supervise(work: Callable[[], int], settings: Settings, errors: Console) -> int:
    """Do the work in a child process that a signal can end at any moment.

    Args:
        work: the command; returns its exit code and prints its own errors.
        settings: the data folder and the limits for the checkpoint.
        errors: where a stop is reported.

    Returns:
        The exit code of the work; 130, 143 or 129 after SIGINT, SIGTERM or SIGHUP; 4 where the child was killed.
    """
    # `nohup` ignores SIGHUP, and a run under it goes on.
    signals = {number for number in EXIT_CODES if signal.getsignal(number) is not signal.SIG_IGN}
    sys.stdout.flush()
    sys.stderr.flush()
    parent, cpu_before = os.getpid(), progress.cpu_seconds()
    # Blocked, and taken from the queue one by one: no signal is lost, and none interrupts the checkpoint.
    before = {number: signal.getsignal(number) for number in (*signals, signal.SIGCHLD)}
    signal.signal(signal.SIGCHLD, _wake)
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {*signals, signal.SIGCHLD})
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        _work_as_child(work, parent, cpu_before, signals, mask)
    try:
        code, stopped_by = _wait(child, signals)
        _leave_closed(settings)
        if stopped_by is not None:
            return _report_stop(stopped_by, child, settings, errors)
        if code < 0:
            return _report_kill(-code, child, settings, errors)
        return code
    finally:
        for number in before:
            signal.signal(number, signal.SIG_IGN)  # discards what came during the checkpoint
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        for number, handler in before.items():
            signal.signal(number, handler)


def _wake(signum: int, frame: FrameType | None) -> None:
    """Do nothing: a signal without a handler need not be queued."""


def _wait(child: int, signals: set[signal.Signals]) -> tuple[int, int | None]:
    """Wait for the end of the child, or end it; returns its exit code and the signal that stopped the run."""
    stopped_by: int | None = None
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            break
        received = signal.sigwait({*signals, signal.SIGCHLD})
        if received != signal.SIGCHLD:
            stopped_by = stopped_by or received
            _kill_group(child)
    _kill_group(child)  # what the pipeline started and did not wait for
    code = os.waitstatus_to_exitcode(status)
    if stopped_by is None and -code in EXIT_CODES:
        stopped_by = -code  # a service manager signals every process of the service
    return code, stopped_by


def _kill_group(child: int) -> None:
    for kill in (os.killpg, os.kill):  # the child itself too: it may not lead its group yet
        with contextlib.suppress(ProcessLookupError):
            kill(child, signal.SIGKILL)


def _work_as_child(
    work: Callable[[], int],
    parent: int,
    cpu_before: float,
    signals: set[signal.Signals],
    mask: set[int],
) -> None:
    """Run the work and end this process without the exit handlers of the libraries it loaded. Does not return."""
    code = _FAILED
    try:
        # A session of its own: Ctrl-C in the terminal reaches the supervisor alone, which can end all of the group.
        os.setsid()
        run_lock.end_with_parent()
        if os.getppid() != parent:
            return
        for number in signals:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        progress.count_cpu_of_parent(cpu_before)
        code = work()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else _FAILED
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError):  # the reader of a pipe may be gone
                stream.flush()
        os._exit(code)


def _leave_closed(settings: Settings) -> None:
    """Close what a stopped or failed pipeline left open; another run that took the folder meanwhile does so itself."""
    data = settings.data
    unfinished = [
        path for path in (*_unfinished(data), *data.glob("published/.release-*")) if path.exists()
    ]
    if not unfinished:
        return
    from orchestration import warehouse
    from publishing import release

    try:
        with run_lock.exclusive(data):
            warehouse.checkpoint(data, settings)
            release.sweep(data / "published")
            for path in _unfinished(data)[1:]:
                path.unlink(missing_ok=True)
    except (run_lock.DataFolderBusyError, warehouse.WarehouseHeldError):
        return


def _unfinished(data: Path) -> list[Path]:
    """The write-ahead log, names and birth dates on their way to the linkage, ledger tables on their way to DuckDB."""
    ledgers = ("run", "batch", "delivery", "reject")
    return [
        data / "warehouse.duckdb.wal",
        data / "linkage" / "pair.parquet",
        *(data / f"{table}.json" for table in ledgers),
    ]


def _report_stop(signum: int, child: int, settings: Settings, errors: Console) -> int:
    if errors.is_terminal:
        errors.show_cursor()  # the progress line of the pipeline had hidden it
    events = _events_of(child, settings)
    released = any(event.event == "released" for event in events)
    if events and not released:
        run_record.append(
            settings.data, events[-1].run_id, "stopped", signal=signal.Signals(signum).name
        )
    text = STOPPED_AFTER_RELEASE if released else STOPPED
    errors.print(f"caseload: {text}", soft_wrap=True, highlight=False)
    return EXIT_CODES[signal.Signals(signum)]


def _report_kill(signum: int, child: int, settings: Settings, errors: Console) -> int:
    reason = "killed by signal " + str(signum)
    if signum == signal.SIGKILL:
        reason += ", most often for lack of memory: lower memory_limit or free some"
    events = _events_of(child, settings)
    if events:
        run_record.append(settings.data, events[-1].run_id, "failed", step="pipeline", error=reason)
    errors.print(
        f"caseload: the pipeline was {reason}. The last release is still current. Run again to continue.",
        soft_wrap=True, highlight=False,
    )  # fmt: skip
    return _FAILED


def _events_of(child: int, settings: Settings) -> list[run_record.RunEvent]:
    """What the run of that process put on record; empty where it was ended before it began."""
    try:
        events = run_record.read(settings.data)
    except OSError:
        return []
    runs = [event.run_id for event in events if event.detail.get("pid") == child]
    return [event for event in events if runs and event.run_id == runs[-1]]
