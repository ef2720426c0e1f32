"""The run record `logs/runs.jsonl`: one line per event of a run.

Contains times, steps, outcomes and costs, but no client data and no file content: error texts are
masked first.
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
# Event with the notices about landed files and folders that no sender reads, or that cannot be
# opened.
LANDED = "landed"
_QUOTED = re.compile(r"(\"[^\"\n]*\"|'[^'\n]*')")
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-/]*$")


def masked(text: str) -> str:
    """Mask the values that a database error quotes, because they may be client data.

    Quoted names of relations, columns and files stay; any other quoted text becomes '…'. Only the
    first line is kept, because engines print the failing row after it.
    """

    def mask(found: re.Match[str]) -> str:
        inner = found.group(0)[1:-1]
        named = _IDENTIFIER.match(inner) and ("_" in inner or "." in inner or "/" in inner)
        return found.group(0) if named else "'…'"

    first_line = text.strip().splitlines()[0] if text.strip() else ""
    return _QUOTED.sub(mask, first_line)


def node_cpu_file(data: Path, stage: str) -> Path:
    """The file with the CPU seconds of each dbt node of a stage, by unique id, in the last run."""
    return data / "logs" / f"cpu-{stage}.json"


@dataclass(frozen=True)
class RunEvent:
    """One event of the record."""

    run_id: str
    event: str
    at: datetime
    detail: dict[str, Any]


def append(data: Path, run_id: str, event: str, **detail: Any) -> None:  # noqa: ANN401 - JSON values
    """Append an event and sync it to disk."""
    logs = data / "logs"
    logs.mkdir(parents=True, exist_ok=True, mode=0o700)
    line = {"run_id": run_id, "event": event, "at": datetime.now(UTC).isoformat(), **detail}
    with (logs / FILE).open("a+b") as file:
        # A killed run may have left an unfinished line: start a new line after it.
        end = file.seek(0, os.SEEK_END)
        torn = end > 0 and os.pread(file.fileno(), 1, end - 1) != b"\n"
        file.write(b"\n" * torn + json.dumps(line, sort_keys=True).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def landing_notices(data: Path, run_id: str | None = None) -> list[str]:
    """Return the notices about unreadable landing files of a run, by default of the last one."""
    found: list[str] = []
    for event in read(data):
        if event.event == LANDED and run_id in (None, event.run_id):
            found = list(event.detail["notices"])
    return found


def read(data: Path, on_damage: Callable[[str], None] | None = None) -> list[RunEvent]:
    """Return all events, oldest first.

    Args:
        data: the data folder.
        on_damage: called with a message for each damaged line; damaged lines are skipped.
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
                    f"logs/{FILE} line {number} is damaged and was skipped: the run history has a gap, releases"
                    " are not affected. Delete the line to remove this notice."
                )
        else:
            events.append(event)
    return events
