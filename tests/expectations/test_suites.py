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
# Metrics without counts of clients, and what only the disclosure log reads.
_WITHOUT_COUNTS = {
    "export_consent",
    "export_disclosure",
    "export_fhir_task",
    "export_metric_feed",
    "export_metric_measure_definition",
    # rows of one sheet each, from relations that have suites
    "export_return",
    "export_sent_back",
    "export_supervisor_account",
    "export_supervisor_discharge",
    "export_supervisor_pair",
    "export_supervisor_referral",
    "export_supervisor_report",
    "export_supervisor_staff",
    "export_supervisor_task",
    "export_supervisor_unassigned",
    "export_supervisor_unreached",
    "export_workbook_change",
    "export_workbook_client",
    "export_workbook_staff",
}


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


@pytest.mark.parametrize(
    ("relation", "expectation"), [(r, e) for r, changes in VIOLATIONS.items() for e in changes]
)
def test_each_expectation_fails_on_its_violation(
    relation: str, expectation: str, sample: Path, context: AbstractDataContext, tmp_path: Path
) -> None:
    changed = tmp_path / "warehouse.duckdb"
    shutil.copy(sample, changed)
    with duckdb.connect(str(changed)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(VIOLATIONS[relation][expectation].format(t=relation))
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


def test_every_expectation_has_a_violation() -> None:
    for suite in read_suites():
        names = [_name(expectation) for expectation in suite.expectations]
        assert len(names) == len(set(names)), (
            f"{suite.relation}: two expectations have the same name"
        )
        assert set(names) - {_VOLUME} == set(VIOLATIONS[suite.relation]), suite.relation
        assert (_VOLUME in names) == suite.compares_volume


def test_every_export_with_counts_has_a_suite() -> None:
    models = {path.stem for path in (ROOT / "dbt_project" / "models" / "exports").rglob("*.sql")}
    suites = {path.stem for path in (SUITES / "exports").glob("*.json")}
    assert models - _WITHOUT_COUNTS == suites


def test_every_suite_has_a_model() -> None:
    models = {path.stem for path in (ROOT / "dbt_project" / "models").rglob("*.sql")}
    assert {suite.name for suite in read_suites()} <= models
