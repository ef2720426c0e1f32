"""What runs did: `logs/runs.jsonl` in the data folder, one line per event, for `caseload status` and the benchmark.

Holds times, steps, outcomes, costs. No client, no file content: error texts are masked before they come here.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

# The event of what landed and could not be read: folders of no sender, files out of place or without permission.
LANDED = "landed"
_QUOTED = re.compile(r"(\"[^\"\n]*\"|'[^'\n]*')")
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-/]*$")


def masked(text: str) -> str:
    """An engine's error text without the values it quotes: they may be somebody's data.

    Names of relations, columns and files stay; anything else in quotes becomes '…'. Engines print the row that failed
    after the first line, so only the first line is kept.
    """

    def mask(found: re.Match[str]) -> str:
        inner = found.group(0)[1:-1]
        named = _IDENTIFIER.match(inner) and ("_" in inner or "." in inner or "/" in inner)
        return found.group(0) if named else "'…'"

    first_line = text.strip().splitlines()[0] if text.strip() else ""
    return _QUOTED.sub(mask, first_line)


@dataclass(frozen=True)
class RunEvent:
    """One line of the record."""

    run_id: str
    event: str
    at: datetime
    detail: dict[str, Any]


def append(data: Path, run_id: str, event: str, **detail: Any) -> None:  # noqa: ANN401 - JSON values
    """Add a line; it is on disk when this returns."""
    logs = data / "logs"
    logs.mkdir(parents=True, exist_ok=True, mode=0o700)
    line = {"run_id": run_id, "event": event, "at": datetime.now(UTC).isoformat(), **detail}
    with (logs / "runs.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, sort_keys=True) + "\n")
        file.flush()
        os.fsync(file.fileno())


def landing_notices(data: Path, run_id: str | None = None) -> list[str]:
    """What a run (by default the last one) found in the landing folder and could not read."""
    found: list[str] = []
    for event in read(data):
        if event.event == LANDED and run_id in (None, event.run_id):
            found = list(event.detail["notices"])
    return found


def read(data: Path) -> list[RunEvent]:
    """All events, oldest first; a last line cut short by a kill is left out."""
    path = data / "logs" / "runs.jsonl"
    if not path.exists():
        return []
    events = []
    for text in path.read_text(encoding="utf-8").splitlines():
        try:
            line = json.loads(text)
        except json.JSONDecodeError:
            continue
        events.append(
            RunEvent(
                line.pop("run_id"), line.pop("event"), datetime.fromisoformat(line.pop("at")), line
            )
        )
    return events
