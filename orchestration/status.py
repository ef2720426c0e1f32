"""`caseload status`: what arrived, what was refused, what left. Reads ledgers and releases only, never the warehouse."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table

from orchestration import run_record
from orchestration.settings import Settings
from publishing import release
from sources.contract import load_contracts
from sources.raw_zone import RawZone

FRESH, STALE_OR_REFUSED = 0, 1
_RUNS_SHOWN = 5


@dataclass(frozen=True)
class FeedLine:
    """A sender: absent (never delivered), fresh or stale as of the current release, new (delivered since)."""

    source: str
    state: str
    last_received_at: str | None
    deliveries: int
    rows_loaded: int
    rows_rejected: int


def status(settings: Settings, console: Console, *, as_json: bool) -> int:
    """Show or print the state of a data folder.

    Returns:
        0 when every delivered feed is fresh and the last run released; 1 when a feed is stale, or the last run was
        refused or failed, or nothing was ever released.
    """
    found = gather(settings)
    if as_json:
        console.file.write(json.dumps(found, indent=2, default=str) + "\n")
    else:
        _show(found, settings, console)
    troubled = any(feed["state"] == "stale" for feed in found["feeds"])
    last = found["runs"][0]["outcome"] if found["runs"] else None
    return STALE_OR_REFUSED if troubled or last != "released" else FRESH
