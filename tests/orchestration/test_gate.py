"""A failing suite leaves no new file, and the previous release stays current.

The test adds an expectation that must fail to a suite of the gate.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from run_results import released_bytes

from expectations.suites import SUITES
from tests import forked
from tests.orchestration.conftest import AS_OF, SmallAgency


def _tree(published: Path) -> set[str]:
    return {
        str(path.relative_to(published))
        for path in published.rglob("*")
        if "refused" not in path.relative_to(published).parts
    }


def test_refused_release_leaves_no_new_file(small: SmallAgency, tmp_path: Path) -> None:
    data, suites = tmp_path / "data", tmp_path / "suites"
    shutil.copytree(small.data, data, symlinks=True)
    shutil.copytree(SUITES, suites)
    suite = suites / "marts" / "fct_task.json"
    rules = json.loads(suite.read_text())
    rules["expectations"].append(
        {
            "type": "expect_table_row_count_to_equal",
            "kwargs": {"value": -1},
            "meta": {"why": "A row count is never negative, so this must fail."},
        }
    )
    suite.write_text(json.dumps(rules))
    before, tree = released_bytes(data), _tree(data / "published")
    # The suite is part of the verdict in a release, so a new release would follow if the gate passed.
    output = tmp_path / "output.txt"
    run = forked.start(
        "tests.orchestration.republish", [str(small.landing), str(data), AS_OF, str(suites)], output
    )
    run.join()
    assert run.exitcode == 1, output.read_text()
    assert released_bytes(data) == before
    assert _tree(data / "published") == tree
    refused = list((data / "published" / "refused").iterdir())
    assert len(refused) == 1
    verdict = json.loads((refused[0] / "verdict.json").read_text())
    assert verdict["success"] is False
    assert "A row count is never negative" in json.dumps(verdict)


def test_every_publication_depends_on_the_verdict() -> None:
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
