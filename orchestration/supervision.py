"""Runs the pipeline in a child process that signals can stop safely at any time.

Python handles signals between bytecodes of the main thread, but dbt, DuckDB and Polars have threads
of their own. A run that unwinds after a signal can abort inside such a thread and leave a
write-ahead log. Killing the pipeline is safe, because every step commits completely or not at all.
So this process kills the pipeline with all its children and then cleans up: it checkpoints and
closes the warehouse and removes unfinished files.
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

# 128 + signal number, as a shell reports it.
EXIT_CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}
_FAILED = 4
STOPPED = "stopped. The last release is still current. Run again to continue."
STOPPED_AFTER_RELEASE = "stopped after the new release became current."


def supervise(work: Callable[[], int], settings: Settings, errors: Console) -> int:
    """Call `work` in a child process that signals can stop.

    Args:
        work: the command; returns its exit code and prints its own errors.
        settings: the data folder, and the limits for the checkpoint.
        errors: console for the message after a stop.

    Returns:
        The exit code of `work`; 130, 143 or 129 after SIGINT, SIGTERM or SIGHUP; 4 if the child was
        killed.
    """
    # Under `nohup` SIGHUP is ignored and must not stop the run.
    signals = {number for number in EXIT_CODES if signal.getsignal(number) is not signal.SIG_IGN}
    sys.stdout.flush()
    sys.stderr.flush()
    parent, cpu_before = os.getpid(), progress.cpu_seconds()
    # Signals are blocked and read with sigwait, so that none is lost and none interrupts the
    # checkpoint.
    before = {number: signal.getsignal(number) for number in (*signals, signal.SIGCHLD)}
    signal.signal(signal.SIGCHLD, _wake)
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {*signals, signal.SIGCHLD})
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        _work_as_child(work, parent, cpu_before, signals, mask)
    try:
        code, stopped_by = _wait(child, signals)
        _clean_up(settings)
        if stopped_by is not None:
            return _report_stop(stopped_by, child, settings, errors)
        if code < 0:
            return _report_kill(-code, child, settings, errors)
        return code
    finally:
        for number in before:
            signal.signal(number, signal.SIG_IGN)  # discards signals received during the checkpoint
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        for number, handler in before.items():
            signal.signal(number, handler)


def _wake(signum: int, frame: FrameType | None) -> None:
    """Do nothing. Without a handler, the system may discard a blocked SIGCHLD."""


def _wait(child: int, signals: set[signal.Signals]) -> tuple[int, int | None]:
    """Wait for the child, and kill it after a signal.

    Returns:
        The child's exit code, and the signal that stopped the run or None.
    """
    stopped_by: int | None = None
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            break
        received = signal.sigwait({*signals, signal.SIGCHLD})
        if received != signal.SIGCHLD:
            stopped_by = stopped_by or received
            _kill_group(child)
    _kill_group(child)  # processes that the pipeline did not wait for
    code = os.waitstatus_to_exitcode(status)
    if stopped_by is None and -code in EXIT_CODES:
        stopped_by = -code  # a service manager signals all processes of a service
    return code, stopped_by


def _kill_group(child: int) -> None:
    for kill in (os.killpg, os.kill):  # also the child alone: it may not lead its group yet
        with contextlib.suppress(ProcessLookupError):
            kill(child, signal.SIGKILL)


def _work_as_child(
    work: Callable[[], int],
    parent: int,
    cpu_before: float,
    signals: set[signal.Signals],
    mask: set[int],
) -> None:
    """Call `work`, then exit without the exit handlers of loaded libraries. Does not return."""
    code = _FAILED
    try:
        # A new session: Ctrl-C reaches only the supervisor, which can kill the whole process group.
        os.setsid()
        run_lock.die_with_parent()
        if os.getppid() != parent:
            return
        for number in signals:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        progress.include_parent_cpu(cpu_before)
        _silence_semaphore_warning()
        code = work()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else _FAILED
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError):  # the reader may have closed the pipe
                stream.flush()
        os._exit(code)


def _silence_semaphore_warning() -> None:
    """Let the tracker of multiprocessing remove dbt's semaphores without a warning.

    They would be released by the exit handlers, which this process skips.
    """
    filters = filter(
        None, (os.environ.get("PYTHONWARNINGS"), "ignore:resource_tracker:UserWarning")
    )
    os.environ["PYTHONWARNINGS"] = ",".join(filters)


def _clean_up(settings: Settings) -> None:
    """Close the warehouse and remove unfinished files, unless another run has the lock."""
    data = settings.data
    unfinished = [
        path
        for path in (*_unfinished_files(data), *data.glob("published/.release-*"))
        if path.exists()
    ]
    if not unfinished:
        return
    from orchestration import warehouse
    from publishing import release

    try:
        with run_lock.exclusive(data):
            warehouse.checkpoint(data, settings)
            release.remove_leftovers(data / "published")
            for path in _unfinished_files(data)[1:]:
                path.unlink(missing_ok=True)
    except (run_lock.DataFolderBusyError, warehouse.WarehouseInUseError):
        return


def _unfinished_files(data: Path) -> list[Path]:
    """List the write-ahead log, the pairs for linkage (names, birth dates) and ledger files."""
    ledgers = ("run", "batch", "delivery", "reject")
    return [
        data / "warehouse.duckdb.wal",
        data / "linkage" / "pair.parquet",
        *(data / f"{table}.json" for table in ledgers),
    ]


def _report_stop(signum: int, child: int, settings: Settings, errors: Console) -> int:
    if errors.is_terminal:
        errors.show_cursor()  # the progress display hides it
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
        reason += ", usually because memory ran out: lower the setting memory_limit or free memory"
    events = _events_of(child, settings)
    if events:
        run_record.append(settings.data, events[-1].run_id, "failed", step="pipeline", error=reason)
    errors.print(
        f"caseload: the pipeline was {reason}. The last release is still current. Run again to continue.",
        soft_wrap=True, highlight=False,
    )  # fmt: skip
    return _FAILED


def _events_of(child: int, settings: Settings) -> list[run_record.RunEvent]:
    """Return the record of the child's run; empty if the child ended before the run started."""
    try:
        events = run_record.read(settings.data)
    except OSError:
        return []
    runs = [event.run_id for event in events if event.detail.get("pid") == child]
    return [event for event in events if runs and event.run_id == runs[-1]]
