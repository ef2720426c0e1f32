"""Keeps the measure events of each release for the next day's comparison.

`measures.fct_measure_restatement` compares a run's events with those of the last release of an
earlier day (docs/rules/measures/restatement.md#last-release). Each release keeps its events and the ids of the
batches that it knew in `released/<local day of as_of>/`. A later release of the same day replaces
them; the two latest days are kept. The files contain clients and never leave the data folder.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb

from publishing.durable import sync, sync_tree

FOLDER = "released"
TABLES = ("released_batch", "released_measure_event")
_KEPT_DAYS = 2
_NEW = ".new"
_OLD = ".old"
_BATCHES = (
    "select distinct batch.batch_id, run.as_of, run.as_of_date"
    " from raw_caseload.batch as batch cross join raw_caseload.run as run"
)
_EVENTS = (
    "select measure_id, measure_version, measurement_year, basis, client_key, event_key, event_date,"
    " status, evidence_table, evidence_key from measures.fct_measure_event"
)


def before(data: Path, day: date) -> dict[str, Path]:
    """Return the files of the last release of an earlier day by table; empty if there is none."""
    earlier = [found for found in _days(data / FOLDER) if found < day.isoformat()]
    if not earlier:
        return {}
    return {table: data / FOLDER / earlier[-1] / f"{table}.parquet" for table in TABLES}


@contextmanager
def kept(connection: duckdb.DuckDBPyConnection, data: Path) -> Iterator[None]:
    """Write the events before a release is made current, and keep them after it.

    An error between the two leaves the kept days as they were.
    """
    (day,) = connection.execute("select as_of_date from raw_caseload.run").fetchall()[0]
    folder = data / FOLDER
    new = folder / _NEW
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True, mode=0o700)
    for table, sql in zip(TABLES, (_BATCHES, _EVENTS), strict=True):
        path = new / f"{table}.parquet"
        path.touch(mode=0o600)
        target = str(path).replace("'", "''")
        connection.execute(f"copy ({sql}) to '{target}' (format parquet, compression zstd)")
    sync_tree(new)
    try:
        yield
        _replace(folder, day.isoformat())
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _replace(folder: Path, day: str) -> None:
    """Put the new files in the place of the day, and remove the days before the last two."""
    shutil.rmtree(folder / _OLD, ignore_errors=True)
    if (folder / day).exists():
        (folder / day).rename(folder / _OLD)
    (folder / _NEW).rename(folder / day)
    sync(folder)
    shutil.rmtree(folder / _OLD, ignore_errors=True)
    for outdated in _days(folder)[:-_KEPT_DAYS]:
        shutil.rmtree(folder / outdated)


def _days(folder: Path) -> list[str]:
    """Return the kept days, oldest first."""
    if not folder.is_dir():
        return []
    return sorted(
        path.name
        for path in folder.iterdir()
        if not path.name.startswith(".")
        and all((path / f"{table}.parquet").is_file() for table in TABLES)
    )
