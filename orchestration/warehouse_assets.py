"""Assets of the dbt project: staging to exports, each with its tests as checks."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
from dagster_dbt import dbt_assets

from orchestration import dbt_build, dbt_project, progress, step_errors
from orchestration.resources import DataFolder
from orchestration.translator import AddressTranslator

_MANIFEST = dbt_project.manifest()
_TRANSLATOR = AddressTranslator()
# Everything that the linkage needs is built before it, the rest after it (linkage_assets).
BEFORE_LINKAGE = "+int_identity__paired"
# Tests of seeds check the project's own files: the test suite runs them, a nightly run does not.
_SEED_TESTS = "path:seeds,resource_type:test"


@dbt_assets(
    manifest=_MANIFEST,
    dagster_dbt_translator=_TRANSLATOR,
    name="identity",
    select=BEFORE_LINKAGE,
    exclude=_SEED_TESTS,
)
def identity(context: dg.AssetExecutionContext, data_folder: DataFolder) -> Iterator[Any]:
    """Build and test what the linkage compares."""
    yield from _built(context, data_folder, "identify", "Reading who is who")


@dbt_assets(
    manifest=_MANIFEST,
    dagster_dbt_translator=_TRANSLATOR,
    name="warehouse",
    exclude=f"{BEFORE_LINKAGE} {_SEED_TESTS}",
)
def warehouse(context: dg.AssetExecutionContext, data_folder: DataFolder) -> Iterator[Any]:
    """Build and test all that follows."""
    yield from _built(context, data_folder, "build", "Building the warehouse")


def _built(
    context: dg.AssetExecutionContext, data_folder: DataFolder, stage: str, title: str
) -> Iterator[Any]:
    """One dbt invocation for the whole of this half, or for the subset that was asked for."""
    reporter = progress.current()
    total = len(context.selected_asset_keys) + len(context.selected_asset_check_keys)
    done = 0

    def on_node(unique_id: str) -> None:
        nonlocal done
        done += 1
        reporter.advance(done, max(done, total), unique_id.split(".")[2])

    with step_errors.reported(), reporter.stage(stage, title):
        yield from dbt_build.build(
            data_folder.settings(), on_node, context, echo=reporter.console is None
        )
