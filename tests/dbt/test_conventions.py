"""Conventions of the dbt project: names, layers, documentation, sizes, direction of data.

dbt tests the data; these tests check how the project is written (docs/how-it-works.md#conventions). An
exception is an entry with its reason in a table, never a looser rule. Names of senders:
test_senders_stay_in_their_layers.py.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import pytest

from sources.contract import load_contracts
from tests.conftest import Demo
from tests.dbt.conftest import PROJECT, Manifest

Node = dict[str, Any]

LAYER_NAMES = {
    "staging": r"stg_[a-z0-9_]+?__[a-z0-9_]+",
    "input": r"input_[a-z0-9_]+",
    "core": r"int_[a-z0-9]+(_[a-z0-9]+)*__[a-z0-9]+(_[a-z0-9]+)*|(dim|fct)_[a-z0-9_]+",
    "care": r"int_[a-z0-9]+(_[a-z0-9]+)*__[a-z0-9]+(_[a-z0-9]+)*|(fct|mart)_[a-z0-9_]+",
    "measures": r"(measure|dim_measure|fct_measure)[a-z0-9_]*|fct_(productivity|utilization_rate)",
    "quality": r"fct_[a-z0-9_]+",
    "exports": r"export_[a-z0-9_]+",
}
# Layers that a layer may read: data move in one direction, and no layer is skipped. Measures and exports read published
# facts of care (schema marts), never an intermediate step. "ledger" is the staging of our own ledger of deliveries.
MAY_READ = {
    "staging": {"source", "ledger", "staging", "seed"},
    "input": {"ledger", "staging", "input", "seed"},
    "core": {"ledger", "input", "core", "seed"},
    "care": {"core", "care", "seed"},
    "measures": {"core", "care", "measures", "seed"},
    "quality": {"ledger", "input", "core", "care", "measures", "quality", "seed"},
    "exports": {"core", "care", "measures", "quality", "exports", "seed"},
}
SCHEMAS = {"input": "intermediate", "core": "marts", "care": "marts"}
READS_SOURCES = {
    "input_raw_table": "counts the rows of the raw tables, to compare them with the ledger",
    "input_ehr__appointment_version": "staging no longer has the versions that a correction replaced",
    "input_ehr__number_change": "only superseded versions show that a number is new",
    "input_referrals__referral_barrier": "a superseded version dates a barrier by its delivery",
    **dict.fromkeys(
        (
            "input_adt__code",
            "input_claims__code",
            "input_claims_cclf__code",
            "input_claims_x12__code",
            "input_ehr__code",
            "input_ehr_fhir__code",
            "input_synthea__code",
        ),
        "the anti-joins of staging would run once per column and change no code",
    ),
    **dict.fromkeys(
        (
            "input_adt__impossible_birth_date",
            "input_claims__impossible_birth_date",
            "input_claims_cclf__impossible_birth_date",
            "input_claims_x12__impossible_birth_date",
            "input_ehr__impossible_birth_date",
            "input_ehr_fhir__impossible_birth_date",
            "input_synthea__impossible_birth_date",
        ),
        "staging no longer has the birth dates that it set aside",
    ),
}
MOST_MODELS_IN_FOLDER = 20
CROWDED_FOLDERS = {
    "staging/ehr": (21, "one sender of twenty tables, and the list of its superseded rows"),
    "staging/ehr_fhir": (
        28,
        "one sender of eighteen types of resources, nine tables of elements",
    ),
    "input/ehr": (25, "one mapping per entity of a sender with twenty tables"),
    "input/ehr_fhir": (33, "a record system in eighteen types of resources"),
}
NOT_PLURAL = {"diagnosis", "status", "basis", "hcpcs"}
FORBIDDEN = {
    r"\bnow\s*\(": "now()",
    r"\bcurrent_(date|timestamp|time)\b": "current_date",
    r"\b(today|get_current_timestamp|localtimestamp)\s*\(": "the clock",
    r"\b(random|uuid|gen_random_uuid)\s*\(": "chance",
    r"\basof\b": "ASOF JOIN",
    r"\bsample\s+\d": "a sample",
}
SIZES = {".sql": 150, ".yml": 400}


def _layer(node: Node) -> str:
    return str(node["fqn"][1])


def _read_layer(node: Node) -> str:
    return "ledger" if node["name"].startswith("stg_caseload__") else _layer(node)


def _path(node: Node) -> Path:
    return PROJECT / node["original_file_path"]


def _code(text: str) -> str:
    """SQL without comments: a comment may say now()."""
    text = re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL)
    return re.sub(r"--[^\n]*", "", text)


def test_names_follow_their_layer(manifest: Manifest) -> None:
    wrong = [
        node["name"]
        for node in manifest.models.values()
        if not re.fullmatch(LAYER_NAMES[_layer(node)], node["name"])
    ]
    assert wrong == []


def test_a_staging_model_lives_in_its_senders_folder(manifest: Manifest) -> None:
    wrong = [
        node["name"]
        for node in manifest.models.values()
        if _layer(node) == "staging" and not node["name"].startswith(f"stg_{node['fqn'][2]}__")
    ]
    assert wrong == []


def test_a_folder_of_the_input_layer_is_a_senders_or_a_subjects(manifest: Manifest) -> None:
    # The lists of senders and entities are generated from these folders.
    senders = set(load_contracts())
    wrong = [
        node["name"]
        for node in manifest.models.values()
        if _layer(node) == "input"
        and not (
            node["name"].startswith(f"input_{node['fqn'][2]}__")
            if node["fqn"][2] in senders
            else len(node["fqn"]) == 4 and "__" not in node["name"]
        )
    ]
    assert wrong == []


def _schema(node: Node) -> str:
    """A step of core or care is is in schema `intermediate`, a published fact in `marts`."""
    layer = _layer(node)
    is_step = node["name"].startswith("int_")
    return "intermediate" if is_step else SCHEMAS.get(layer, layer)


def test_the_schema_follows_the_layer_and_the_name(manifest: Manifest) -> None:
    wrong = {
        node["name"]: node["schema"]
        for node in manifest.models.values()
        if node["schema"] != _schema(node) or node["alias"] != node["name"]
    }
    assert wrong == {}


def test_every_description_ends_in_its_grain(manifest: Manifest) -> None:
    described = {**manifest.models, **manifest.of("seed")}
    wrong = [
        node["name"]
        for node in described.values()
        if not re.search(r"(^|[.!?] )One row per [^.]+\.$", " ".join(node["description"].split()))
    ]
    assert wrong == []


def test_every_described_column_says_something(manifest: Manifest) -> None:
    wrong = [
        f"{node['name']}.{column['name']}"
        for node in manifest.models.values()
        for column in node["columns"].values()
        if not column["description"].strip()
    ]
    assert wrong == []


def _with_tested_key(manifest: Manifest) -> set[str]:
    """Relations whose key the test `unique_key` proves."""
    return {
        test["attached_node"]
        for test in manifest.of("test").values()
        if (test.get("test_metadata") or {}).get("name") == "unique_key"
        and test["test_metadata"]["kwargs"].get("key")
    }


def test_every_key_is_tested(manifest: Manifest) -> None:
    # A staging view's key is the contract's: the reader and the superseded list keep it (one fact, one checker).
    # An intermediate view is a step on the way: its rows are tested where they are stored. So are a measure's events:
    # fct_measure_event holds those of all measures.
    proven = _with_tested_key(manifest)
    wrong = [
        node["name"]
        for key, node in manifest.models.items()
        if not (
            node["config"]["materialized"] == "view"
            and _schema(node) in ("staging", "intermediate")
        )
        and not node["name"].startswith("measure_")
        and key not in proven
    ]
    assert wrong == []


def test_every_model_has_a_sibling_of_its_own(manifest: Manifest) -> None:
    wrong = [
        node["name"]
        for node in [*manifest.models.values(), *manifest.of("seed").values()]
        if node["patch_path"] is None
        or Path(node["patch_path"].split("://")[1])
        != Path(node["original_file_path"]).with_suffix(".yml")
    ]
    assert wrong == []


@pytest.mark.parametrize("suffix", SIZES)
def test_files_keep_their_size_or_say_why(suffix: str) -> None:
    wrong = {}
    for path in sorted((PROJECT / "models").rglob(f"*{suffix}")):
        lines = path.read_text().splitlines()
        excused = any("longer than the budget" in line.lower() for line in lines[:5])
        if len(lines) > SIZES[suffix] and not excused and not path.name.endswith("__sources.yml"):
            wrong[path.name] = len(lines)
    assert wrong == {}


def test_folders_stay_small_and_flat() -> None:
    models = PROJECT / "models"
    counted = Counter(str(path.parent.relative_to(models)) for path in models.rglob("*.sql"))
    crowded = {
        folder: count
        for folder, count in counted.items()
        if count > CROWDED_FOLDERS.get(folder, (MOST_MODELS_IN_FOLDER, ""))[0]
    }
    assert crowded == {}
    assert [folder for folder in counted if len(Path(folder).parts) > 2] == []


def test_layers_are_read_in_one_direction(manifest: Manifest) -> None:
    wrong = {}
    for node in manifest.models.values():
        layer = _layer(node)
        for parent_id in node["depends_on"]["nodes"]:
            kind = parent_id.split(".")[0]
            parent = manifest.content["nodes"].get(parent_id)
            read = _read_layer(parent) if kind == "model" and parent else kind
            excused = kind == "source" and node["name"] in READS_SOURCES
            is_step_of_care = read == "care" and layer != "care" and _schema(parent) != "marts"
            if (read not in MAY_READ[layer] and not excused) or is_step_of_care:
                wrong.setdefault(node["name"], []).append(parent_id)
    assert wrong == {}


def test_nothing_asks_the_clock_or_chance(manifest: Manifest) -> None:
    written = {node["name"]: node["raw_code"] for node in manifest.models.values()}
    written |= {path.name: path.read_text() for path in (PROJECT / "macros").glob("*.sql")}
    wrong = [
        f"{name}: {what}"
        for name, text in written.items()
        for pattern, what in FORBIDDEN.items()
        if re.search(pattern, _code(text), flags=re.IGNORECASE)
    ]
    assert wrong == []


def test_a_relation_is_singular(manifest: Manifest) -> None:
    # A staging model carries the sender's own table name, plural where the sender likes it so.
    wrong = [
        node["name"]
        for node in [*manifest.models.values(), *manifest.of("seed").values()]
        if node["fqn"][1] != "staging"
        # input_<sender>__<entity>: a sender's name may be a plural
        and not (node["fqn"][1] == "input" and "__" in node["name"])
        # int_<entity>__<participle>: the entity is one, what was done to it may speak of many
        and (word := node["name"].split("__")[0].split("_")[-1]).endswith("s")
        and not word.endswith("ss")
        and word not in NOT_PLURAL
    ]
    assert wrong == []


def test_every_seed_names_the_source_of_its_numbers(manifest: Manifest) -> None:
    wrong = []
    for node in manifest.of("seed").values():
        with _path(node).open(newline="") as file:
            reader = csv.DictReader(file)
            rows = list(reader)
        named = [column for column in reader.fieldnames or [] if "source" in column]
        if not any(all(row[column] for row in rows) for column in named):
            wrong.append(node["name"])
    assert wrong == []


def test_every_sender_of_people_has_one_role(manifest: Manifest) -> None:
    senders = {
        node["fqn"][2] for node in manifest.models.values() if node["name"].endswith("__person")
    }
    with (PROJECT / "seeds" / "identity" / "person_source.csv").open(newline="") as file:
        roles = {row["sender"]: row["person_role"] for row in csv.DictReader(file)}
    assert senders == set(roles)
    # client records of two senders would share their ids
    assert list(roles.values()).count("agency_client") == 1


def test_sql_is_sql(manifest: Manifest) -> None:
    assert [n["name"] for n in manifest.models.values() if n["language"] != "sql"] == []


def test_every_raw_table_has_a_key_and_is_reconciled(manifest: Manifest) -> None:
    delivered = {k: n for k, n in manifest.sources.items() if n["source_name"] != "caseload"}
    assert [n["name"] for n in delivered.values() if not n["config"]["meta"].get("key")] == []
    counted = manifest.models["model.caseload.input_raw_table"]
    assert set(delivered) <= set(counted["depends_on"]["nodes"])
    staged = {n["name"] for n in manifest.models.values()}
    missing = [
        name
        for n in manifest.sources.values()
        if (name := f"stg_{n['source_name']}__{n['name'].lower()}") not in staged
    ]
    assert missing == []


def test_a_column_that_asks_a_question_is_boolean(demo: Demo) -> None:
    with duckdb.connect(str(demo.data / "warehouse.duckdb"), read_only=True) as connection:
        wrong = connection.execute(
            "select table_schema || '.' || table_name || '.' || column_name"
            " from information_schema.columns"
            " where regexp_matches(column_name, '^(is|has|was)_') and data_type <> 'BOOLEAN'"
            " and table_schema not like 'raw_%' order by all"
        ).fetchall()
    assert wrong == []
