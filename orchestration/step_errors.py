"""Masks the error of a failed step and asks Dagster for a retry if the error is transient.

Dagster stores the exception of a step, with its causes, and shows it in the UI. Database errors
quote row values, so every exception is replaced by a masked one.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from orchestration.dbt_project import BuildError
from orchestration.run_record import masked

RETRIES = 3
RETRY_SECONDS = 60
# Errors of a disk or network share that may disappear without intervention, unlike a full disk.
_TRANSIENT_ERRNOS = {
    errno.EAGAIN,
    errno.EBUSY,
    errno.EIO,
    errno.EINTR,
    errno.ESTALE,
    errno.ETIMEDOUT,
}
# DuckDB's message if another process, such as `caseload explain`, has the warehouse open.
_LOCKED = "Could not set lock on file"


class StepError(Exception):
    """A step failed; the message is masked."""


def is_transient(error: BaseException) -> bool:
    """Return True for a locked warehouse and for transient disk errors."""
    if isinstance(error, OSError) and error.errno in _TRANSIENT_ERRNOS:
        return True
    return _LOCKED in str(error)


@contextmanager
def mask_errors() -> Iterator[None]:
    """Replace the exception of a step by a masked one, and request a retry if it is transient.

    Raises:
        StepError: the masked exception.
        dagster.RetryRequested: the error is transient; Dagster retries the step up to three times.
    """
    try:
        yield
    except (dg.Failure, dg.RetryRequested):
        raise
    except Exception as error:
        # The dbt process has already masked this text, which has one line per node.
        text = str(error) if isinstance(error, BuildError) else masked(str(error))
        found = StepError(text or type(error).__name__)
        # Dagster would store the message of the cause.
        found.__cause__, found.__suppress_context__ = None, True
        if is_transient(error):
            raise dg.RetryRequested(RETRIES, RETRY_SECONDS) from found
        raise found from None
