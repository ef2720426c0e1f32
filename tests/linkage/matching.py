"""Runs the matching part of the pipeline on landed files.

It ingests, builds the models up to `int_client__matched` and its review, and scores pairs in
between.
"""

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
# The models' own tests run elsewhere in the suite; they are a third of the nodes.
TESTS = ("resource_type:test",)
MATCH_MODELS = [
    "+int_client__matched",
    "+fct_identity_review",
    "+fct_linkage_accuracy",
    "+fct_linkage",
]


def build_matches(
    landing: Path,
    data: Path,
    as_of: dt.datetime = AS_OF,
    select: list[str] = MATCH_MODELS,
    exclude: tuple[str, ...] = TESTS,
) -> Path:
    """Match the landed records and build the selected models; returns the warehouse.

    Args:
        landing: the landing folder.
        data: the data folder.
        as_of: instant of the run.
        select: dbt selectors of the models to build.
        exclude: dbt selectors to exclude.
    """
    settings = Settings(landing=landing, data=data)
    ingest(landing, data / "raw", settings.time_zone, as_of)
    if (data / warehouse.FILE).exists():
        # Seeds already exist, and landed files do not change them.
        exclude = (*exclude, "resource_type:seed")
    with warehouse.open_for_writing(data, settings) as connection:
        warehouse.attach(connection, RawZone(data / "raw"), load_contracts(), as_of, settings)
    _build(settings, [BEFORE_LINKAGE], [*exclude])
    linkage_assets.score_pairs(settings)
    _build(settings, select, [BEFORE_LINKAGE, *exclude])
    return data / warehouse.FILE


def _build(settings: Settings, select: list[str], exclude: list[str]) -> None:
    """Run dbt in this process, which is faster than the pipeline's separate dbt process."""
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


def rows(warehouse_path: Path, sql: str) -> list[tuple[Any, ...]]:
    """The result of a query on the warehouse."""
    with duckdb.connect(str(warehouse_path), read_only=True) as connection:
        return connection.execute(sql).fetchall()
