"""The reference baseline: the fastest known implementation of the pipeline's work on the same landing files.

Polars streams each landed CSV once into one typed Parquet file per table, and one Parquet file of rejects. One DuckDB
connection reads them in place and runs `baseline/*/*.sql` in name order. There is no dbt, Dagster, test, evidence or
text key. docs/benchmarks.md lists the work that it omits.

    python -m benchmarks.baseline --landing DIR --data DIR --as-of INSTANT
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import re
import resource
import time
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import polars as pl

from orchestration.settings import Settings
from sources.contract import Column, FirstOf, Table, load_contracts

HERE = Path(__file__).resolve().parent / "baseline"
SEEDS = HERE.parent.parent / "dbt_project" / "seeds"
MEMORY = "1GB"
ROWS_PER_FILE = 10_000_000_000  # _row = rank of the file * this + number of the record in it
_TEXTS = "code|prefix|pattern|delivered|version|npi"  # seed columns that are text even if all values are numeric
_TYPES = {"integer": pl.Int32(), "bigint": pl.Int64(), "decimal": pl.Decimal(18, 4)}


def main() -> None:
    """Ingest, build the marts, and write the cost of each stage to `<data>/stages.json`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--landing", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--as-of", type=dt.datetime.fromisoformat, required=True)
    chosen = parser.parse_args()
    run(chosen.landing, chosen.data, chosen.as_of, Settings())


def run(
    landing: Path, data: Path, as_of: dt.datetime, settings: Settings
) -> list[dict[str, float | str]]:
    """Run the baseline: write `<data>/typed/*.parquet`, then `<data>/baseline.duckdb`.

    Returns:
        Stages with name, cpu_seconds, wall_seconds, peak_mb.
    """
    (data / "typed").mkdir(parents=True, exist_ok=True)
    stages: list[dict[str, float | str]] = []
    started = (0.0, time.monotonic())
    stages.append(_stage("start", started))
    started = _now()
    files = ingest(landing, data / "typed", as_of, settings.time_zone)
    stages.append(_stage("ingest", started))
    started = _now()
    build(data, files, as_of, settings)
    stages.append(_stage("marts", started))
    (data / "stages.json").write_text(json.dumps(stages), encoding="utf-8")
    return stages


def _now() -> tuple[float, float]:
    used = os.times()
    return used.user + used.system, time.monotonic()


def _stage(name: str, started: tuple[float, float]) -> dict[str, float | str]:
    cpu, wall = _now()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "name": name,
        "cpu_seconds": cpu - started[0],
        "wall_seconds": wall - started[1],
        "peak_mb": peak,
    }


def ingest(
    landing: Path, typed: Path, as_of: dt.datetime, zone: str
) -> list[tuple[int, dt.datetime]]:
    """Read every landed CSV of a known table into `<typed>/<source>_<table>.parquet`, with rejects in a second file.

    Returns:
        Rank and received time of each file: the start of its delivery day in the agency's time zone.
    """
    found = sorted(
        (path.parent.name, path.parent.parent.name, path.name, path)
        for path in landing.glob("*/*/*.csv")
    )
    received: list[tuple[int, dt.datetime]] = []
    by_table: dict[tuple[str, str], list[tuple[int, Path]]] = {}
    contracts = load_contracts()
    for day, source, name, path in found:
        arrived = dt.datetime.combine(dt.date.fromisoformat(day), dt.time(), ZoneInfo(zone))
        tables = [table for table in contracts[source].tables if name.startswith(table)]
        if arrived > as_of or not tables:
            continue
        received.append((len(received), arrived))
        by_table.setdefault((source, max(tables, key=len)), []).append((received[-1][0], path))
    for (source, name), files in by_table.items():
        _ingest_table(contracts[source].tables[name], files, typed / f"{source}_{name}", zone)
    return received


def _ingest_table(table: Table, files: list[tuple[int, Path]], out: Path, zone: str) -> None:
    present: set[str] = set()
    scans = []
    for rank, path in files:
        scan = pl.scan_csv(path, infer_schema=False, glob=False, row_index_name="_row")
        present.update(scan.collect_schema().names())
        scans.append(scan.with_columns(pl.col("_row").cast(pl.Int64) + rank * ROWS_PER_FILE))
    columns = [column for column in table.columns if column.name in present]
    records = pl.concat(scans, how="diagonal")
    values = [_typed(column, zone).alias(f"typed {column.name}") for column in columns]
    is_bad = pl.any_horizontal([_is_lost(column) for column in columns]).alias("is bad")
    checked = records.with_columns(values).with_columns(is_bad)
    output = [expression for column in columns for expression in _output(column, zone)]
    good = checked.filter(~pl.col("is bad")).select("_row", *output)
    good.sink_parquet(f"{out}.parquet", compression="lz4")
    # Counting records needs only the line ends; the files are read again only if some records were rejected.
    given = records.select(pl.len()).collect(engine="streaming").item()
    if given != pl.scan_parquet(f"{out}.parquet", glob=False).select(pl.len()).collect().item():
        bad = checked.filter(pl.col("is bad")).select("_row", *(column.name for column in columns))
        bad.sink_parquet(f"{out}.rejects.parquet")


def _typed(column: Column, zone: str) -> pl.Expr:
    text = pl.col(column.name)
    match column.type:
        case "integer" | "bigint" | "decimal":
            return text.cast(_TYPES[column.type], strict=False)
        case "date":
            return text.str.to_date("%Y-%m-%d", strict=False)
        case "timestamp":
            return text.map_batches(
                lambda texts: _instant(texts, zone),
                return_dtype=pl.Datetime("us", "UTC"),
                is_elementwise=True,
            )
        case "boolean":
            return pl.when(text == "true").then(True).when(text == "false").then(False)
    return text


def _instant(texts: pl.Series, zone: str) -> pl.Series:
    """Parse local times first, then the remaining texts: times with an offset, dates, skipped local times."""
    wall = texts.str.to_datetime("%Y-%m-%dT%H:%M:%S", strict=False, time_unit="us")
    found = _localized(wall, zone)
    rest = found.is_null() & texts.is_not_null()
    if rest.any():
        left, skipped = texts.filter(rest), wall.filter(rest)
        other = left.str.to_datetime("%Y-%m-%dT%H:%M:%S%z", strict=False, time_unit="us")
        day = left.str.to_date("%Y-%m-%d", strict=False).cast(pl.Datetime("us"))
        for local in (day, skipped.dt.offset_by("-1h")):
            other = other.zip_with(other.is_not_null(), _localized(local, zone))
        found = found.scatter(rest.arg_true(), other)
    return found


def _localized(wall: pl.Series, zone: str) -> pl.Series:
    zoned = wall.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    return zoned.dt.convert_time_zone("UTC")


def _is_lost(column: Column) -> pl.Expr:
    text, value = pl.col(column.name), pl.col(f"typed {column.name}")
    lost = text.is_not_null() & value.is_null() if column.type != "varchar" else pl.lit(value=False)
    return lost | text.is_null() if column.is_value_required else lost


def _output(column: Column, zone: str) -> list[pl.Expr]:
    output = [pl.col(f"typed {column.name}").alias(column.name)]
    if _has_day(column):
        # Polars computes the local day almost for free; DuckDB needs a microsecond per row.
        local = pl.col(f"typed {column.name}").dt.convert_time_zone(zone)
        output.append(local.dt.date().alias(f"{column.name}_day"))
    if column.date_only:
        is_day = pl.col(column.name).str.len_bytes() == len("YYYY-MM-DD")
        precision = pl.when(is_day).then(pl.lit("date")).otherwise(pl.lit("time"))
        output.append(precision.alias(f"{column.name}_precision"))
    return output


def _has_day(column: Column) -> bool:
    return column.type == "timestamp" and column.is_value_required


def build(
    data: Path, files: list[tuple[int, dt.datetime]], as_of: dt.datetime, settings: Settings
) -> None:
    """Run the SQL files over the typed Parquet files; the marts are tables of `<data>/baseline.duckdb`."""
    config = {
        "threads": settings.threads,
        "preserve_insertion_order": False,
        "memory_limit": MEMORY,
    }
    for old in data.glob("baseline.duckdb*"):
        old.unlink()
    connection = duckdb.connect(str(data / "baseline.duckdb"), config=config)
    connection.execute("set TimeZone = 'UTC'")
    variables = {
        "as_of": as_of,
        "as_of_date": as_of.astimezone(ZoneInfo(settings.time_zone)).date(),
        "zone": settings.time_zone,
        "organization_id": settings.organization_id,
        "state": settings.state,
    }
    for name, value in variables.items():
        connection.execute(f"set variable {name} = $value", {"value": value})
    connection.execute("create temp table delivery (file_rank bigint, received_at timestamptz)")
    connection.executemany("insert into delivery values (?, ?)", files)
    for path in sorted(SEEDS.glob("*/*.csv")):
        connection.execute(_seed(path))
    for source, contract in load_contracts().items():
        for table in contract.tables.values():
            for statement in _current(f"{source}_{table.name}", table, data / "typed"):
                connection.execute(statement)
    for path in sorted(HERE.glob("*/*.sql")):
        connection.execute(path.read_text(encoding="utf-8"))
    connection.close()


def _seed(path: Path) -> str:
    """Statement that loads a seed into a temporary table; numeric codes remain text."""
    header = path.read_text(encoding="utf-8").split("\n", 1)[0].split(",")
    texts = {name: "varchar" for name in header if re.search(_TEXTS, name)}
    types = f", types = {texts}" if texts else ""
    return (
        f"create temp table seed_{path.stem} as"
        f" select * from read_csv('{path}', header = true, delim = ',', quote = '\"'{types})"
    )


def _current(name: str, table: Table, typed: Path) -> Iterator[str]:
    """Statements for view `raw_<name>` with all contract columns, and view `<name>` without superseded and deleted rows.

    A later row supersedes earlier rows with the same key. Hashes of the keys are counted first, because only repeated
    keys matter; the superseded rows are a small table that is anti-joined.
    """
    path = typed / f"{name}.parquet"
    given = set(pl.read_parquet_schema(path)) if path.exists() else set()
    days = [(f"{column.name}_day", "date") for column in table.columns if _has_day(column)]
    columns = [
        f'"{column}"' if column in given else f'null::{sql_type} as "{column}"'
        for column, sql_type in [*table.typed_columns(), *days]
        if column not in ("_batch_id", "_source_row")
    ]
    if not given:
        yield f"create temp view raw_{name} as select 0::bigint as _row, {', '.join(columns)} where false"
        yield f"create temp view {name} as from raw_{name}"
        return
    key = ", ".join(_key_part(part) for part in table.key)
    mergeable = " and ".join(
        _key_part(part) + " is not null" for part in table.key if not isinstance(part, str)
    )
    where = f"where {mergeable}" if mergeable else ""
    yield f"create temp view raw_{name} as select _row, {', '.join(columns)} from '{path}'"
    yield (
        f"create temp table superseded_{name} as"
        f" with repeated as (select hash({key}) as h from raw_{name} {where} group by h having count(*) > 1)"
        f" select _row, current_row from (select _row, max(_row) over (partition by {key}) as current_row"
        f" from raw_{name} where hash({key}) in (from repeated) {mergeable and 'and ' + mergeable})"
        f" where _row <> current_row"
    )
    deleted = "where not coalesce(is_deleted, false)" if table.has_is_deleted else ""
    yield f"create temp view {name} as from raw_{name} anti join superseded_{name} using (_row) {deleted}"


def _key_part(part: str | FirstOf) -> str:
    if isinstance(part, str):
        return part
    found = [
        f"when {' and '.join(f'{name} is not null' for name in names)}"
        f" then '{'+'.join(names)}:' || concat_ws('|', {', '.join(names)})"
        for names in part.alternatives
    ]
    return f"case {' '.join(found)} end"


if __name__ == "__main__":
    main()
