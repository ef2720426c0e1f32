"""`caseload status`: feeds, runs, gate result, refused files and rejects, without the warehouse."""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from orchestration import run_lock, run_record
from orchestration.settings import Settings, UsageError
from publishing import release
from publishing.dates import time_text
from sources.contract import load_contracts
from sources.raw_zone import RawZone

FRESH, STALE_OR_REFUSED = 0, 1
_RUNS_SHOWN = 5


@dataclass(frozen=True)
class FeedLine:
    """A sender: absent (no delivery), fresh, stale, or new (first delivery after the release)."""

    source: str
    state: str
    last_received_at: str | None
    deliveries: int
    rows_loaded: int
    rows_rejected: int


def status(settings: Settings, console: Console, *, as_json: bool) -> int:
    """Print the state of a data folder.

    Returns:
        0 if every delivered feed is fresh and the last run released; 1 if a feed is stale, the last
        run did not release, there is no release yet, or a file of the data folder is damaged.

    Raises:
        UsageError: the data folder cannot be read.
    """
    _check_readable(settings.data)
    found = gather(settings)
    if as_json:
        console.file.write(json.dumps(found, indent=2, default=str) + "\n")
    else:
        _print_status(found, settings, console)
    needs_attention = any(feed["state"] == "stale" for feed in found["feeds"])
    last = found["runs"][0]["outcome"] if found["runs"] else None
    needs_attention = needs_attention or bool(found["damage"])
    return STALE_OR_REFUSED if needs_attention or last != "released" else FRESH


def _check_readable(data: Path) -> None:
    for folder in (data, data / "raw", data / "published", data / "logs"):
        if folder.exists() and not os.access(folder, os.R_OK | os.X_OK):
            raise UsageError(
                f"--data {data}: no permission to read {folder}. Use the account that runs `caseload run`."
            )


def gather(settings: Settings) -> dict[str, Any]:
    """Collect the status as JSON values."""
    zone = RawZone(settings.data / "raw")
    damage: list[str] = []
    manifest = _manifest(settings.data / "published", damage)
    batches = zone.batches()
    runs = _runs(settings.data, damage)
    gate = _verdict(settings.data, damage)
    rejects = _rejects(zone, damage)
    damage += zone.damage()
    notices = _notices(settings, zone, manifest)
    return {
        "data": str(settings.data),
        "release": None if manifest is None else manifest["release_id"],
        "as_of": None if manifest is None else manifest["as_of"],
        "feeds": [asdict(line) for line in _feeds(zone, manifest)],
        "runs": runs,
        "verdict": gate,
        "damage": list(dict.fromkeys(damage)),
        "notices": [notice for notice in notices if notice not in damage],
        "refused_files": [
            {"source": batch.source, "file": batch.file_name, "reason": batch.reason_code,
             "detail": batch.detail}
            for batch in batches if batch.status == "refused"
        ],
        "rejects": rejects,
    }  # fmt: skip


def _notices(settings: Settings, zone: RawZone, manifest: dict[str, Any] | None) -> list[str]:
    """Return the release's notices, and the landing notices of the last run, even if refused."""
    found = zone.notices() if manifest is None else list(manifest["notices"])
    landed = run_record.landing_notices(settings.data)
    return [*found, *(notice for notice in landed if notice not in found)]


def _manifest(published: Path, damage: list[str]) -> dict[str, Any] | None:
    current = release.current(published)
    if current is None:
        return None
    try:
        return release.read_manifest(current)
    except release.ReleaseError as error:
        damage.append(str(error))
        return None


def _runs(data: Path, damage: list[str]) -> list[dict[str, Any]]:
    """Return the last runs, newest first. A run without an outcome is running or was killed."""
    runs: dict[str, dict[str, Any]] = {}
    try:
        events = run_record.read(data, damage.append)
    except OSError as error:
        damage.append(f"logs/{run_record.FILE} cannot be read: {error.strerror}")
        return []
    for event in events:
        run = runs.setdefault(
            event.run_id,
            {"run_id": event.run_id, "started_at": event.at, "outcome": "", "detail": ""},
        )
        if event.event == "started":
            run["outcome"] = run["outcome"] or _outcome_so_far(event.detail.get("pid"), data)
        elif event.event in ("released", "refused", "failed"):
            run["outcome"] = event.event
            run["ended_at"] = event.at
            run["detail"] = str(
                event.detail.get("release_id")
                or event.detail.get("error")
                or "; ".join(map(str, event.detail.get("reasons") or []))
            )
        elif event.event == "stopped":
            run["outcome"] = "stopped"
            run["ended_at"] = event.at
            run["detail"] = str(event.detail.get("signal", ""))
    for run in runs.values():
        run["outcome"] = run["outcome"] or "killed"
    return list(reversed(runs.values()))[:_RUNS_SHOWN]


def _outcome_so_far(pid: object, data: Path) -> str:
    return "running" if pid is not None and run_lock.holder(data) == pid else "killed"


def _verdict(data: Path, damage: list[str]) -> dict[str, Any] | None:
    path = data / "logs" / "gate" / "verdict.json"
    if not path.exists():
        return None
    try:
        found = json.loads(path.read_bytes())
        failures = [
            {"relation": suite["relation"],
             **{name: failure[name] for name in ("expectation", "observed", "why")}}
            for suite in found["suites"]
            for failure in suite["failures"]
        ]  # fmt: skip
        return {"success": bool(found["success"]), "failures": failures}
    except (OSError, ValueError, KeyError, TypeError):
        damage.append("logs/gate/verdict.json is damaged: `caseload run` rewrites it")
        return None


def _feeds(zone: RawZone, manifest: dict[str, Any] | None) -> list[FeedLine]:
    """Return each sender's state as of the release, or from the ledger before the first release."""
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


def _rejects(zone: RawZone, damage: list[str]) -> list[dict[str, Any]]:
    lines = zone.rejects(on_damage=damage.append)
    counts = Counter((line.source, line.table_name, line.reason_code) for line in lines)
    return [
        {"source": source, "table": table, "reason": reason, "rows": rows}
        for (source, table, reason), rows in sorted(counts.items())
    ]


_COLOR = {
    "fresh": "green", "stale": "red", "absent": "dim", "new": "cyan", "released": "green",
    "refused": "red", "failed": "red", "stopped": "yellow", "killed": "red", "running": "cyan",
}  # fmt: skip


def _print_status(found: dict[str, Any], settings: Settings, console: Console) -> None:
    year = None if found["as_of"] is None else datetime.fromisoformat(found["as_of"]).year

    def local(text: str | datetime | None) -> str:
        if text is None:
            return "–"
        instant = datetime.fromisoformat(text) if isinstance(text, str) else text
        return time_text(instant.astimezone(settings.zone), year)

    def colored(word: str) -> Text:
        return Text(word, _COLOR[word])

    console.print(
        f"Release {found['release']}, as of {local(found['as_of'])}"
        if found["release"]
        else f"No release yet in {found['data']}.",
        soft_wrap=True,
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
        for heading in ("Started", "Outcome", "Release or reason"):
            runs.add_column(heading, overflow="fold")
        for run in found["runs"]:
            runs.add_row(local(run["started_at"]), colored(run["outcome"]), run["detail"])
        console.print(runs)
    verdict = found["verdict"]
    if verdict is not None:
        result = ("passed", "") if verdict["success"] else ("refused", "red")
        console.print(Text.assemble("Last gate result: ", result))
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
    for text in found["damage"]:
        console.print(f"damaged: {text}", soft_wrap=True, highlight=False)
    for notice in found["notices"]:
        console.print(f"note: {notice}", soft_wrap=True, highlight=False)
