"""Every compiled model, as DuckDB ran it, transpiles to Spark SQL.

sqlglot leaves unknown functions and ASOF joins unchanged, so a deny-list names what Spark does not have. SQL that only
DuckDB has is in a macro of its own, for which a `spark__` version can be written.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from tests.conftest import Demo

# Functions that sqlglot hands on without knowing a Spark form.
_DENIED = {
    "arg_max_null", "epoch_ms", "first", "list_filter", "list_transform", "list_reduce", "quantile_cont",
    "read_csv", "read_json", "read_parquet", "regexp_extract_all", "struct_pack", "strptime",
    "unnest", "yearweek",
}  # fmt: skip


def compiled_models(demo: Demo) -> list[Path]:
    """The SQL of each model as the demo ran it."""
    models = demo.data / "logs" / "dbt" / "compiled" / "caseload" / "models"
    return sorted(path for path in models.rglob("*.sql") if path.parent.suffix != ".yml")


def test_every_model_was_compiled(demo: Demo) -> None:
    written = {
        path.stem for path in (Path(__file__).parents[2] / "dbt_project" / "models").rglob("*.sql")
    }
    assert {path.stem for path in compiled_models(demo)} == written


def test_every_model_transpiles_to_spark(demo: Demo) -> None:
    broken = {}
    for path in compiled_models(demo):
        try:
            sqlglot.transpile(
                path.read_text(),
                read="duckdb",
                write="spark",
                unsupported_level=sqlglot.ErrorLevel.RAISE,
            )
        except sqlglot.errors.SqlglotError as error:
            broken[path.stem] = str(error)
    assert broken == {}


def test_no_model_uses_what_only_duckdb_has(demo: Demo) -> None:
    found = {}
    for path in compiled_models(demo):
        tree = sqlglot.parse_one(path.read_text(), read="duckdb")
        problems = [f"function {call.name}" for call in tree.find_all(exp.Anonymous)]
        problems += [
            f"function {call.sql_name().lower()}"
            for call in tree.find_all(exp.Func)
            if call.sql_name().lower() in _DENIED
        ]
        problems += ["asof join" for join in tree.find_all(exp.Join) if join.method == "ASOF"]
        problems += ["list comprehension" for _ in tree.find_all(exp.Comprehension)]
        problems += ["pivot" for _ in tree.find_all(exp.Pivot)]
        problems += ["positional join" for j in tree.find_all(exp.Join) if j.method == "POSITIONAL"]
        if problems:
            found[path.stem] = sorted(set(problems))
    assert found == {}


@pytest.mark.parametrize(
    "sql",
    [
        "select * from a asof join b on a.x = b.x and a.t >= b.t",
        "select list_transform(x, y -> y + 1) from a",
        "select made_up_function(x) from a",
    ],
)
def test_the_deny_list_sees_what_sqlglot_lets_pass(sql: str) -> None:
    sqlglot.transpile(sql, read="duckdb", write="spark")
    tree = sqlglot.parse_one(sql, read="duckdb")
    named = {call.sql_name().lower() for call in tree.find_all(exp.Func)}
    assert (
        any(join.method == "ASOF" for join in tree.find_all(exp.Join))
        or list(tree.find_all(exp.Anonymous))
        or named & _DENIED
        or list(tree.find_all(exp.Lambda))
    )
