"""What a failing step tells Dagster: a masked message, and whether to try again.

Dagster stores the exception of a step with its message and its causes, and shows it in the UI. Engines quote values in their
messages, so no exception leaves a step as it was raised.
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
# Conditions of a disk or a network share that pass by themselves. A full disk is not one of them: somebody has to act.
_PASSING = {errno.EAGAIN, errno.EBUSY, errno.EIO, errno.EINTR, errno.ESTALE, errno.ETIMEDOUT}
# DuckDB's message when another process, such as `caseload explain`, has the warehouse open.
_LOCKED = "Could not set lock on file"


class StepError(Exception):
    """A step failed; the message is masked."""


def is_transient(error: BaseException) -> bool:
    """True for a locked warehouse and for disk errors that pass by themselves."""
    if isinstance(error, OSError) and error.errno in _PASSING:
        return True
    return _LOCKED in str(error)


@contextmanager
def reported() -> Iterator[None]:
    """Mask the exception of a step, and ask for a retry where it is transient.

    Raises:
        StepError: the masked exception.
        dagster.RetryRequested: it is transient; Dagster runs the step again, three times at most.
    """
    try:
        yield
    except (dg.Failure, dg.RetryRequested):
        raise
    except Exception as error:
        # A build error names its nodes line by line, and was masked in the dbt process.
        text = str(error) if isinstance(error, BuildError) else masked(str(error))
        found = StepError(text or type(error).__name__)
        # `from None`: the cause would be stored with its message.
        found.__cause__, found.__suppress_context__ = None, True
        if is_transient(error):
            raise dg.RetryRequested(RETRIES, RETRY_SECONDS) from found
        raise found from None
