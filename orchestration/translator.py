"""One address, four places: asset key = [schema, relation] = model folder and file = suite path; group = layer and area."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from dagster import AssetKey
from dagster_dbt import DagsterDbtTranslator

from orchestration import catalog


class AddressTranslator(DagsterDbtTranslator):
    """Asset keys from the relation's own address, groups from its folder."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> AssetKey:
        """[schema, relation], for models, seeds and sources alike."""
        return AssetKey([dbt_resource_props["schema"], dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """Layer and area, which are the folders: `staging_ehr` of models/staging/ehr; the schema of a seed or source."""
        if dbt_resource_props["resource_type"] != "model":
            return dbt_resource_props["schema"]
        folders = PurePosixPath(dbt_resource_props["original_file_path"]).parent.parts[1:]
        return "_".join(folders)

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> Sequence[str] | None:  # noqa: ARG002 - dagster-dbt passes it
        """The team that owns every asset."""
        return catalog.OWNERS
