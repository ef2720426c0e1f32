"""The dbt unit tests ("examples") as plain SQL: compiled once by dbt, then run in memory in milliseconds.

dbt compiles a unit test into one statement: the fixtures as CTEs, the model's SQL, and the expected rows. That
statement reads no relation except seeds that the unit test refers to (`select * from seeds.<name>`).
"""

from __future__ import annotations

import os
import re
import shutil
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from tests.mutants import sites

ROOT = Path(__file__).resolve().parents[2]
PROJECT = ROOT / "dbt_project"
_STATEMENT = "-- Build actual result given inputs"
_SEED = re.compile(r"\bseeds\.(\w+)")
_MARKER = re.compile(r"/\*~(\d+)m~\*/")
# An example takes milliseconds; a mutant that runs this long counts as killed.
_SECONDS = 5.0
# Errors of a mutant that is not a valid query; it does not count.
NOT_A_QUERY = (duckdb.BinderException, duckdb.ParserException, duckdb.CatalogException)


class CompileError(Exception):
    """dbt cannot run the examples of the instrumented project."""


@dataclass(frozen=True)
class Example:
    """A unit test: its model, its compiled statement with markers, and the mutations and seeds in it."""

    model: str
    name: str
    sql: str
    numbers: frozenset[int]
    seeds: frozenset[str]


def instrument(work: Path, mutations: dict[str, list[sites.Mutation]]) -> Path:
    """Copy the dbt project and add the markers of the mutations.

    Args:
        work: Folder of the copy; it is kept, so that the next run parses only changed files.
        mutations: Mutations by file, relative to the project.
    """
    copy = work / "project"
    kept = {"target", "logs"}
    shutil.copytree(PROJECT, copy, dirs_exist_ok=True, ignore=lambda _, names: kept & set(names))
    originals = {path.relative_to(PROJECT) for path in PROJECT.rglob("*")}
    for path in copy.rglob("*"):
        relative = path.relative_to(copy)
        if relative not in originals and relative.parts[0] not in kept and path.is_file():
            path.unlink()
    for name, found in mutations.items():
        (copy / name).write_text(sites.instrumented((PROJECT / name).read_text(), found))
    return copy


def compiled(project: Path, work: Path, warehouse: Path, models: list[str]) -> list[Example]:
    """Run the unit tests of some models once with dbt, and return their compiled statements.

    Args:
        project: The instrumented copy.
        work: Folder for dbt's output.
        warehouse: A built warehouse; dbt reads the column types of the replaced relations from it.
        models: Names of models; empty for all.

    Raises:
        CompileError: An example fails without a change.
    """
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    shutil.copy(warehouse, work / "warehouse.duckdb")
    os.environ["CASELOAD_DATA"] = str(work)
    statements: dict[str, str] = {}

    def captured(event: Any) -> None:
        if event.info.name == "SQLQuery" and _STATEMENT in event.data.sql:
            statements[event.data.node_info.unique_id] = event.data.sql

    selection = [f"{name},test_type:unit" for name in models] or ["test_type:unit"]
    try:
        ended = dbtRunner(callbacks=[captured]).invoke(
            [
                "test", "--quiet", "--no-use-colors", "--no-version-check", "--no-write-json",
                "--log-level-file", "none", "--select", *selection,
                "--project-dir", str(project), "--profiles-dir", str(project),
                "--target-path", str(work / "target"), "--log-path", str(work / "logs"),
            ]
        )  # fmt: skip
    finally:
        DuckDBConnectionManager.close_all_connections()
    if ended.result is None:
        raise CompileError(
            f"dbt cannot run the examples of the instrumented project: {ended.exception}"
        )
    failed = [
        f"{r.node.unique_id}: {r.message}" for r in ended.result.results if str(r.status) != "pass"
    ]
    if failed:
        raise CompileError("examples that fail without a change:\n" + "\n".join(failed))
    return [
        Example(
            model, name, sql,
            frozenset(int(number) for number in _MARKER.findall(sql)), frozenset(_SEED.findall(sql)),
        )
        for unique_id, sql in sorted(statements.items())
        for model, name in [unique_id.split(".")[-2:]]
    ]  # fmt: skip


class Bench:
    """An in-memory database with the seeds, which runs examples."""

    def __init__(self, warehouse: Path) -> None:
        self.connection = duckdb.connect(config={"threads": 1})
        self.connection.execute("set TimeZone = 'UTC'")
        # Limits for mutants with an unbounded join or window; examples need little memory.
        self.connection.execute("set memory_limit = '500MB'")
        self.connection.execute("set max_temp_directory_size = '0MB'")
        self.connection.execute(f"attach '{warehouse}' as warehouse (read_only)")
        self.connection.execute("create schema seeds")
        self.columns: dict[str, list[tuple[str, str]]] = {}
        for (name,) in self.connection.execute(
            "select table_name from information_schema.tables"
            " where table_catalog = 'warehouse' and table_schema = 'seeds' order by 1"
        ).fetchall():
            self.connection.execute(f"create table seeds.{name} as from warehouse.seeds.{name}")
            self.columns[name] = [
                (column, kind)
                for column, kind, *_ in self.connection.execute(f"describe seeds.{name}").fetchall()
            ]
        self.connection.execute("detach warehouse")

    def passes(self, sql: str) -> bool:
        """Whether the actual rows of an example's statement equal the expected rows, in any order.

        Raises:
            duckdb.Error: The statement is not a valid query, or fails at run time.
        """
        actual, expected = [], []
        limit = threading.Timer(_SECONDS, self.connection.interrupt)
        limit.start()
        try:
            rows = self.connection.execute(sql).fetchall()
        finally:
            limit.cancel()
        for row in rows:
            (actual if row[-1] == "actual" else expected).append(repr(row[:-1]))
        return sorted(actual) == sorted(expected)
