"""Every suite passes on the sample warehouse, and every expectation fails on its violation."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import great_expectations as gx
import pytest
from great_expectations.data_context import AbstractDataContext
from sample_warehouse import SUITES, make_warehouse
from violations import VIOLATIONS

from expectations.duckdb_source import open_source
from expectations.gate import evaluate_suite, evaluate_warehouse
from expectations.suites import read_suites

ROOT = Path(__file__).resolve().parents[2]
_VOLUME = "expect_table_row_count_to_be_between"


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_warehouse(tmp_path_factory.mktemp("sample") / "warehouse.duckdb")


@pytest.fixture(scope="session")
def context() -> AbstractDataContext:
    return gx.get_context(mode="ephemeral")


def _name(expectation: dict[str, Any]) -> str:
    """Return the name of an expectation in the verdict."""
    column = expectation["kwargs"].get("column")
    typed = f"{expectation['type']}({column})" if column else expectation["type"]
    return expectation.get("description") or typed


def test_all_suites_pass_on_the_sample_warehouse(sample: Path, tmp_path: Path) -> None:
    verdicts = evaluate_warehouse(sample, tmp_path)
    assert [v.relation for v in verdicts] == sorted(s.relation for s in read_suites())
    assert {v.relation: v.failures for v in verdicts if not v.success} == {}
    assert sum(v.expectations for v in verdicts) >= 100


def _changes(relation: str, expectation: str) -> tuple[str, ...]:
    changes = VIOLATIONS[relation].get(expectation, ())
    return (changes,) if isinstance(changes, str) else changes


def _changed(sample: Path, folder: Path, change: str) -> Path:
    """Copy the sample warehouse and change it."""
    changed = folder / "warehouse.duckdb"
    shutil.copy(sample, changed)
    with duckdb.connect(str(changed)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(change)
    return changed


@pytest.mark.parametrize(
    ("relation", "expectation"), [(r, e) for r, changes in VIOLATIONS.items() for e in changes]
)
def test_each_expectation_fails_on_its_violation(
    relation: str, expectation: str, sample: Path, context: AbstractDataContext, tmp_path: Path
) -> None:
    change = _changes(relation, expectation)[0]
    changed = _changed(sample, tmp_path, change.format(t=relation))
    (suite,) = (suite for suite in read_suites() if suite.relation == relation)
    one = tuple(e for e in suite.expectations if _name(e) == expectation)
    source = open_source(changed, context, "200MB", 1)
    try:
        verdict, _ = evaluate_suite(
            source, replace(suite, expectations=one, compares_volume=False), None
        )
    finally:
        source.engine.close()
    assert not verdict.success
    (failure,) = verdict.failures
    assert failure.expectation == expectation
    assert "could not be evaluated" not in failure.observed
    assert failure.why


def test_each_rule_of_a_joined_expectation_fails_on_its_violation(
    sample: Path, tmp_path: Path
) -> None:
    # The query itself, without GX: a tenth of the time.
    passed = []
    with duckdb.connect(str(_changed(sample, tmp_path, "select 1"))) as connection:
        connection.execute("set TimeZone = 'UTC'")
        for suite in read_suites():
            for expectation in suite.expectations:
                query = expectation["kwargs"].get("unexpected_rows_query")
                for change in _changes(suite.relation, _name(expectation))[1:]:
                    connection.execute("begin")
                    connection.execute(change.format(t=suite.relation))
                    rows = connection.execute(query.format(batch=suite.relation)).fetchall()
                    connection.execute("rollback")
                    if not rows:
                        passed.append((suite.relation, _name(expectation), change))
    assert passed == []


def test_every_expectation_has_a_violation() -> None:
    for suite in read_suites():
        names = [_name(expectation) for expectation in suite.expectations]
        assert len(names) == len(set(names)), (
            f"{suite.relation}: two expectations have the same name"
        )
        assert set(names) - {_VOLUME} == set(VIOLATIONS[suite.relation]), suite.relation
        assert (_VOLUME in names) == suite.compares_volume


def test_a_task_of_mixed_origin_passes_in_the_view_without_part_2_records(
    sample: Path, tmp_path: Path
) -> None:
    # The full view's stay includes a Part 2 record, so its task is one; the redacted view's is not
    # (docs/rules/privacy.md#merged-records).
    changed = _changed(
        sample,
        tmp_path,
        "insert into intermediate.int_task__unioned"
        " select task_key, client_key, false, 'redacted' from intermediate.int_task__unioned"
        " where task_key = 't3-1' or task_key = 't3-3';"
        "update intermediate.int_task__unioned set is_part2 = true"
        " where task_key = 't3-1' and part2_view = 'full';"
        "update intermediate.int_client__recipient_view set part2_view = 'redacted'"
        " where client_key = 3;"
        "update intermediate.int_client__supervisor_view set part2_view = 'redacted'"
        " where client_key = 3;"
        "delete from exports.export_supervisor_task where task_key <> 't3-1'",
    )
    found = {verdict.relation: verdict.success for verdict in evaluate_warehouse(changed, tmp_path)}
    assert found["exports.export_task"]
    assert found["exports.export_supervisor_task"]


def test_every_export_has_a_suite() -> None:
    # shareable/ has the exact steps before the released tables
    folder = ROOT / "dbt_project" / "models" / "exports"
    models = {path.stem for path in folder.rglob("*.sql") if path.parent.name != "shareable"}
    suites = {path.stem for path in (SUITES / "exports").glob("*.json")}
    assert models == suites


def test_every_suite_has_a_model() -> None:
    models = {path.stem for path in (ROOT / "dbt_project" / "models").rglob("*.sql")}
    assert {suite.name for suite in read_suites()} <= models
