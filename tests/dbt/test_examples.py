"""Every example in the models' yml (dbt unit tests) runs, and every seed keeps its grain: neither is part of a nightly run.

dbt needs the relations that an example replaces, so it runs on a copy of the demo's warehouse.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from orchestration import dbt_project
from tests.conftest import Demo


def test_every_example_holds(demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(demo.data / "warehouse.duckdb", tmp_path / "warehouse.duckdb")
    monkeypatch.setenv("CASELOAD_DATA", str(tmp_path))
    project = str(dbt_project.PROJECT)
    try:
        ended = dbtRunner(manifest=dbt_project.parsed_manifest()).invoke(
            [
                "test", "--quiet", "--no-use-colors", "--no-version-check", "--no-write-json",
                "--select", "test_type:unit", "path:seeds,resource_type:test",
                "--project-dir", project, "--profiles-dir", project,
                "--target-path", str(tmp_path / "target"), "--log-path", str(tmp_path / "logs"),
            ]
        )  # fmt: skip
    finally:
        DuckDBConnectionManager.close_all_connections()
    assert ended.result is not None, ended.exception
    failed = {
        result.node.name: result.message
        for result in ended.result.results
        if str(result.status) != "pass"
    }
    assert failed == {}
    # All of them ran: an example that is never built proves nothing.
    ran = {result.node.unique_id for result in ended.result.results}
    examples = set(dbt_project.parsed_manifest().unit_tests)
    assert examples <= ran
    assert len(examples) > 100
