"""Comparing what runs left: batches, warehouse rows and released bytes, each as one value."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import duckdb

LAYERS = ("staging", "intermediate", "marts", "measures", "quality", "exports")


def released_bytes(data: Path) -> dict[str, str]:
    """Path to sha256 of every data file of the current release (not the manifest, which says when it was made)."""
    release = (data / "published" / "current").resolve()
    manifest = json.loads((release / "manifest.json").read_text())
    found = {}
    for file in manifest["files"]:
        path = release / file["path"]
        assert hashlib.sha256(path.read_bytes()).hexdigest() == file["sha256"], file["path"]
        if not file["path"].startswith("quality/data_docs"):
            found[file["path"]] = file["sha256"]
    assert found
    return found


def raw_rows(data: Path) -> dict[str, str | list[str]]:
    """Commit record of every batch, and the arrivals of every sender; the files that the records name are there."""
    raw = data / "raw"
    found: dict[str, str | list[str]] = {}
    for record in sorted(raw.glob("*/_batches/*.json")):
        found[str(record.relative_to(raw))] = record.read_text()
        for part in json.loads(record.read_text())["parts"]:
            for file in (*part["typed"], *part["rejects"]):
                content = (raw / file["path"]).read_bytes()
                assert hashlib.sha256(content).hexdigest() == file["sha256"], file["path"]
    for ledger in sorted(raw.glob("*/_deliveries.jsonl")):
        lines = map(json.loads, ledger.read_text().splitlines())
        found[ledger.parent.name] = sorted(
            f"{line['received_at']} {line['path']} {line['batch_id']}" for line in lines
        )
    assert found
    return found


def warehouse_rows(data: Path) -> dict[str, tuple[int, int]]:
    """Relation to (rows, order-free hash of all rows)."""
    assert not (data / "warehouse.duckdb.wal").exists()
    with duckdb.connect(str(data / "warehouse.duckdb"), read_only=True) as connection:
        relations = connection.execute(
            "select table_schema, table_name from information_schema.tables"
            f" where table_schema in {LAYERS} order by all"
        ).fetchall()
        rows = {}
        for schema, name in relations:
            counted = connection.execute(
                f"select count(*), coalesce(bit_xor(hash(relation)), 0) from {schema}.{name} relation"
            ).fetchone()
            rows[f"{schema}.{name}"] = counted
    assert rows
    return rows
