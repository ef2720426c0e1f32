"""One run at a time in a data folder, and nothing that outlives the run.

The lock is the kernel's (`flock`): it ends with the process, however that ends, so a killed run leaves none behind.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class DataFolderBusyError(Exception):
    """Another process holds the data folder."""


@contextmanager
def exclusive(data: Path) -> Iterator[None]:
    """Hold the data folder for this process.

    Raises:
        DataFolderBusyError: another run holds it; nothing was changed.
    """
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(data / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DataFolderBusyError(
                f"{data}: another run holds this data folder. Wait until it has ended, or give"
                " another folder with --data."
            ) from error
        yield
    finally:
        os.close(handle)


def end_with_parent() -> None:
    """For a child about to start: die when the parent dies, so that a killed run leaves no reader on the warehouse."""
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)
