"""Writes each relation `exports.export_metric_<name>` to `metrics/<name>.parquet`.

These are aggregates; `exports` suppresses small cells and the gate checks it. Equal rows give equal
bytes: rows have a total order and row groups a fixed size.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from publishing.release import Release, ReleaseError

_PREFIX = "export_metric_"
_ROW_GROUP = 122_880


def write(connection: duckdb.DuckDBPyConnection, release: Release) -> dict[str, int]:
    """Write all metrics into the release.

    Returns:
        Rows per metric.

    Raises:
        ReleaseError: there is no metric relation, because the exports were not built.
    """
    relations = [
        line[0]
        for line in connection.execute(
            "select table_name from information_schema.tables"
            " where table_schema = 'exports' and starts_with(table_name, ?) order by table_name",
            [_PREFIX],
        ).fetchall()
    ]
    if not relations:
        raise ReleaseError(f"there is no relation exports.{_PREFIX}…: build the exports first")
    rows = {}
    for relation in relations:
        name = relation.removeprefix(_PREFIX)
        path = f"metrics/{name}.parquet"
        rows[name] = copy_sorted(connection, f"exports.{relation}", release.file(path))
        release.add(path, rows[name])
    return rows


def copy_sorted(connection: duckdb.DuckDBPyConnection, relation: str, path: Path) -> int:
    """Write a relation as Parquet, ordered by all columns, so that equal rows give equal bytes.

    Returns:
        Rows written.
    """
    target = str(path).replace("'", "''")
    with _rows_in_order(connection):
        copied = connection.execute(
            f"copy (select * from {relation} order by all) to '{target}'"  # noqa: S608 - fixed names
            f" (format parquet, compression zstd, row_group_size {_ROW_GROUP})"
        ).fetchone()
    return int(copied[0]) if copied else 0


@contextmanager
def _rows_in_order(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Preserve row order, which the pipeline's connection otherwise gives up for speed."""
    name = "preserve_insertion_order"
    before = connection.execute(f"select current_setting('{name}')").fetchone()
    connection.execute(f"set {name} = true")
    try:
        yield
    finally:
        connection.execute(f"set {name} = {str(bool(before and before[0])).lower()}")
