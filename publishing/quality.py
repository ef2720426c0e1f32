"""Writes `quality/` of a release: gate verdict, Data Docs, reconciliation and matching tables.

The verdict and Data Docs are copied from the gate's output. If the gate refuses, they are saved
under `published/refused/` and `current` does not change.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from publishing.metrics import copy_sorted
from publishing.release import Release, ReleaseError, compact_utc

VERDICT = "verdict.json"
DATA_DOCS = "data_docs"
REFUSED = "refused"
REFUSAL = "refusal.json"
_TABLES = {
    "quality/reconciliation.parquet": "quality.fct_reconciliation",
    "quality/set_aside.parquet": "quality.fct_set_aside",
    "quality/linkage.parquet": "quality.fct_linkage",
    "quality/linkage_accuracy.parquet": "quality.fct_linkage_accuracy",
}


def write(connection: duckdb.DuckDBPyConnection, release: Release, gate_output: Path) -> int:
    """Add the verdict, the Data Docs and the quality tables to the release.

    Args:
        connection: the warehouse.
        release: the open release.
        gate_output: output directory of the gate (`--out`).

    Returns:
        Rows in the quality tables.

    Raises:
        ReleaseError: there is no verdict, or it is a refusal.
    """
    verdict = _verdict(gate_output)
    if verdict.get("success") is not True:
        raise ReleaseError(f"{gate_output / VERDICT} is a refusal: nothing can be released")
    for path in _files(gate_output):
        relative = f"quality/{path.relative_to(gate_output).as_posix()}"
        shutil.copyfile(path, release.file(relative))
        release.add(relative, None, is_data=False)
    written = 0
    for path, relation in _TABLES.items():
        rows = copy_sorted(connection, relation, release.file(path))
        release.add(path, rows)
        written += rows
    return written


def save_refusal(published: Path, gate_output: Path, as_of: datetime) -> Path:
    """Save a refusal and its Data Docs under `published/refused/`.

    Args:
        published: the folder of releases.
        gate_output: output directory of the gate.
        as_of: `as_of` of the refused release.

    Returns:
        The directory `refused/<as_of>-<12 hex digits of the verdict's hash>`; equal refusals share
        one.
    """
    text = (gate_output / VERDICT).read_bytes()
    _verdict(gate_output)
    directory = (
        published / REFUSED / f"{compact_utc(as_of)}-{hashlib.sha256(text).hexdigest()[:12]}"
    )
    directory.mkdir(parents=True, exist_ok=True)
    for private in (published, published / REFUSED, directory):
        private.chmod(0o700)
    for path in _files(gate_output):
        target = directory / path.relative_to(gate_output)
        target.parent.mkdir(mode=0o700, exist_ok=True)
        shutil.copyfile(path, target)
        target.chmod(0o600)
    refusal = {
        "as_of": as_of.astimezone(UTC).isoformat(),
        "refused_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    path = directory / REFUSAL
    path.write_text(json.dumps(refusal, indent=2) + "\n", encoding="utf-8")
    path.chmod(0o600)
    return directory


def _verdict(gate_output: Path) -> dict[str, object]:
    path = gate_output / VERDICT
    try:
        verdict: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        raise ReleaseError(
            f"{path} cannot be read ({error}): run the release gate first"
        ) from error
    return verdict


def _files(gate_output: Path) -> list[Path]:
    pages = (gate_output / DATA_DOCS).rglob("*")
    return [gate_output / VERDICT, *sorted(path for path in pages if path.is_file())]
