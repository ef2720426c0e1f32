"""Reads the results of a run as comparable values: raw batches, warehouse rows, released files."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import duckdb

LAYERS = ("staging", "intermediate", "marts", "measures", "quality", "exports")


def released_bytes(data: Path) -> dict[str, str]:
    """Map path to sha256 for the files of the current release, except Data Docs and manifest."""
    release = (data / "published" / "current").resolve()
    manifest = json.loads((release / "manifest.json").read_text())
    results = {}
    for file in manifest["files"]:
        path = release / file["path"]
        assert hashlib.sha256(path.read_bytes()).hexdigest() == file["sha256"], file["path"]
        if not file["path"].startswith("quality/data_docs"):
            results[file["path"]] = file["sha256"]
    assert results
    return results


def raw_rows(data: Path) -> dict[str, str | list[str]]:
    """Map batches to commit records and senders to deliveries; check the files of all batches."""
    raw = data / "raw"
    results: dict[str, str | list[str]] = {}
    for record in sorted(raw.glob("*/_batches/*.json")):
        results[str(record.relative_to(raw))] = record.read_text()
        for part in json.loads(record.read_text())["parts"]:
            for file in (*part["typed"], *part["rejects"]):
                content = (raw / file["path"]).read_bytes()
                assert hashlib.sha256(content).hexdigest() == file["sha256"], file["path"]
    for ledger in sorted(raw.glob("*/_deliveries.jsonl")):
        lines = map(json.loads, ledger.read_text().splitlines())
        results[ledger.parent.name] = sorted(
            f"{line['received_at']} {line['path']} {line['batch_id']}" for line in lines
        )
    assert results
    return results


def warehouse_rows(data: Path) -> dict[str, tuple[int, int]]:
    """Map each relation to its row count and a hash that does not depend on row order."""
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
