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
# Files that still name a sender: each is to read the input layer instead.
NAMES_SENDERS: dict[str, str] = {
    **dict.fromkeys(
        ("models/care/task/int_task__client.sql",),
        "care: the discharge notice becomes an entity",
    ),
    **dict.fromkeys(
        (
            "models/core/client/dim_client.sql",
            "models/core/client/int_client__deceased.sql",
            "models/core/client/int_client__described.sql",
            "models/core/client/int_client__from_fhir.sql",
            "models/core/client/int_client__identified.sql",
            "models/core/client/int_client__linked.sql",
            "models/core/client/int_client__matched.sql",
            "models/core/client/int_client__merged.sql",
            "models/core/client/int_fhir_patient__compared.sql",
            "models/core/client/int_fhir_patient__match_conflicts.sql",
            "models/core/client/int_member__from_cclf.sql",
            "models/core/client/int_member__from_x12.sql",
            "models/core/client/int_siu_patient__matched.sql",
            "models/core/identity/int_decision__latest.sql",
            "models/core/identity/int_decision__resolved.sql",
            "models/core/identity/int_identity__blocked.sql",
            "models/core/identity/int_identity__described.sql",
            "models/core/identity/int_identity__exact.sql",
            "models/core/identity/int_identity__reviewed.sql",
            "models/core/identity/int_identity__scored.sql",
            "models/core/identity/int_person__match_conflicts.sql",
            "models/core/identity/int_person__reported_demographics.sql",
            "models/quality/fct_linkage_accuracy.sql",
            "models/quality/fct_unmapped_code.sql",
        ),
        "identity: persons and identifiers become entities",
    ),
    **dict.fromkeys(
        (
            "models/core/fhir/int_hospital_event__from_fhir.sql",
            "models/core/fhir/int_procedure__from_fhir.sql",
            "models/core/stay/int_hospital_event__described.sql",
            "models/core/stay/int_hospital_event__from_alerts.sql",
            "models/core/stay/int_hospital_event__from_claims.sql",
            "models/core/stay/int_hospital_event__from_synthea.sql",
            "models/core/stay/int_stay__merged.sql",
            "models/core/stay/int_stay__summarized.sql",
            "models/core/visit/fct_ed_visit.sql",
            "models/core/visit/int_ed_visit__merged.sql",
            "models/core/visit/int_visit__recorded.sql",
            "macros/agency_record.sql",
        ),
        "stays: hospital encounters become an entity",
    ),
}


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
    found = _files_that_name_senders()
    assert {name: names for name, names in found.items() if name not in NAMES_SENDERS} == {}
    assert sorted(NAMES_SENDERS) == sorted(set(NAMES_SENDERS) & set(found)), "no longer needed"


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
