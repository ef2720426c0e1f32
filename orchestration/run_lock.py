"""One run at a time in a data folder, and nothing that outlives the run.

The lock is the kernel's (`flock`): it ends with the process, however that ends, so a killed run leaves none behind.
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


class DataFolderBusyError(Exception):
    """Another process holds the data folder."""


_FIRST_LOOKS = 1.0  # seconds in which a killed run ends and a starting one need not mention it
_PAUSE = 0.2
_held: set[Path] = set()


@contextmanager
def exclusive(
    data: Path, *, wait_seconds: float = 0, say: Callable[[str], None] | None = None
) -> Iterator[None]:
    """Hold the data folder for this process; a process that holds it already goes on.

    Args:
        data: the data folder; made, and made private with what is in it.
        wait_seconds: how long to wait for a run that holds it.
        say: given one line when the wait begins.

    Raises:
        DataFolderBusyError: another run still holds it; nothing was changed.
    """
    folder = data.resolve()
    if folder in _held:
        yield
        return
    private_folder.make(folder)
    handle = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _take(handle, data, wait_seconds, say)
        started = datetime.now(UTC).isoformat(timespec="seconds")
        os.ftruncate(handle, 0)
        os.pwrite(handle, json.dumps({"pid": os.getpid(), "started_at": started}).encode(), 0)
        _held.add(folder)
        private_folder.secure(folder)
        yield
    finally:
        _held.discard(folder)
        os.close(handle)


def _take(handle: int, data: Path, wait_seconds: float, say: Callable[[str], None] | None) -> None:
    begun = time.monotonic()
    is_said = False
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            waited = time.monotonic() - begun
            if waited >= max(wait_seconds, _FIRST_LOOKS):
                after = f", and still does after {wait_seconds:,.0f} s" if wait_seconds else ""
                raise DataFolderBusyError(
                    f"{data}: another run holds this data folder ({_holder(handle)}){after}. Wait until it"
                    " has ended, or use another folder with --data."
                ) from error
            if say is not None and not is_said and waited >= _FIRST_LOOKS:
                is_said = True
                say(
                    f"{data}: another run holds this data folder ({_holder(handle)});"
                    f" waiting up to {wait_seconds:,.0f} s for it to end"
                )
            time.sleep(_PAUSE)
        else:
            return


def holder(data: Path) -> int | None:
    """The process that holds the data folder now, or None."""
    path = data / ".lock"
    if not path.is_file():
        return None
    handle = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        found = _written(handle)
        return None if found is None else found[0]
    else:
        return None
    finally:
        os.close(handle)


def _holder(handle: int) -> str:
    """`process 4711, since 2026-06-30 02:00 UTC`."""
    found = _written(handle)
    if found is None:
        return "process unknown"
    pid, since = found
    return f"process {pid}, since {since:%Y-%m-%d %H:%M} UTC"


def _written(handle: int) -> tuple[int, datetime] | None:
    """What the holder wrote into the lock file; None where it has not done so yet."""
    try:
        found = json.loads(os.pread(handle, 200, 0))
        return int(found["pid"]), datetime.fromisoformat(found["started_at"])
    except (ValueError, KeyError, TypeError):
        return None


def end_with_parent() -> None:
    """For a child about to start: die when the parent dies, so that a killed run leaves no reader on the warehouse."""
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)
