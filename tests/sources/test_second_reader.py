"""A second reader, DuckDB, must reject the same records by the same contracts.

Counting records cannot detect a wrong cast, but two engines that agree can. The checks are
header in SQL from the contract, independently of the Polars expressions. The few files whose
structure DuckDB's reader does not support are left out, each with the reason in its case.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pytest
from malformed import CASES, Case, contracts

from sources.casts import FALSE_TEXTS, NULL_TEXTS, TRUE_TEXTS
from sources.contract import Column, Table
from sources.ingest import ingest
from sources.raw_zone import RawZone

ZONE = "America/New_York"
_READABLE = [c for c in CASES if not c.refused and not c.second_reader and c.file.endswith(".csv")]
_TIMESTAMP = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d(:?\d\d)?)?"


def _texts(values: tuple[str, ...]) -> str:
    return "(" + ", ".join("'" + value.replace("'", "''") + "'" for value in values) + ")"


def _instant(name: str) -> str:
    """An instant, by its own offset or local in the zone."""
    plain = f"replace(\"{name}\", ' ', 'T')"
    local = f"timezone('{ZONE}', try_cast({plain} as timestamp))"
    zoned = f"try_cast({plain} as timestamptz)"
    has_offset = f"regexp_matches(substr({plain}, 17), '[Z+-]')"
    return f"case when regexp_full_match(\"{name}\", '{_TIMESTAMP}') then case when {has_offset} then {zoned} else {local} end end"


def _typed(column: Column) -> str:
    name = f'"{column.name}"'
    match column.type:
        case "integer":
            return f"case when regexp_full_match({name}, '[+-]?[0-9]+') then try_cast({name} as integer) end"
        case "decimal":
            plain = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)"
            return f"case when regexp_full_match({name}, '{plain}') then try_cast({name} as decimal(18,4)) end"
        case "date":
            return f"case when regexp_full_match({name}, '\\d{{4}}-\\d\\d-\\d\\d') then try_cast({name} as date) end"
        case "boolean":
            return f"case when lower({name}) in {_texts((*TRUE_TEXTS, *FALSE_TEXTS))} then true end"
        case "timestamp":
            return _instant(column.name)
    return name


def _fails(column: Column) -> list[str]:
    name, typed = f'"{column.name}"', _typed(column)
    fails = []
    if column.is_value_required:
        fails.append(f"coalesce(trim({name}), '') = ''")
    if column.required_unless:
        other, value = column.required_unless
        fails.append(f"{name} is null and \"{other}\" is distinct from '{value}'")
    if column.type != "varchar":
        fails.append(f"{name} is not null and ({typed}) is null")
    for bound, sign in ((column.minimum, "<"), (column.maximum, ">")):
        if bound is not None:
            shown = f"date '{bound}'" if isinstance(bound, dt.date) else str(bound)
            fails.append(f"({typed}) {sign} {shown}")
    if column.spellings:
        fails.append(f"lower(trim({name})) not in {_texts(tuple(s for s, _ in column.spellings))}")
    elif column.values:
        fails.append(f"{name} not in {_texts(column.values)}")
    elif column.pattern:
        fails.append(f"not regexp_full_match({name}, '{column.pattern}')")
        if column.shape != "staff_id":
            fails.append(f"{name} in {_texts(NULL_TEXTS)}")
        if column.shape == "id":
            fails.append(f"regexp_full_match({name}, '[0-9](\\.[0-9]+)?E\\+[0-9]+')")
    return fails


def _rejected_by_duckdb(path: Path, table: Table) -> set[int]:
    header = (
        path.read_bytes().removeprefix(b"\xef\xbb\xbf").split(b"\n")[0].decode().strip().split(",")
    )
    known = {column.name.casefold(): column for column in table.columns}
    present = {
        known[name.casefold()].name: known[name.casefold()]
        for name in header
        if name.casefold() in known
    }
    names = [known[name.casefold()].name if name.casefold() in known else name for name in header]
    columns = ", ".join(f"'{name}': 'varchar'" for name in names)
    fails = [condition for column in present.values() for condition in _fails(column)]
    for rule in table.rules:
        if rule.left in present and rule.right in present:
            fails.append(
                f"not (({_typed(present[rule.left])}) {rule.operator} ({_typed(present[rule.right])}))"
            )
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(
            f"create table record as select row_number() over () as place, * from read_csv('{path}', auto_detect = false,"
            f" header = true, delim = ',', quote = '\"', escape = '\"', columns = {{{columns}}}, parallel = false,"
            " store_rejects = true, null_padding = false, strict_mode = true, max_line_size = 10000000)"
        )
        structural = {
            line - 1
            for (line,) in connection.execute("select distinct line from reject_errors").fetchall()
        }
        (whole,) = connection.execute("select count(*) from record").fetchone() or (0,)
        numbers = [n for n in range(1, whole + len(structural) + 1) if n not in structural]
        condition = " or ".join(f"coalesce({part}, false)" for part in fails)
        failed = connection.execute(f"select place from record where {condition}").fetchall()
    return structural | {numbers[row_number - 1] for (row_number,) in failed}


@pytest.mark.parametrize("case", _READABLE, ids=lambda case: case.name)
def test_both_readers_reject_the_same_records(case: Case, tmp_path: Path) -> None:
    path = tmp_path / "landing" / case.source / "2025-05-30" / case.file
    path.parent.mkdir(parents=True)
    path.write_bytes(case.content)
    contract = contracts(case)[case.source]
    first_seen = dt.datetime(2025, 6, 1, tzinfo=dt.UTC)
    ingest(tmp_path / "landing", tmp_path / "raw", ZONE, first_seen, contracts=contracts(case))
    table = contract.tables[case.file.removesuffix(".csv")]

    assert _rejected_by_duckdb(path, table) == {
        r.source_row for r in RawZone(tmp_path / "raw", contracts(case)).rejects()
    }


def test_most_cases_are_read_by_both_readers() -> None:
    assert len(_READABLE) >= 45
