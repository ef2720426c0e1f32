"""Every example in the models' yml (dbt unit tests) runs, and every seed keeps its grain: neither is part of a nightly run.

dbt needs the relations that an example replaces, so it runs on a copy of the demo's warehouse.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT, Demo


def test_every_example_holds(demo: Demo, tmp_path: Path) -> None:
    shutil.copy(demo.data / "warehouse.duckdb", tmp_path / "warehouse.duckdb")
    project = str(ROOT / "dbt_project")
    ended = subprocess.run(
        [
            sys.executable, "-m", "dbt.cli.main", "--no-use-colors", "test",
            "--select", "test_type:unit", "path:seeds,resource_type:test",
            "--project-dir", project, "--profiles-dir", project,
            "--target-path", str(tmp_path / "target"), "--log-path", str(tmp_path / "logs"),
        ],
        check=False, capture_output=True, text=True, cwd=ROOT,
        env={**os.environ, "CASELOAD_DATA": str(tmp_path)},
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout[-6000:]
    manifest = json.loads((tmp_path / "target" / "manifest.json").read_text())
    results = json.loads((tmp_path / "target" / "run_results.json").read_text())["results"]
    ran = {result["unique_id"] for result in results if result["status"] == "pass"}
    # All of them ran: an example that is never built proves nothing.
    assert set(manifest["unit_tests"]) <= ran
    assert len(manifest["unit_tests"]) > 100
