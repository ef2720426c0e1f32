"""Derives asset keys and groups from dbt: key [schema, relation], group layer and area.

The same path names the model file, the asset and the expectation suite of a relation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from dagster import AssetKey
from dagster_dbt import DagsterDbtTranslator

from orchestration import catalog


class RelationTranslator(DagsterDbtTranslator):
    """Takes asset keys from schema and relation, groups from the model folder."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> AssetKey:
        """Return [schema, relation] for models, seeds and sources."""
        return AssetKey([dbt_resource_props["schema"], dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """Return `staging_ehr` for models/staging/ehr; for seeds and sources, the schema."""
        if dbt_resource_props["resource_type"] != "model":
            return dbt_resource_props["schema"]
        folders = PurePosixPath(dbt_resource_props["original_file_path"]).parent.parts[1:]
        return "_".join(folders)

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> Sequence[str] | None:  # noqa: ARG002 - dagster-dbt passes it
        """Return the team that owns all assets."""
        return catalog.OWNERS
