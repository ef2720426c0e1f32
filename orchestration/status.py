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


def gather(settings: Settings) -> dict[str, Any]:
    """Everything status knows, as plain values."""
    zone = RawZone(settings.data / "raw")
    published = settings.data / "published"
    current = release.current(published)
    manifest = release.read_manifest(current) if current else None
    batches = zone.batches()
    return {
        "data": str(settings.data),
        "release": None if manifest is None else manifest["release_id"],
        "as_of": None if manifest is None else manifest["as_of"],
        "feeds": [asdict(line) for line in _feeds(zone, manifest)],
        "runs": _runs(settings),
        "verdict": _verdict(settings),
        "notices": [] if manifest is None else manifest["notices"],
        "refused_files": [
            {"source": batch.source, "file": batch.file_name, "reason": batch.reason_code,
             "detail": batch.detail}
            for batch in batches if batch.status == "refused"
        ],
        "rejects": _rejects(zone),
    }  # fmt: skip


def _runs(settings: Settings) -> list[dict[str, Any]]:
    """The last runs, newest first; a run that never said how it ended was stopped."""
    runs: dict[str, dict[str, Any]] = {}
    for event in run_record.read(settings.data):
        run = runs.setdefault(
            event.run_id,
            {"run_id": event.run_id, "started_at": event.at, "outcome": "stopped", "detail": ""},
        )
        if event.event in ("released", "refused", "failed"):
            run["outcome"] = event.event
            run["ended_at"] = event.at
            run["detail"] = (
                event.detail.get("release_id")
                or event.detail.get("error")
                or "; ".join(event.detail.get("reasons", []))
            )
    return list(reversed(runs.values()))[:_RUNS_SHOWN]


def _verdict(settings: Settings) -> dict[str, Any] | None:
    path = settings.data / "logs" / "judged" / "verdict.json"
    if not path.exists():
        return None
    found = json.loads(path.read_text(encoding="utf-8"))
    failures = [
        {"relation": suite["relation"], **failure}
        for suite in found["suites"]
        for failure in suite["failures"]
    ]
    return {"success": found["success"], "failures": failures}
