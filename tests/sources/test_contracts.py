"""Contracts are complete, agree with the generated dbt sources, and report errors precisely."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sources import reference
from sources.contract import (
    ContractError,
    FirstOf,
    load_contract,
    load_contracts,
    load_ledger_contract,
)
from sources.dictionary import main, source_files
from sources.reasons import FILE_REASONS, ROW_REASONS

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = load_contracts()
TABLES = [table for contract in CONTRACTS.values() for table in contract.tables.values()]


def test_dbt_sources_are_generated_from_the_contracts() -> None:
    assert main(["--check"]) == 0
    for path, text in source_files().items():
        assert path.read_text(encoding="utf-8") == text, (
            f"{path}: run `python -m sources.dictionary`"
        )


def test_every_sender_has_its_tables() -> None:
    counts = {source: len(contract.tables) for source, contract in CONTRACTS.items()}
    expected = {
        "adt": 2,
        "claims": 3,
        "claims_cclf": 7,
        "claims_x12": 5,
        "ehr": 20,
        "identity_decisions": 2,
        "ehr_fhir": 27,
        "outreach_log": 8,
        "referrals": 1,
        "screenings": 1,
        "synthea": 11,
        "valuesets": 3,
    }
    assert counts == expected
    assert set(load_ledger_contract().tables) == {
        "run", "batch", "delivery", "reject", "identity_score", "released_batch",
        "released_measure_event",
    }  # fmt: skip


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_table_has_a_grain_a_key_and_consistent_spellings(table) -> None:
    assert "One row per" in table.description
    assert table.key
    # Every listed value is also an accepted spelling of itself.
    for column in table.columns:
        if column.spellings:
            assert set(column.values) <= {value for _, value in column.spellings}
            assert {v.lower() for v in column.values} <= {
                spelling for spelling, _ in column.spellings
            }


def test_medical_claims_have_the_columns_of_the_tuva_input_layer() -> None:
    claim = CONTRACTS["claims"].tables["medical_claim"]
    names = [column.name for column in claim.columns]
    assert [n for n in names if n.startswith("diagnosis_code_") and n[-1].isdigit()] == [
        f"diagnosis_code_{n}" for n in range(1, 26)
    ]
    assert {
        "procedure_date_25",
        "hcpcs_modifier_5",
        "claim_frequency_code",
        "rendering_taxonomy_code",
    } <= set(names)
    required = {column.name for column in claim.columns if column.is_value_required}
    assert required == {
        *("claim_id", "claim_line_number", "claim_type", "person_id", "member_id", "payer"),
        *("claim_start_date", "claim_end_date", "data_source"),
    }


def test_key_with_alternatives() -> None:
    (key,) = CONTRACTS["outreach_log"].tables["contact"].key
    assert key == FirstOf(
        (
            ("contact_id",),
            ("client_id", "staff_id", "contacted_at", "same_time_number"),
            ("client_id", "staff_id", "contacted_at"),
        )
    )


def test_feed_and_reject_pages_are_up_to_date() -> None:
    assert reference.main(["--check"]) == 0, "run `make docs`"
    written = set(reference.FEEDS.glob("*.md"))
    assert written == {reference.FEEDS / f"{source}.md" for source in CONTRACTS}


def test_reject_page_lists_every_reason_code() -> None:
    text = reference.rejects_page()
    shown = set(re.findall(r"^\| `([a-z0-9_<>]+)` \|", text, flags=re.MULTILINE))
    assert shown == set(ROW_REASONS) | set(FILE_REASONS) | {"rule_<name>"}
    for reason in (*ROW_REASONS.values(), *FILE_REASONS.values()):
        assert reason.remedy in text, reason.code


def test_feed_page_shows_required_columns_rules_and_key() -> None:
    page = reference.feed_page(CONTRACTS["ehr"])
    assert "| `first_name` | varchar | yes |" in page
    assert "| `sex` | varchar | column | `F`, `M`, `X`, `U` |" in page
    assert "`rule_death_not_before_birth` rejects a row unless `birth_date` is on or before" in page
    outreach = reference.feed_page(CONTRACTS["outreach_log"])
    assert (
        "first present of (`contact_id`; `client_id` + `staff_id` + `contacted_at` +"
        " `same_time_number`; `client_id` + `staff_id` + `contacted_at`)"
    ) in outreach


GOOD = """
source: {source}
description: A sender
formats: [delimited]
tables:
  thing:
    description: Things. One row per thing.
    key: [thing_id]
    columns:
      thing_id*: {{type: varchar, is: Thing}}
      size: {{type: integer, min: 0, is: Size}}
"""


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("", "", ""),
        ("source: sender", "source: other", "source: sender"),
        ("type: integer", "type: number", "expected type: one of"),
        ("min: 0", "minimum: 0", "unknown entry `minimum`"),
        ("min: 0", "min: '0'", "min and max of type int"),
        ("key: [thing_id]", "key: [id]", "key column id"),
        ("key: [thing_id]", "key: []", "a `key`"),
        ("thing_id*", "thing_id", "at least one column marked"),
        ("is: Size", "is: ''", "text under `is`"),
        ("min: 0", "values: sizes", "one of the lists"),
        ("min: 0", "pattern: '('", "not a regular expression"),
        ("size:", "THING_ID:", "defined twice"),
        ("key: [thing_id]", "key: [thing_id]\n    rules: {r: thing_id > size}", "column <= column"),
        ("tables:", "tables: []\nlists:", "at least one table"),
        ("description: A sender", "description: [", "not readable as YAML"),
        (
            "key: [thing_id]",
            "key: [thing_id]\n    list: {keys: [id], entry: size}",
            "list: {keys",
        ),
        ("key: [thing_id]", "key: [thing_id]\n    list: {keys: [], entry: size}", "list: {keys"),
    ],
)
def test_invalid_contract_error_names_the_location_and_the_expectation(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    path = tmp_path / "sender" / "contract.yml"
    path.parent.mkdir()
    path.write_text(
        GOOD.format(source="sender").replace(old, new) if old else GOOD.format(source="sender")
    )
    if not message:
        assert load_contract(path).tables["thing"].columns[1].minimum == 0
        return
    with pytest.raises(ContractError, match=re.escape(message)) as raised:
        load_contract(path)
    assert str(path) in str(raised.value)
