"""No SQL beyond staging and the input layer names a sender (docs/how-it-works.md#conventions).

A sender is added by files in its own folders. SQL that names one elsewhere would miss the next one.
Generated macros and seeds may list senders. Comments are not read.
"""

from __future__ import annotations

import re

import pytest

from sources.contract import load_contracts
from tests.dbt.conftest import PROJECT
from tests.dbt.test_conventions import _code

SENDERS = sorted(load_contracts())
OF_SENDERS = ("models/staging/", "models/input/", "macros/senders.sql")
# Senders whose name is also a word of the domain: an identifier may contain it.
ALSO_WORDS = {"adt", "claims", "referrals", "screenings", "valuesets"}
# A model or column named after the format of its sender.
FORMATS = "adt|cclf|fhir|x12"


def _names(code: str) -> list[str]:
    """Return the mentions of a sender in SQL without comments."""
    every = "|".join(sorted(SENDERS, key=len, reverse=True))
    distinct = "|".join(name for name in SENDERS if name not in ALSO_WORDS)
    patterns = (
        rf"'(?:{every})'",
        rf"\b(?:stg|input)_(?:{every})__\w*",
        rf"\braw_(?:{every})\b",
        rf"(?<![a-z0-9])(?:[a-z0-9]+_)*(?:{distinct})(?:_[a-z0-9_]+)?(?![a-z0-9])",
        rf"\b\w*from_(?:{FORMATS})\b",
    )
    return [match for pattern in patterns for match in re.findall(pattern, code)]


def _files_that_name_senders() -> dict[str, list[str]]:
    found = {}
    for folder in ("models", "macros"):
        for path in sorted((PROJECT / folder).rglob("*.sql")):
            name = path.relative_to(PROJECT).as_posix()
            if not name.startswith(OF_SENDERS) and (names := _names(_code(path.read_text()))):
                found[name] = sorted(set(names))
    return found


def test_only_staging_and_input_name_a_sender() -> None:
    assert _files_that_name_senders() == {}


@pytest.mark.parametrize(
    "code",
    [
        "where source = 'claims'",
        "select * from {{ ref('stg_claims__eligibility') }}",
        "select * from {{ ref('input_screenings__screening') }}",
        "'raw_adt.message' as evidence_table",
        "from {{ ref('int_client__from_fhir') }}",
        "{% macro synthea_record(table_name) -%}",
        "{% for name in ['ehr', 'x'] %}",
    ],
)
def test_a_mention_is_found(code: str) -> None:
    assert _names(code)


@pytest.mark.parametrize(
    "code",
    [
        "select claims, has_adt, adt_end_date from {{ ref('fct_claim') }}",
        "from {{ ref('int_hospital_event__from_claims') }} as referrals",
        "{{ ref('fhir_code') }} where kind = 'claims_notice_days'",
        "select encounter_key, where_heard, threshold_ehrlich",
        "where name = 'adt_patient_class'",
    ],
)
def test_a_word_of_the_domain_is_no_mention(code: str) -> None:
    assert _names(code) == []
