"""What runs did: `logs/runs.jsonl` in the data folder, one line per event, for `caseload status` and the benchmark.

Holds times, steps, outcomes, costs. No client, no file content: error texts are masked before they come here.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FILE = "runs.jsonl"
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
    with (logs / FILE).open("a+b") as file:
        # A line that a killed run did not finish must not swallow this one.
        end = file.seek(0, os.SEEK_END)
        torn = end > 0 and os.pread(file.fileno(), 1, end - 1) != b"\n"
        file.write(b"\n" * torn + json.dumps(line, sort_keys=True).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def landing_notices(data: Path, run_id: str | None = None) -> list[str]:
    """What a run (by default the last one) found in the landing folder and could not read."""
    found: list[str] = []
    for event in read(data):
        if event.event == LANDED and run_id in (None, event.run_id):
            found = list(event.detail["notices"])
    return found


def read(data: Path, on_damage: Callable[[str], None] | None = None) -> list[RunEvent]:
    """All events, oldest first.

    Args:
        data: the data folder.
        on_damage: given one line of text per damaged line; damaged lines are skipped.
    """
    path = data / "logs" / FILE
    events = []
    for number, text in enumerate(path.read_bytes().splitlines() if path.is_file() else (), 1):
        try:
            line = json.loads(text)
            event = RunEvent(
                str(line.pop("run_id")),
                str(line.pop("event")),
                datetime.fromisoformat(line.pop("at")),
                line,
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            if on_damage is not None:
                on_damage(
                    f"logs/{FILE} line {number} is damaged and is skipped: the history of runs has a gap;"
                    " releases are not affected. Delete the line to remove this notice."
                )
        else:
            events.append(event)
    return events
