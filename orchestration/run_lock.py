"""Locks a data folder for one run at a time.

The lock is a kernel lock (`flock`): it ends with the process, so a killed run leaves no stale lock.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from orchestration import private_folder
from publishing.dates import time_text


class DataFolderBusyError(Exception):
    """Another process is using the data folder."""


_SILENT_SECONDS = 1.0  # a killed run releases the lock within this time: wait without a message
_POLL_SECONDS = 0.2
_held: set[Path] = set()


@contextmanager
def exclusive(
    data: Path, *, wait_seconds: float = 0, notify: Callable[[str], None] | None = None
) -> Iterator[None]:
    """Lock the data folder for this process. A process that has the lock can enter again.

    Args:
        data: the data folder; created if needed and made private.
        wait_seconds: how long to wait for another run.
        notify: called with one line of text when the wait begins.

    Raises:
        DataFolderBusyError: another run is still using it; nothing was changed.
    """
    folder = data.resolve()
    if folder in _held:
        yield
        return
    private_folder.make_private(folder)
    handle = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _acquire(handle, data, wait_seconds, notify)
        started = datetime.now(UTC).isoformat(timespec="seconds")
        os.ftruncate(handle, 0)
        os.pwrite(handle, json.dumps({"pid": os.getpid(), "started_at": started}).encode(), 0)
        _held.add(folder)
        private_folder.secure(folder)
        yield
    finally:
        _held.discard(folder)
        os.close(handle)


def _acquire(
    handle: int, data: Path, wait_seconds: float, notify: Callable[[str], None] | None
) -> None:
    begun = time.monotonic()
    is_notified = False
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            waited = time.monotonic() - begun
            if waited >= max(wait_seconds, _SILENT_SECONDS):
                after = f" after {wait_seconds:,.0f} s of waiting" if wait_seconds else ""
                raise DataFolderBusyError(
                    f"{data}: another run is using this data folder{after} ({_holder_text(handle)}). Wait for it"
                    " to end, or choose another folder with --data."
                ) from error
            if notify is not None and not is_notified and waited >= _SILENT_SECONDS:
                is_notified = True
                notify(
                    f"{data}: another run is using this data folder ({_holder_text(handle)});"
                    f" waiting up to {wait_seconds:,.0f} s for it to end"
                )
            time.sleep(_POLL_SECONDS)
        else:
            return


def holder(data: Path) -> int | None:
    """Return the process that has the lock, or None."""
    path = data / ".lock"
    if not path.is_file():
        return None
    handle = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        found = _read_holder(handle)
        return None if found is None else found[0]
    else:
        return None
    finally:
        os.close(handle)


def _holder_text(handle: int) -> str:
    """Format the owner of the lock: `process 4711, since Tue 30 Jun 2026 02:00 UTC`."""
    found = _read_holder(handle)
    if found is None:
        return "unknown process"
    pid, since = found
    return f"process {pid}, since {time_text(since, None)} UTC"


def _read_holder(handle: int) -> tuple[int, datetime] | None:
    """Read process id and start time from the lock file; None if they are not written yet."""
    try:
        found = json.loads(os.pread(handle, 200, 0))
        return int(found["pid"]), datetime.fromisoformat(found["started_at"])
    except (ValueError, KeyError, TypeError):
        return None


def die_with_parent() -> None:
    """Make this process die with its parent (Linux only).

    Otherwise a child of a killed run would keep the warehouse open. For use as `preexec_fn`, or at
    the start of a child process.
    """
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)
