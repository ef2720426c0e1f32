"""Every suite holds on a right warehouse, and every single expectation refuses a wrong one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import great_expectations as gx
import pytest
from breaks import BREAKS
from great_expectations.data_context import AbstractDataContext
from made_warehouse import SUITES, make_warehouse

from expectations.duckdb_source import open_source
from expectations.judge import judge, judge_suite
from expectations.suites import read_suites

ROOT = Path(__file__).resolve().parents[2]
_VOLUME = "expect_table_row_count_to_be_between"
# Metrics that hold no count of clients.
_COUNTLESS = {"export_metric_feed", "export_metric_measure_definition"}


@pytest.fixture(scope="session")
def right(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_warehouse(tmp_path_factory.mktemp("right") / "warehouse.duckdb")


@pytest.fixture(scope="session")
def context() -> AbstractDataContext:
    return gx.get_context(mode="ephemeral")


def _names(relation: str) -> list[str]:
    schema, name = relation.split(".")
    suite = json.loads((SUITES / schema / f"{name}.json").read_text())
    return [
        one.get("description") or f"{one['type']}({one['kwargs']['column']})"
        if one.get("description") or "column" in one["kwargs"]
        else one["type"]
        for one in suite["expectations"]
    ]


def test_all_suites_hold_on_the_right_warehouse(right: Path, tmp_path: Path) -> None:
    verdicts = judge(right, tmp_path)
    assert [v.relation for v in verdicts] == sorted(s.relation for s in read_suites())
    assert {v.relation: v.failures for v in verdicts if not v.success} == {}
    assert sum(v.expectations for v in verdicts) >= 100


@pytest.mark.parametrize(
    ("relation", "expectation"), [(r, e) for r, breaks in BREAKS.items() for e in breaks]
)
def test_each_expectation_refuses(
    relation: str, expectation: str, right: Path, context: AbstractDataContext, tmp_path: Path
) -> None:
    wrong = tmp_path / "warehouse.duckdb"
    shutil.copy(right, wrong)
    with duckdb.connect(str(wrong)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(BREAKS[relation][expectation].format(t=relation))
    (suite,) = (suite for suite in read_suites() if suite.relation == relation)
    source = open_source(wrong, context, "200MB", 1)
    try:
        verdict, _ = judge_suite(source, suite, None)
    finally:
        source.engine.close()
    assert not verdict.success
    failed = {failure.expectation: failure for failure in verdict.failures}
    assert expectation in failed
    assert "could not be evaluated" not in failed[expectation].observed
    assert failed[expectation].why


def test_no_expectation_is_without_a_break() -> None:
    for suite in read_suites():
        names = _names(suite.relation)
        assert len(names) == len(set(names)), f"{suite.relation}: two expectations of one name"
        assert set(names) - {_VOLUME} == set(BREAKS[suite.relation]), suite.relation
        assert (_VOLUME in names) == suite.compares_volume


def test_every_export_that_counts_has_a_gate() -> None:
    models = {path.stem for path in (ROOT / "dbt_project" / "models" / "exports").rglob("*.sql")}
    gates = {path.stem for path in (SUITES / "exports").glob("*.json")}
    assert models - _COUNTLESS == gates


def test_judged_relations_are_models() -> None:
    models = {path.stem for path in (ROOT / "dbt_project" / "models").rglob("*.sql")}
    assert {suite.name for suite in read_suites()} <= models
