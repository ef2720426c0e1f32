"""The dbt unit tests as plain SQL: compiled once by dbt, then run in memory, in milliseconds each.

dbt compiles a unit test into one statement: the fixtures as CTEs, the model's SQL, and the expected rows. That statement reads
no relation except the seeds that the example reads on purpose (`select * from seeds.<name>`).
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
# An example takes milliseconds; a mutant that takes this long is killed, as a wrong result is.
_SECONDS = 5.0
# What no change of a rule looks like: the mutant is not a query, so it is not counted.
NOT_A_QUERY = (duckdb.BinderException, duckdb.ParserException, duckdb.CatalogException)


class CompileError(Exception):
    """dbt could not run the examples of the instrumented project."""


@dataclass(frozen=True)
class Example:
    """One unit test: its model, its compiled statement with markers, and what it touches."""

    model: str
    name: str
    sql: str
    numbers: frozenset[int]
    seeds: frozenset[str]


def instrument(work: Path, mutations: dict[str, list[sites.Mutation]]) -> Path:
    """A copy of the dbt project whose files carry markers.

    Args:
        work: folder of the copy; kept, so that the next run parses only what changed.
        mutations: by file, relative to the project.
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
    """The unit tests of some models (all, where none is named), run once by dbt.

    Args:
        project: the instrumented copy.
        work: folder for dbt's output.
        warehouse: any built warehouse: dbt reads the column types of the replaced relations from it.
        models: names of models.

    Raises:
        CompileError: an example is red before anything is changed.
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
        raise CompileError(f"dbt cannot run the examples of the marked project: {ended.exception}")
    red = [
        f"{r.node.unique_id}: {r.message}" for r in ended.result.results if str(r.status) != "pass"
    ]
    if red:
        raise CompileError("examples that fail before any change:\n" + "\n".join(red))
    return [
        Example(
            model, name, sql,
            frozenset(int(number) for number in _MARKER.findall(sql)), frozenset(_SEED.findall(sql)),
        )
        for unique_id, sql in sorted(statements.items())
        for model, name in [unique_id.split(".")[-2:]]
    ]  # fmt: skip


class Bench:
    """An in-memory database that holds the seeds and runs examples."""

    def __init__(self, warehouse: Path) -> None:
        self.connection = duckdb.connect(config={"threads": 1})
        self.connection.execute("set TimeZone = 'UTC'")
        # A changed join or window can run away; an example needs neither.
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

    def holds(self, sql: str) -> bool:
        """Whether the actual rows of an example's statement are the expected ones, in any order.

        Raises:
            duckdb.Error: the statement is not a query, or fails while it runs.
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
