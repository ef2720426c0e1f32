"""The dbt manifest, parsed as the pipeline parses it, once per process: no warehouse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from orchestration import dbt_project

PROJECT = dbt_project.PROJECT


@dataclass(frozen=True)
class Manifest:
    """What dbt knows about the project after parsing it."""

    content: dict[str, Any]

    def of(self, resource_type: str) -> dict[str, dict[str, Any]]:
        """Nodes of our project of one kind (model, seed, test), by unique id."""
        return {
            key: node
            for key, node in self.content["nodes"].items()
            if node["resource_type"] == resource_type and node["package_name"] == "caseload"
        }

    @property
    def models(self) -> dict[str, dict[str, Any]]:
        """Our models by unique id."""
        return self.of("model")

    @property
    def sources(self) -> dict[str, dict[str, Any]]:
        """Raw tables by unique id."""
        return dict(self.content["sources"])


@pytest.fixture(scope="session")
def manifest() -> Manifest:
    """The parsed project. Parsing opens no warehouse."""
    return Manifest(dbt_project.parsed_manifest().writable_manifest().to_dict())
