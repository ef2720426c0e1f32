"""Garbage collection of the pipeline's processes."""

from __future__ import annotations

import gc

_THRESHOLDS = (100_000, 20, 100)


def collect_rarely() -> None:
    """Scan for garbage less often than by default.

    A process of the pipeline keeps 100,000 and more objects alive. Scanning them at Python's
    default thresholds takes a twentieth to a tenth of a small run's CPU time.
    """
    gc.set_threshold(*_THRESHOLDS)
