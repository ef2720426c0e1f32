"""Who is who at an agency with dirty identities, against the truth of the generator that made it dirty."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from identified import identify, rows

from orchestration import dbt_project
from synthetic.agency import synthesize

CLIENTS = 1_500
PRECISION, RECALL = 0.999, 0.97
TRUTH = "model.caseload.stg_identity_decisions__checked_person"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dirty")
    synthesize(folder / "landing", CLIENTS, identity_dirt=True)
    return identify(folder / "landing", folder / "data", left_out=())


def _accuracy(town: Path, scope: str) -> dict[str, float]:
    names = (
        "checked_count", "linked_count", "correct_count", "linkable_count", "merged_twin_count",
        "precision_rate", "recall_rate",
    )  # fmt: skip
    (found,) = rows(
        town,
        f"select {', '.join(names)} from quality.fct_linkage_accuracy where scope = '{scope}'",
    )
    return dict(zip(names, found, strict=True))


def test_the_dirt_is_there(town: Path) -> None:
    ((twins,),) = rows(
        town, "select count(*) from staging.stg_identity_decisions__checked_person where is_twin"
    )
    assert twins > 50
    reasons = dict(
        rows(town, "select reason_code, count(*) from quality.fct_identity_review group by all")
    )
    assert {"birth_date_conflict", "first_name_conflict"} <= set(reasons)
    # enough is left to likeness for its share of errors to say something
    assert _accuracy(town, "scored")["linked_count"] > 150


def test_links_are_right_and_found(town: Path) -> None:
    everybody = _accuracy(town, "all")
    assert everybody["precision_rate"] >= PRECISION
    assert everybody["recall_rate"] >= RECALL
    scored = _accuracy(town, "scored")
    assert scored["correct_count"] == scored["linked_count"]
    # most of the rest are alerts that the generator made unrecognizable, and conflicts that people decide
    assert scored["correct_count"] / scored["linkable_count"] > 0.75


def test_no_twin_is_merged_by_likeness(town: Path) -> None:
    assert _accuracy(town, "all")["merged_twin_count"] == 0
    ((linked,),) = rows(
        town,
        "select count(*) from intermediate.int_client__matched"
        " inner join staging.stg_identity_decisions__checked_person as checked"
        " using (source, source_scope, source_client_id) where is_twin and match_rule = 'scored'",
    )
    assert linked > 3  # twins are linked, to themselves


def test_the_same_files_say_the_same(town: Path) -> None:
    sql = "select * from raw_caseload.identity_score order by pair_key"
    before = hashlib.sha256(repr(rows(town, sql)).encode()).hexdigest()
    identify(town.parent.parent / "landing", town.parent)
    assert hashlib.sha256(repr(rows(town, sql)).encode()).hexdigest() == before


def test_names_do_not_stay_where_pairs_were_scored(town: Path) -> None:
    assert {path.name for path in (town.parent / "linkage").iterdir()} == {"score.parquet"}


def test_nothing_that_links_reads_the_truth() -> None:
    nodes = dbt_project.manifest()["nodes"]
    seen, left = set(), ["model.caseload.int_client__matched"]
    while left:
        name = left.pop()
        if name in nodes and name not in seen:
            seen.add(name)
            left += nodes[name]["depends_on"].get("nodes", [])
    assert "model.caseload.int_identity__scored" in seen
    assert TRUTH not in seen
    assert TRUTH in json.dumps(nodes["model.caseload.fct_linkage_accuracy"]["depends_on"])
