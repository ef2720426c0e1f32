"""The warehouse file from outside: what Python hands to dbt, and how the file is left behind.

`attach` puts one view per contract table over the committed Parquet files that count as of `as_of`, and writes the ledger
(`raw_caseload`). Nothing here says what the data mean.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import duckdb

from orchestration.settings import Settings
from sources.contract import Contract
from sources.raw_zone import RawZone

FILE = "warehouse.duckdb"
_WAIT_SECONDS = 30  # a reader that a killed run left behind dies within this; a person's does not


class WarehouseHeldError(Exception):
    """Another process has the warehouse open."""


def _open(path: Path, *, read_only: bool, settings: dict[str, str]) -> duckdb.DuckDBPyConnection:
    deadline = time.monotonic() + (0 if read_only else _WAIT_SECONDS)
    while True:
        try:
            return duckdb.connect(str(path), read_only=read_only, config=settings)
        except duckdb.IOException as error:
            if "lock" not in str(error).lower():
                raise
            if time.monotonic() >= deadline:
                raise WarehouseHeldError(
                    f"{path} is held by another process. Only the pipeline opens the warehouse:"
                    " wait until its run has ended, or close what else has the file open."
                ) from error
            time.sleep(0.5)


@contextmanager
def open_for_writing(data: Path, settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse, for the pipeline; checkpointed and closed at the end."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    config = {
        "memory_limit": settings.memory_limit,
        "threads": str(settings.threads),
        "preserve_insertion_order": "false",
    }
    connection = _open(data / FILE, read_only=False, settings=config)
    try:
        connection.execute("set TimeZone = 'UTC'")
        yield connection
        connection.execute("checkpoint")
    finally:
        connection.close()


@contextmanager
def open_for_reading(data: Path, settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse read-only, between runs.

    Raises:
        FileNotFoundError: no run has made it yet.
        WarehouseHeldError: a run holds it.
    """
    path = data / FILE
    if not path.exists():
        raise FileNotFoundError(f"{path} does not exist yet: start with `caseload run`")
    config = {"memory_limit": settings.memory_limit, "threads": str(settings.threads)}
    connection = _open(path, read_only=True, settings=config)
    try:
        connection.execute("set TimeZone = 'UTC'")
        yield connection
    finally:
        connection.close()


def checkpoint(data: Path, settings: Settings) -> None:
    """Leave the file closed and without a write-ahead log, whatever a step before did."""
    if (data / FILE).exists():
        with open_for_writing(data, settings):
            pass


def _literal(value: str | Path) -> str:
    return "'" + str(value).replace("'", "''") + "'"


def attach(
    connection: duckdb.DuckDBPyConnection,
    zone: RawZone,
    contracts: dict[str, Contract],
    as_of: datetime,
    settings: Settings,
) -> None:
    """Make `raw_<source>` views and the `raw_caseload` ledger stand as of `as_of`.

    Args:
        connection: the warehouse.
        zone: the raw zone.
        contracts: every sender's contract, absent senders too.
        as_of: only batches delivered at or before this instant count.
        settings: the agency's settings.
    """
    for contract in contracts.values():
        connection.execute(f"create schema if not exists raw_{contract.source}")
        for table in contract.tables.values():
            files = ", ".join(
                _literal(path) for path in zone.files(contract.source, table.name, as_of)
            )
            connection.execute(
                f"create or replace view raw_{contract.source}.{table.name} as"
                f" select * from read_parquet([{files}])"
            )
    _write_ledger(connection, zone, as_of, settings)
