"""Reading in a process of its own, for formats whose decoder can end the process that reads a damaged file.

Polars decodes Parquet in native code: a flipped byte can make it abort, and no `except` sees that. The reader process takes
one file after another and is replaced when it dies, so one damaged file is refused and the others are read.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Result = TypeVar("Result")


class ReaderDiedError(Exception):
    """The process that read a file ended while it read."""


def read_isolated(
    read: Callable[Given, Result], *arguments: Given.args, **options: Given.kwargs
) -> Result:
    """Call a reader in the reader process; arguments and result are pickled, its exceptions are raised here.

    Raises:
        ReaderDiedError: the process died; the next call starts another.
    """
    try:
        return _reader().submit(read, *arguments, **options).result()
    except BrokenProcessPool as error:
        _reader().shutdown()
        _reader.cache_clear()
        raise ReaderDiedError(f"{read.__name__} ended its process") from error


@cache
def _reader() -> ProcessPoolExecutor:
    # Not forked from this process: Polars' threads would not survive that.
    context = multiprocessing.get_context("forkserver")
    return ProcessPoolExecutor(1, mp_context=context, initializer=_keep_quiet)


def _keep_quiet() -> None:
    """Polars prints a stack for each panic; the refusal says what a user needs to know."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
