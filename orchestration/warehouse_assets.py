"""Assets of the dbt project, from staging to exports, with dbt tests as asset checks."""

import json
from collections.abc import Iterator
from typing import Any

import dagster as dg
from dagster_dbt import dbt_assets

from orchestration import dbt_build, dbt_project, progress, run_record, step_errors
from orchestration.resources import DataFolder
from orchestration.translator import RelationTranslator

_MANIFEST = dbt_project.manifest()
_TRANSLATOR = RelationTranslator()
# Models that produce the candidate pairs; linkage_assets runs after them, all other models after
# that.
BEFORE_LINKAGE = "+int_identity__paired"
# Seed tests check files of the repository: only the test suite runs them.
_SEED_TESTS = "path:seeds,resource_type:test"


@dbt_assets(
    manifest=_MANIFEST,
    dagster_dbt_translator=_TRANSLATOR,
    name="identity",
    select=BEFORE_LINKAGE,
    exclude=_SEED_TESTS,
)
def identity(context: dg.AssetExecutionContext, data_folder: DataFolder) -> Iterator[Any]:
    """Build and test the models that produce the candidate pairs."""
    yield from _built(context, data_folder, "identify", "Matching people across senders")


@dbt_assets(
    manifest=_MANIFEST,
    dagster_dbt_translator=_TRANSLATOR,
    name="warehouse",
    exclude=f"{BEFORE_LINKAGE} {_SEED_TESTS}",
)
def warehouse(context: dg.AssetExecutionContext, data_folder: DataFolder) -> Iterator[Any]:
    """Build and test all other models."""
    yield from _built(context, data_folder, "build", "Building the warehouse")


def _built(
    context: dg.AssetExecutionContext, data_folder: DataFolder, stage: str, title: str
) -> Iterator[Any]:
    """Run dbt once for the selected nodes."""
    reporter = progress.current()
    total = len(context.selected_asset_keys) + len(context.selected_asset_check_keys)
    cpu_seconds: dict[str, float] = {}

    def on_node(unique_id: str, cpu: float) -> None:
        cpu_seconds[unique_id] = cpu
        done = len(cpu_seconds)
        reporter.advance(done, max(done, total), unique_id.split(".")[2])

    with step_errors.mask_errors(), reporter.stage(stage, title):
        yield from dbt_build.build(
            data_folder.settings(), on_node, context, echo=reporter.console is None
        )
    run_record.node_cpu_file(data_folder.settings().data, stage).write_text(
        json.dumps(cpu_seconds, indent=1), encoding="utf-8"
    )
