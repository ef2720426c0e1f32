"""Runs a reader in a separate process, for formats whose decoder can crash on a damaged file.

Polars decodes Parquet in native code. A flipped byte can make it abort the process, which
`except` cannot catch. The reader process reads one file after another and is replaced when it
dies, so only the damaged file is refused.
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
    """The reader process died while reading a file."""


def read_isolated(
    read: Callable[Given, Result], *arguments: Given.args, **options: Given.kwargs
) -> Result:
    """Call a reader in the reader process; arguments, result and exceptions are pickled.

    Raises:
        ReaderDiedError: the process died; the next call starts a new one.
    """
    try:
        return _reader().submit(read, *arguments, **options).result()
    except BrokenProcessPool as error:
        _reader().shutdown()
        _reader.cache_clear()
        raise ReaderDiedError(f"{read.__name__} crashed the reader process") from error


@cache
def _reader() -> ProcessPoolExecutor:
    # Not forked from this process: Polars' threads would not survive the fork.
    context = multiprocessing.get_context("forkserver")
    return ProcessPoolExecutor(1, mp_context=context, initializer=_keep_quiet)


def _keep_quiet() -> None:
    """Discard stderr: Polars prints a stack trace for each panic."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
