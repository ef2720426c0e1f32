"""Opens, attaches and repairs the warehouse file.

`attach` creates one view per contract table over the Parquet files received by `as_of`, and writes
the ledger (`raw_caseload`). All business rules are in dbt.
"""

from __future__ import annotations

import errno
import itertools
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration import private_folder, released_events
from orchestration.settings import Settings
from sources.contract import Contract, load_ledger_contract
from sources.raw_zone import RawZone

FILE = "warehouse.duckdb"
_SCORE_TABLE = "raw_caseload.identity_score"
# DuckDB raises these for a damaged file, but also for a locked or inaccessible one.
DAMAGE = (
    duckdb.IOException,
    duckdb.SerializationException,
    duckdb.InternalException,
    duckdb.FatalException,
)
_WAIT_SECONDS = 30  # a child process of a killed run releases the file within this time


class WarehouseInUseError(Exception):
    """Another process has the warehouse open."""


class WarehouseDamagedError(Exception):
    """The file is truncated, overwritten, of another DuckDB version, or a folder."""


def _connect(path: Path, *, read_only: bool, settings: dict[str, str]) -> duckdb.DuckDBPyConnection:
    """Open the file; to write, wait up to `_WAIT_SECONDS` for another process.

    Raises:
        WarehouseInUseError: another process still has it open.
        WarehouseDamagedError: the file cannot be read.
    """
    deadline = time.monotonic() + (0 if read_only else _WAIT_SECONDS)
    while True:
        if path.exists() and not path.is_file():
            raise WarehouseDamagedError(f"{path} is damaged")
        try:
            return duckdb.connect(str(path), read_only=read_only, config=settings)
        except DAMAGE as error:
            text = str(error).lower()
            if "could not set lock" not in text:
                if "permission denied" in text:
                    raise PermissionError(errno.EACCES, "permission denied", str(path)) from error
                if "no space left" in text:
                    raise OSError(errno.ENOSPC, "no space left on the disk", str(path)) from error
                raise WarehouseDamagedError(f"{path} is damaged") from error
            if time.monotonic() >= deadline:
                raise WarehouseInUseError(
                    f"{path} is open in another process. Wait for the run to end, or close the program"
                    " that has the file open."
                ) from error
            time.sleep(0.5)


def discard_damaged(data: Path, settings: Settings) -> str | None:
    """Remove a warehouse file that cannot be opened. The build recreates it from the raw zone.

    Returns:
        A message, or None if the file is missing or intact.
    """
    if not os.path.lexists(data / FILE):
        return None
    try:
        with open_for_writing(data, settings):
            return None
    except WarehouseDamagedError as error:
        return f"{error}: rebuilding it from the raw zone.{_discard(data / FILE)}"


def _discard(path: Path) -> str:
    """Remove the damaged file. If the path is a folder, rename it: it is not ours to delete."""
    path.with_name(f"{FILE}.wal").unlink(missing_ok=True)
    if not path.is_dir() or path.is_symlink():
        path.unlink(missing_ok=True)
        return ""
    aside = next(
        name
        for number in itertools.count(1)
        if not (name := path.with_name(f"{FILE}.set-aside-{number}")).exists()
    )
    path.rename(aside)
    return f" A folder had this name and was renamed to {aside.name}."


def discard_unreadable(settings: Settings) -> bool:
    """After a failed run, remove the warehouse if any of its tables cannot be read completely.

    Returns:
        True if the file was damaged.
    """
    path = settings.data / FILE
    try:
        with open_for_reading(settings.data, settings) as connection:
            tables = connection.execute(
                "select schema_name, table_name from duckdb_tables() where not internal order by all"
            ).fetchall()
            for schema, name in tables:
                connection.execute(f'select bit_xor(hash(t)) from "{schema}"."{name}" as t')
    except (*DAMAGE, WarehouseDamagedError):
        _discard(path)
        return True
    except (OSError, WarehouseInUseError, duckdb.Error):
        pass  # missing, in use or too large for the memory limit: not damaged
    return False


@contextmanager
def open_for_writing(data: Path, settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the warehouse for the pipeline; checkpoint and close it at the end."""
    private_folder.make_private(data)
    config = {
        "memory_limit": settings.memory_limit,
        "threads": str(settings.threads),
        "preserve_insertion_order": "false",
    }
    connection = _connect(data / FILE, read_only=False, settings=config)
    try:
        connection.execute("set TimeZone = 'UTC'")
        yield connection
        connection.execute("checkpoint")
    finally:
        connection.close()


@contextmanager
def open_for_reading(data: Path, settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the warehouse read-only.

    Raises:
        FileNotFoundError: no run has created it yet.
        WarehouseInUseError: a run has it open.
        WarehouseDamagedError: the file cannot be read; the next run rebuilds it.
    """
    path = data / FILE
    if not path.exists():
        raise FileNotFoundError(f"{path} does not exist yet: start with `caseload run`")
    config = {"memory_limit": settings.memory_limit, "threads": str(settings.threads)}
    connection = _connect(path, read_only=True, settings=config)
    try:
        connection.execute("set TimeZone = 'UTC'")
        yield connection
    finally:
        connection.close()


def checkpoint(data: Path, settings: Settings) -> None:
    """Checkpoint the warehouse, so that no write-ahead log remains after an interrupted step.

    A file that cannot be opened is removed; the next run rebuilds it from the raw zone.
    """
    path = data / FILE
    if not path.is_file():
        path.with_name(f"{FILE}.wal").unlink(missing_ok=True)
        return
    discard_damaged(data, settings)


def _sql_literal(value: str | Path) -> str:
    return "'" + str(value).replace("'", "''") + "'"


def attach(
    connection: duckdb.DuckDBPyConnection,
    zone: RawZone,
    contracts: dict[str, Contract],
    as_of: datetime,
    settings: Settings,
) -> None:
    """Create the `raw_<source>` views and the `raw_caseload` ledger as of an instant.

    Args:
        connection: the warehouse.
        zone: the raw zone.
        contracts: contracts of all senders, including those without deliveries.
        as_of: only batches received by this instant are visible.
        settings: the agency's settings.
    """
    for contract in contracts.values():
        connection.execute(f"create schema if not exists raw_{contract.source}")
        for table in contract.tables.values():
            files = ", ".join(
                _sql_literal(path) for path in zone.files(contract.source, table.name, as_of)
            )
            # union_by_name: a batch has only the columns of its file. hive_partitioning off: a
            # parent folder named `state=NC` must not become a column.
            connection.execute(
                f"create or replace view raw_{contract.source}.{table.name} as select * from"
                f" read_parquet([{files}], union_by_name = true, hive_partitioning = false)"
            )
    _write_ledger(connection, zone, as_of, settings)
    _attach_released(connection, as_of, settings)
    # Linkage replaces this table. It must exist so that `dbt build` works on a new warehouse.
    connection.execute(f"create table if not exists {_SCORE_TABLE} ({_score_columns()})")


def _attach_released(
    connection: duckdb.DuckDBPyConnection, as_of: datetime, settings: Settings
) -> None:
    """Create the views of the last release's events, without rows where there is no such release."""
    files = released_events.before(settings.data, as_of.astimezone(settings.zone).date())
    for table in released_events.TABLES:
        columns = load_ledger_contract().tables[table].columns
        if table in files:
            names = ", ".join(column.name for column in columns)
            rows = (
                f"select {names} from read_parquet("
                f"{_sql_literal(files[table])}, hive_partitioning = false)"
            )
        else:
            nulls = ", ".join(
                f"cast(null as {column.sql_type}) as {column.name}" for column in columns
            )
            rows = f"select {nulls} where false"
        connection.execute(f"create or replace view raw_caseload.{table} as {rows}")


def write_pairs(connection: duckdb.DuckDBPyConnection, path: Path) -> int:
    """Write the candidate pairs as Parquet for linkage; return their number."""
    path.touch(mode=0o600)
    connection.execute(
        f"copy intermediate.int_identity__paired to {_sql_literal(path)} (format parquet)"
    )
    return _count(connection, "intermediate.int_identity__paired")


def read_scores(connection: duckdb.DuckDBPyConnection, path: Path | None) -> int:
    """Load the match probabilities, none if `path` is None; return their number."""
    connection.execute(f"create or replace table {_SCORE_TABLE} ({_score_columns()})")
    if path is not None:
        connection.execute(
            f"insert into {_SCORE_TABLE} by name"
            f" select * from read_parquet({_sql_literal(path)}, hive_partitioning = false)"
        )
    return _count(connection, _SCORE_TABLE)


def _score_columns() -> str:
    table = load_ledger_contract().tables["identity_score"]
    return ", ".join(f"{column.name} {column.sql_type}" for column in table.columns)


def _count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    return int(connection.execute(f"select count(*) from {relation}").fetchall()[0][0])


def _write_ledger(
    connection: duckdb.DuckDBPyConnection, zone: RawZone, as_of: datetime, settings: Settings
) -> None:
    connection.execute("create schema if not exists raw_caseload")
    local_day = as_of.astimezone(settings.zone).date()
    _write_table(
        connection,
        settings.data,
        "run",
        {
            "as_of": "timestamp with time zone",
            "as_of_date": "date",
            "time_zone": "varchar",
            "organization_id": "varchar",
            "state": "varchar",
        },
        [(as_of, local_day, settings.time_zone, settings.organization_id, settings.state)],
    )
    _write_table(
        connection,
        settings.data,
        "batch",
        {
            "batch_id": "varchar",
            "source": "varchar",
            "table_name": "varchar",
            "file_name": "varchar",
            "sha256": "varchar",
            "bytes": "bigint",
            "status": "varchar",
            "reason_code": "varchar",
            "detail": "varchar",
            "rows_in": "bigint",
            "rows_loaded": "bigint",
            "rows_rejected": "bigint",
            "contract_hash": "varchar",
            "returned_by": "varchar",
        },
        [
            (
                batch.batch_id, batch.source, batch.table_name, batch.file_name, batch.sha256,
                batch.bytes, batch.status, batch.reason_code, batch.detail, batch.rows_in,
                batch.rows_loaded, batch.rows_rejected, batch.contract_hash, batch.returned_by,
            )
            for batch in zone.batches(as_of)
        ],
    )  # fmt: skip
    _write_table(
        connection,
        settings.data,
        "delivery",
        {
            "batch_id": "varchar",
            "source": "varchar",
            "path": "varchar",
            "shown_path": "varchar",
            "received_at": "timestamp with time zone",
            "is_dated": "boolean",
        },
        [
            (
                line.batch_id,
                line.source,
                line.path,
                line.shown_path,
                line.received_at,
                line.is_dated,
            )
            for line in zone.deliveries(as_of)
        ],
    )
    _write_table(
        connection,
        settings.data,
        "reject",
        {
            "source": "varchar",
            "table_name": "varchar",
            "batch_id": "varchar",
            "source_row": "bigint",
            "reason_code": "varchar",
            "detail": "varchar",
        },
        [
            (
                line.source,
                line.table_name,
                line.batch_id,
                line.source_row,
                line.reason_code,
                line.detail,
            )
            for line in zone.rejects(as_of)
        ],
    )


def _write_table(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    table: str,
    columns: dict[str, str],
    rows: list[tuple[Any, ...]],
) -> None:
    """Replace a ledger table.

    Rows are loaded from a JSON file, because bound parameters make DuckDB import pandas and
    pyarrow: 90 MB during the build.
    """
    path = folder / f"{table}.json"
    path.touch(mode=0o600)
    try:
        with path.open("w", encoding="utf-8") as file:
            for row in rows:
                line = dict(zip(columns, row, strict=True))
                file.write(json.dumps(line, default=_iso_text) + "\n")
        typed = ", ".join(f"{name}: {_sql_literal(kind)}" for name, kind in columns.items())
        connection.execute(
            f"create or replace table raw_caseload.{table} as select * from read_json("
            f"{_sql_literal(path)}, format = 'newline_delimited', columns = {{{typed}}})"
        )
    finally:
        path.unlink()


def _iso_text(value: date) -> str:
    return value.isoformat()


def loaded_rows(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], int]:
    """Count loaded rows per (source, table) for the asset catalog."""
    return {
        (source, table): count
        for source, table, count in connection.execute(
            "select source, table_name, sum(rows_loaded) from raw_caseload.batch"
            " where status = 'loaded' group by all"
        ).fetchall()
    }
