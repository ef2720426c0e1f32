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


@dbt_assets(manifest=_MANIFEST, dagster_dbt_translator=_TRANSLATOR, name="warehouse")
def warehouse(context: dg.AssetExecutionContext, data_folder: DataFolder) -> Iterator[Any]:
    """Build and test the selected relations in one dbt invocation."""
    settings = data_folder.settings()
    reporter = progress.current()
    select = [] if not context.is_subset else _names(context)
    nodes = [*_MANIFEST["nodes"].values()]
    total = sum(1 for node in nodes if node["resource_type"] in (*_BUILT, "test"))
    done = 0

    def on_node(unique_id: str, _status: str) -> None:
        nonlocal done
        done += 1
        reporter.advance(done, total, unique_id.split(".")[2])

    with reporter.stage("build", "Building the warehouse"):
        yield from _events(
            context,
            dbt_project.build(
                settings.data, settings.memory_limit, settings.threads, select, on_node
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
