"""One address, four places: asset key = [schema, relation] = model folder and file = suite path; group = the layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dagster import AssetKey
from dagster_dbt import DagsterDbtTranslator


class AddressTranslator(DagsterDbtTranslator):
    """Asset keys and groups from the relation's own address."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> AssetKey:
        """[schema, relation], for models, seeds and sources alike."""
        return AssetKey([dbt_resource_props["schema"], dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The layer."""
        return dbt_resource_props["schema"]
