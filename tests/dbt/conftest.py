"""The dbt manifest, parsed once per session into a folder of its own: no warehouse, and no trace in the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = ROOT / "dbt_project"


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
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    """The parsed project. Parsing opens no warehouse."""
    target = tmp_path_factory.mktemp("dbt_parse")
    command = [
        *(sys.executable, "-m", "dbt.cli.main", "--quiet", "parse", "--no-partial-parse"),
        *("--project-dir", PROJECT, "--profiles-dir", PROJECT),
        *("--target-path", target, "--log-path", target / "logs"),
    ]
    ended = subprocess.run(
        [str(part) for part in command],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "CASELOAD_DATA": str(target)},
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return Manifest(json.loads((target / "manifest.json").read_text()))
