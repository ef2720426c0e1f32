"""The permanent test of the one door: a failing suite leaves no new file, and the old release stays current.

The failure is real: a suite of the gate is given an expectation that the rows break, in a copy of the project.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from folders import released_bytes

from tests.conftest import ROOT
from tests.orchestration.conftest import Small

_ROOMS = (
    "dbt_project", "expectations", "orchestration", "publishing", "sources", "synthetic",
    "pyproject.toml",
)  # fmt: skip


def _copy_of_the_project(folder: Path) -> Path:
    for room in _ROOMS:
        source = ROOT / room
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "logs")
            shutil.copytree(source, folder / room, ignore=ignored)
        else:
            shutil.copy(source, folder / room)
    return folder


def _tree(published: Path) -> set[str]:
    return {
        str(path.relative_to(published))
        for path in published.rglob("*")
        if "refused" not in path.relative_to(published).parts
    }


def test_failing_suite_leaves_no_new_file(small: Small, tmp_path: Path) -> None:
    project = _copy_of_the_project(tmp_path / "project")
    data = tmp_path / "data"
    shutil.copytree(small.data, data, symlinks=True)
    suite = project / "expectations" / "suites" / "marts" / "fct_task.json"
    rules = json.loads(suite.read_text())
    rules["expectations"].append(
        {
            "type": "expect_table_row_count_to_equal",
            "kwargs": {"value": -1},
            "meta": {"why": "No warehouse has fewer than no task: this must refuse."},
        }
    )
    suite.write_text(json.dumps(rules))
    before, tree = released_bytes(data), _tree(data / "published")
    # A later instant would make another release, were it let out.
    ended = subprocess.run(
        [
            sys.executable, "-m", "orchestration.cli", "run", "--landing", str(small.landing),
            "--data", str(data), "--as-of", "2026-07-01",
        ],
        check=False, capture_output=True, text=True, cwd=project,
        env={**os.environ, "PYTHONPATH": str(project)},
    )  # fmt: skip
    assert ended.returncode == 3, ended.stdout + ended.stderr
    said = " ".join(ended.stdout.split())
    assert "Refused by the gate" in said
    assert "fewer than no task" in said
    assert released_bytes(data) == before
    assert _tree(data / "published") == tree
    refused = list((data / "published" / "refused").iterdir())
    assert len(refused) == 1
    assert json.loads((refused[0] / "verdict.json").read_text())["success"] is False
    status = subprocess.run(
        [sys.executable, "-m", "orchestration.cli", "status", "--data", str(data)],
        check=False, capture_output=True, text=True, cwd=project,
    )  # fmt: skip
    assert status.returncode == 1
    assert "refused" in status.stdout


def test_every_publication_stands_behind_the_verdict() -> None:
    from orchestration.definitions import defs
    from orchestration.publication import PARTS
    from orchestration.verdict import VERDICT, suite_relations

    graph = defs.resolve_asset_graph()
    for node in graph.asset_nodes:
        if node.key.path[0] == "publication":
            assert VERDICT in node.parent_keys, node.key
    assert {
        key.path[1] for key in graph.get_all_asset_keys() if key.path[0] == "publication"
    } == set(PARTS)
    exports = {key for key in graph.get_all_asset_keys() if key.path[0] == "exports"}
    assert exports
    assert exports <= graph.get(VERDICT).parent_keys
    checks = {key.name for key in graph.get_check_keys_for_assets({VERDICT})}
    assert checks == {f"{schema}__{relation}" for schema, relation in suite_relations()}
