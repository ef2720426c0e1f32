"""`caseload status`: what arrived, what was refused, what left. Reads ledgers and releases only, never the warehouse."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

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
        "notices": _notices(settings, zone, manifest),
        "refused_files": [
            {"source": batch.source, "file": batch.file_name, "reason": batch.reason_code,
             "detail": batch.detail}
            for batch in batches if batch.status == "refused"
        ],
        "rejects": _rejects(zone),
    }  # fmt: skip


def _notices(settings: Settings, zone: RawZone, manifest: dict[str, Any] | None) -> list[str]:
    """The release's, and what the last run could not read: it may have been refused."""
    found = zone.notices() if manifest is None else list(manifest["notices"])
    landed = run_record.landing_notices(settings.data)
    return [*found, *(notice for notice in landed if notice not in found)]


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


def _feeds(zone: RawZone, manifest: dict[str, Any] | None) -> list[FeedLine]:
    """Every sender with a contract, as the release saw it; the ledger alone before the first release."""
    released = {feed["source"]: feed for feed in manifest["feeds"]} if manifest else {}
    deliveries = zone.deliveries()
    loaded, rejected = Counter[str](), Counter[str]()
    for batch in zone.batches():
        loaded[batch.source] += batch.rows_loaded
        rejected[batch.source] += batch.rows_rejected
    lines = []
    for source in sorted(load_contracts()):
        received = [line.received_at for line in deliveries if line.source == source]
        seen = released.get(source)
        if not received:
            state = "absent"
        elif seen is None or seen["last_received_at"] is None:
            state = "new"
        else:
            state = "stale" if seen["is_stale"] else "fresh"
        lines.append(
            FeedLine(
                source, state, max(received).isoformat() if received else None, len(received),
                loaded[source], rejected[source],
            )
        )  # fmt: skip
    return lines


def _rejects(zone: RawZone) -> list[dict[str, Any]]:
    counts = Counter((line.source, line.table_name, line.reason_code) for line in zone.rejects())
    return [
        {"source": source, "table": table, "reason": reason, "rows": rows}
        for (source, table, reason), rows in sorted(counts.items())
    ]


_COLOR = {
    "fresh": "green", "stale": "red", "absent": "dim", "new": "cyan", "released": "green",
    "refused": "red", "failed": "red", "stopped": "yellow",
}  # fmt: skip


def _show(found: dict[str, Any], settings: Settings, console: Console) -> None:
    def local(text: str | datetime | None) -> str:
        if text is None:
            return "never"
        instant = datetime.fromisoformat(text) if isinstance(text, str) else text
        return instant.astimezone(settings.zone).strftime("%Y-%m-%d %H:%M")

    def colored(word: str) -> Text:
        return Text(word, _COLOR[word])

    console.print(
        f"Release {found['release']}, as of {local(found['as_of'])}"
        if found["release"]
        else "Nothing was released yet: never, from this data folder.",
        highlight=False,
    )
    feeds = Table(title="Feeds", title_justify="left")
    for heading in ("Sender", "State", "Last delivery", "Deliveries", "Rows loaded", "Rejected"):
        right = heading in ("Deliveries", "Rows loaded", "Rejected")
        feeds.add_column(heading, justify="right" if right else "left")
    for feed in found["feeds"]:
        feeds.add_row(
            feed["source"],
            colored(feed["state"]),
            local(feed["last_received_at"]),
            f"{feed['deliveries']:,}",
            f"{feed['rows_loaded']:,}",
            f"{feed['rows_rejected']:,}",
        )
    console.print(feeds)
    if found["runs"]:
        runs = Table(title="Last runs", title_justify="left")
        for heading in ("Started", "Outcome", "Release, or why not"):
            runs.add_column(heading, overflow="fold")
        for run in found["runs"]:
            runs.add_row(local(run["started_at"]), colored(run["outcome"]), run["detail"])
        console.print(runs)
    verdict = found["verdict"]
    if verdict is not None:
        said = ("passed", "") if verdict["success"] else ("refused", "red")
        console.print(Text.assemble("Last verdict: ", said))
        for failure in verdict["failures"]:
            console.print(
                f"  {failure['relation']}: {failure['expectation']}: {failure['why']}",
                soft_wrap=True,
                highlight=False,
            )
    for title, lines, columns in (
        ("Refused files", found["refused_files"], ("source", "file", "reason", "detail")),
        ("Rejected rows", found["rejects"], ("source", "table", "reason", "rows")),
    ):
        if lines:
            table = Table(title=title, title_justify="left")
            for column in columns:
                table.add_column(
                    column.capitalize(),
                    overflow="fold",
                    justify="right" if column == "rows" else "left",
                )
            for line in lines:
                table.add_row(*(str(line[column] or "") for column in columns))
            console.print(table)
    for notice in found["notices"]:
        console.print(f"note: {notice}", soft_wrap=True, highlight=False)
