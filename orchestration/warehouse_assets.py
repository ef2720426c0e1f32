"""Assets of the dbt project: staging to exports, each with its tests as checks."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
from dagster_dbt import dbt_assets
from dagster_dbt.asset_utils import get_asset_check_key_for_test

from orchestration import dbt_project, progress
from orchestration.resources import DataFolder
from orchestration.translator import AddressTranslator

_MANIFEST = dbt_project.manifest()
_TRANSLATOR = AddressTranslator()
_BUILT = ("model", "seed")
# Everything that the linkage needs is built before it, the rest after it (linkage_assets).
BEFORE_LINKAGE = "+int_identity__paired"


@dbt_assets(
    manifest=_MANIFEST,
    dagster_dbt_translator=_TRANSLATOR,
    name="identity",
    select=BEFORE_LINKAGE,
)
def identity(context: dg.AssetExecutionContext, data_folder: DataFolder) -> Iterator[Any]:
    """Build and test what the linkage compares."""
    yield from _built(context, data_folder, "identify", "Reading who is who", [BEFORE_LINKAGE], [])


@dbt_assets(
    manifest=_MANIFEST,
    dagster_dbt_translator=_TRANSLATOR,
    name="warehouse",
    exclude=BEFORE_LINKAGE,
)
def warehouse(context: dg.AssetExecutionContext, data_folder: DataFolder) -> Iterator[Any]:
    """Build and test all that follows."""
    yield from _built(context, data_folder, "build", "Building the warehouse", [], [BEFORE_LINKAGE])


def _built(
    context: dg.AssetExecutionContext,
    data_folder: DataFolder,
    stage: str,
    text: str,
    select: list[str],
    exclude: list[str],
) -> Iterator[Any]:
    """One dbt invocation for the whole of this half, or for the subset that was asked for."""
    settings = data_folder.settings()
    reporter = progress.current()
    if context.is_subset:
        select, exclude = _names(context), []
    total = len(context.selected_asset_keys) + len(context.selected_asset_check_keys)
    done = 0

    def on_node(unique_id: str, _status: str) -> None:
        nonlocal done
        done += 1
        reporter.advance(done, max(done, total), unique_id.split(".")[2])

    with reporter.stage(stage, text):
        yield from _events(
            context,
            dbt_project.build(
                settings.data, settings.memory_limit, settings.threads, select, exclude, on_node
            ),
        )


def _events(
    context: dg.AssetExecutionContext, results: Iterator[dbt_project.NodeResult]
) -> Iterator[Any]:
    selected_checks = context.selected_asset_check_keys
    for result in results:
        node = _MANIFEST["nodes"][result.unique_id]
        if node["resource_type"] in _BUILT and result.status in ("success", "pass"):
            key = _TRANSLATOR.get_asset_key(node)
            if key in context.selected_asset_keys:
                yield dg.MaterializeResult(asset_key=key, metadata={"seconds": result.seconds})
        elif node["resource_type"] == "test" and result.status != "skipped":
            check = get_asset_check_key_for_test(_MANIFEST, _TRANSLATOR, result.unique_id, None)
            if check is not None and check in selected_checks:
                warns = str(node["config"]["severity"]).lower() == "warn"
                yield dg.AssetCheckResult(
                    asset_key=check.asset_key,
                    check_name=check.name,
                    passed=result.status == "pass",
                    severity=dg.AssetCheckSeverity.WARN if warns else dg.AssetCheckSeverity.ERROR,
                    metadata={"failing rows": result.failures or 0},
                )


def _names(context: dg.AssetExecutionContext) -> list[str]:
    """Selectors of a subset: relation names are unique in the project."""
    return sorted(key.path[-1] for key in context.selected_asset_keys)
