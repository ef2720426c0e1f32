"""`quality/` of a release: the verdict, the Data Docs, the accounts of rows and links; and what is kept when the gate refuses.

The judge wrote the verdict and the pages; they are copied, never rewritten. A refusal is kept beside the releases,
under `published/refused/`, and `current` is not touched.
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
    """Put the verdict, its pages and the accounts of rows and links into the release.

    Args:
        connection: the warehouse.
        release: the open release.
        gate_output: the directory that the judge wrote (`--out`).

    Returns:
        Rows of the accounts.

    Raises:
        ReleaseError: there is no verdict, or it refuses.
    """
    verdict = _verdict(gate_output)
    if verdict.get("success") is not True:
        raise ReleaseError(f"{gate_output / VERDICT} refuses: nothing may be released on it")
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
    """Keep a refused verdict and its pages under `published/refused/`; releases stay as they are.

    Args:
        published: the folder of releases.
        gate_output: the directory that the judge wrote.
        as_of: the instant that was gate_output.

    Returns:
        The directory of the refusal: `refused/<as_of>-<12 hex of the verdict>`; the same refusal again is the same one.
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
        raise ReleaseError(f"{path} cannot be read ({error}): run the judge first") from error
    return verdict


def _files(gate_output: Path) -> list[Path]:
    pages = (gate_output / DATA_DOCS).rglob("*")
    return [gate_output / VERDICT, *sorted(path for path in pages if path.is_file())]
