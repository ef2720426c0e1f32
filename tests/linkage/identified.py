"""The part of the pipeline that says who is who: ingest, the models up to `int_client__matched` and its review, the linkage."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from orchestration import dbt_project, linkage_assets, warehouse
from orchestration.settings import Settings
from orchestration.warehouse_assets import BEFORE_LINKAGE
from sources.contract import load_contracts
from sources.ingest import ingest
from sources.raw_zone import RawZone

AS_OF = dt.datetime.fromisoformat("2026-06-30T07:00:00-04:00")
# Other runs of the suite hold the models' own tests; they are a third of the nodes.
TESTS = ("resource_type:test",)
ANSWERS = ["+int_client__matched", "+fct_identity_review", "+fct_linkage_accuracy", "+fct_linkage"]


def identify(
    landing: Path,
    data: Path,
    as_of: dt.datetime = AS_OF,
    answers: list[str] = ANSWERS,
    left_out: tuple[str, ...] = TESTS,
) -> Path:
    """Who is who by what landed, and the models that `answers` selects but not `left_out`; returns the warehouse."""
    settings = Settings(landing=landing, data=data)
    ingest(landing, data / "raw", settings.time_zone, as_of)
    if (data / warehouse.FILE).exists():
        # They are there, and nothing that lands changes them.
        left_out = (*left_out, "resource_type:seed")
    with warehouse.open_for_writing(data, settings) as connection:
        warehouse.attach(connection, RawZone(data / "raw"), load_contracts(), as_of, settings)
    _build(settings, [BEFORE_LINKAGE], [*left_out])
    linkage_assets.score_pairs(settings)
    _build(settings, answers, [BEFORE_LINKAGE, *left_out])
    return data / warehouse.FILE


def _build(settings: Settings, select: list[str], exclude: list[str]) -> None:
    """In this process: the pipeline's own dbt process would parse and import anew each time."""
    with dbt_project.environment({"CASELOAD_DATA": str(settings.data)}):
        try:
            ended = dbtRunner(manifest=dbt_project.parsed_manifest()).invoke(
                [
                    "build", *dbt_project.QUIET, "--no-write-json", "--full-refresh",
                    "--exclude-resource-type", "unit_test", "--use-fast-test-edges",
                    "--select", *select, "--exclude", "path:seeds,resource_type:test", *exclude,
                    "--project-dir", str(dbt_project.PROJECT),
                    "--profiles-dir", str(dbt_project.PROJECT),
                    "--target-path", str(settings.data / "logs" / "dbt"),
                ]
            )  # fmt: skip
        finally:
            DuckDBConnectionManager.close_all_connections()
    assert ended.success, ended.exception or [
        (result.node.name, result.message) for result in ended.result.results
    ]


def rows(found: Path, sql: str) -> list[tuple[Any, ...]]:
    """A query of the warehouse."""
    with duckdb.connect(str(found), read_only=True) as connection:
        return connection.execute(sql).fetchall()
