"""FHIR tables: the contract's paths applied to realistic resources, and the elements of resources."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from test_fhir_files import ANN, Read, _lines

SAMPLE = Path(__file__).resolve().parents[1] / "landing" / "ehr_fhir" / "2025-05-30"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Read:
    return Read(tmp_path_factory.mktemp("sample"), (SAMPLE / "rest.json").read_bytes(), "rest.json")


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("Encounter", {"id": "e2", "class_code": "EMER", "patient_id": "f1", "organization_id": "1234567893",
                       "reason_code": "F32.1", "start_at": dt.datetime(2025, 4, 2, 2, tzinfo=dt.UTC)}),
        ("Encounter_diagnosis", {"encounter_id": "e1", "condition_id": "c1", "rank": 1, "resource_row": 1}),
        ("Appointment", {"id": "a1", "status": "noshow", "patient_id": "f1", "practitioner_id": "s1",
                         "service_type_code": "therapy"}),
        ("Condition", {"icd10_code": "F33.1", "snomed_code": "370143000", "onset_at": None, "code": "370143000"}),
        ("Observation", {"id": "o1", "code": "44261-6", "value_number": 14, "response_id": "q1"}),
        ("Observation_component", {"observation_id": "o2", "code": "93246-7", "value_code": "LA33-6"}),
        ("Observation_member", {"observation_id": "o2", "member_id": "o3", "member_type": "Observation"}),
        ("QuestionnaireResponse_item", {"position": 2, "link_id": "/44250-9", "answer_code": "LA6570-1"}),
        ("QuestionnaireResponse_item", {"position": 3, "link_id": "/44260-8", "answer_number": 0}),
        ("ServiceRequest", {"id": "r1", "priority": "urgent", "performer_name": "Food bank"}),
        ("Task", {"id": "t1", "referral_id": "r1", "patient_id": "f1"}),
        ("MedicationRequest", {"code": "312938", "medication_id": None, "authored_at_precision": "date"}),
        ("MedicationDispense", {"prescription_id": "m1", "days_supply": 30}),
        ("Coverage", {"subscriber_id": "M-1", "payer_name": "State Medicaid", "end_at": None}),
        ("Consent", {"provision_type": "permit", "actor_id": "agency", "actor_type": "Organization"}),
        ("resource", {"resource_type": "Organization", "id": "agency"}),
    ],
)  # fmt: skip
def test_each_table_contains_the_expected_row(
    sample: Read, table: str, expected: dict[str, Any]
) -> None:
    assert any(expected.items() <= row.items() for row in sample.rows(table)), sample.rows(table)


def test_social_security_numbers_are_not_read(tmp_path: Path) -> None:
    read = Read(tmp_path, (SAMPLE / "Patient.000.ndjson").read_bytes())
    assert [row["value"] for row in read.rows("Patient_identifier")] == ["1EG4TE5MK73"]
    assert read.rows("Patient")[1]["birth_date"] is None


def test_elements_of_a_rejected_resource_are_not_read(tmp_path: Path) -> None:
    known = {"identifier": [{"value": "1"}, None, {"value": "2"}]}
    read = Read(tmp_path, _lines({**ANN, **known, "birthDate": "soon"}, {**ANN, **known}))
    assert [(row["resource_row"], row["position"], row["value"]) for row in read.rows("Patient_identifier")] == [
        (2, 1, "1"), (2, 2, "2"),
    ]  # fmt: skip
    assert read.counts == {"Patient": (2, 1, 1), "Patient_identifier": (2, 2, 0)}


def test_rejected_element_does_not_reject_its_resource(tmp_path: Path) -> None:
    visit = {"resourceType": "Encounter", "id": "e", "diagnosis": [{"rank": "first"}, {"rank": 2}]}
    read = Read(tmp_path, _lines(visit))
    assert read.ids("Encounter") == ["e"]
    assert [(row["rank"], row["_source_row"]) for row in read.rows("Encounter_diagnosis")] == [
        (2, 2)
    ]
    assert read.reasons == [("Encounter_diagnosis", 1, "bad_integer")]


def test_items_are_read_at_every_depth_with_positions_per_response(tmp_path: Path) -> None:
    deep = {"linkId": "3", "item": [{"linkId": "3.1", "item": [{"linkId": "3.1.1"}]}]}
    answered = {"linkId": "2", "answer": [{"valueBoolean": True, "item": [{"linkId": "2.a"}]}]}
    response = {
        "resourceType": "QuestionnaireResponse",
        "id": "q",
        "item": [{"linkId": "1"}, answered, deep],
    }
    read = Read(tmp_path, _lines(response, {**response, "id": "r", "item": [{"linkId": "only"}]}))
    found = pl.DataFrame(read.rows("QuestionnaireResponse_item"))
    assert found.filter(response_id="q")["link_id"].sort().to_list() == [
        "1",
        "2",
        "2.a",
        "3",
        "3.1",
        "3.1.1",
    ]
    assert found.filter(response_id="q")["position"].to_list() == [1, 2, 3, 4, 5, 6]
    assert found.filter(response_id="r")["position"].to_list() == [1]


@pytest.mark.parametrize(
    ("value", "day"), [("1990", None), ("1990-02", None), ("1990-02-03", dt.date(1990, 2, 3))]
)
def test_year_or_month_becomes_null_without_a_reject(
    tmp_path: Path, value: str, day: dt.date | None
) -> None:
    assert (
        Read(tmp_path, _lines({**ANN, "birthDate": value})).rows("Patient")[0]["birth_date"] == day
    )


def test_old_and_ended_names_phones_and_addresses_are_not_read(tmp_path: Path) -> None:
    ended = {"period": {"end": "2020-01-01"}}
    open_ = {"period": {"start": "2020-01-01"}}
    patient = {
        "resourceType": "Patient",
        "id": "p",
        "name": [
            {"use": "old", "family": "Was"},
            {"use": "official", "family": "Ended", **ended},
            {"use": "maiden", "family": "Born"},
            {"use": "usual", "family": "Now", "given": ["A"], **open_},
        ],
        "telecom": [
            {"system": "phone", "use": "old", "value": "1"},
            {"system": "phone", "use": "home", "value": "2", **ended},
            {"system": "phone", "use": "home", "value": "3", **open_},
            {"system": "phone", "use": "mobile", "value": "4", **ended},
        ],
        "address": [
            {"use": "home", "city": "Was", **ended},
            {"use": "old", "city": "Old"},
            {"use": "temp", "city": "Now"},
        ],
    }
    (row,) = Read(tmp_path, _lines(patient)).rows("Patient")
    assert (row["family_name"], row["given_name"]) == ("Now", "A")
    assert (row["phone"], row["mobile_phone"], row["city"]) == ("3", None, "Now")


def test_old_name_is_never_read_and_ended_name_only_without_a_current_one(tmp_path: Path) -> None:
    old = {"resourceType": "Patient", "id": "a", "name": [{"use": "old", "family": "Was"}]}
    ended = {"family": "Ended", "period": {"end": "2020-01-01"}}
    rows = Read(tmp_path, _lines(old, {**old, "id": "b", "name": [ended]})).rows("Patient")
    assert [row["family_name"] for row in rows] == [None, "Ended"]


RXNORM, NDC = "http://www.nlm.nih.gov/research/umls/rxnorm", "http://hl7.org/fhir/sid/ndc"
ICD10, SNOMED = "http://hl7.org/fhir/sid/icd-10-cm", "http://snomed.info/sct"
CPT = "http://www.ama-assn.org/go/cpt"


def _coded(*codings: tuple[str, str]) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code} for system, code in codings]}


@pytest.mark.parametrize(
    ("kind", "content", "table", "column", "expected"),
    [
        ("MedicationRequest", {"medicationCodeableConcept": _coded(("urn:x", "1"), (RXNORM, "2"))},
         "MedicationRequest", "code", ("2", RXNORM)),
        ("MedicationRequest", {"medicationCodeableConcept": _coded((NDC, "1"), (RXNORM, "2"))},
         "MedicationRequest", "code", ("2", RXNORM)),
        ("MedicationDispense", {"medicationCodeableConcept": _coded(("urn:x", "1"), (NDC, "2"))},
         "MedicationDispense", "code", ("2", NDC)),
        ("MedicationDispense", {"medicationCodeableConcept": _coded(("urn:x", "1"))},
         "MedicationDispense", "code", ("1", "urn:x")),
        ("MedicationRequest", {"medicationReference": {"reference": "#m"}, "contained": [
            {"resourceType": "Medication", "id": "m", "code": _coded(("urn:x", "1"), (RXNORM, "2"))}]},
         "MedicationRequest", "code", ("2", RXNORM)),
        ("Medication", {"code": _coded(("urn:x", "1"), (RXNORM, "2"))}, "Medication", "code", ("2", RXNORM)),
        ("Procedure", {"code": _coded((SNOMED, "1"), (CPT, "90837"))}, "Procedure", "code", ("90837", CPT)),
        ("Procedure", {"code": _coded((SNOMED, "1"))}, "Procedure", "code", ("1", SNOMED)),
        ("Encounter", {"reasonCode": [_coded((SNOMED, "1"), (ICD10, "F32.1"))]},
         "Encounter", "reason_code", ("F32.1", ICD10)),
        ("Encounter", {"reasonCode": [_coded(("urn:x", "1"), (SNOMED, "2"))]},
         "Encounter", "reason_code", ("2", SNOMED)),
    ],
)  # fmt: skip
def test_code_of_a_known_system_is_preferred_at_any_position(
    tmp_path: Path,
    kind: str,
    content: dict[str, Any],
    table: str,
    column: str,
    expected: tuple[str, str],
) -> None:
    (row,) = Read(tmp_path, _lines({"resourceType": kind, "id": "r", **content})).rows(table)
    assert (row[column], row[f"{column}_system"]) == expected


@pytest.mark.parametrize(
    ("codes", "label"),
    [
        (["ETH"], "ETH"), (["N", "PSY"], "PSY"), (["SDV"], "SDV"), (["42CFRPart2"], "42CFRPart2"),
        (["N"], None), ([], None),
    ],
)  # fmt: skip
def test_security_label_marks_a_protected_record(
    tmp_path: Path, codes: list[str], label: str | None
) -> None:
    resource = {
        "resourceType": "Condition", "id": "c", "subject": {"reference": "Patient/ann"},
        "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "F33.1"}]},
        "meta": {"security": [{"code": code} for code in codes]},
    }  # fmt: skip
    (row,) = Read(tmp_path, _lines(resource)).rows("Condition")
    assert row["part2_label"] == label


def test_dispense_refers_to_its_medication(tmp_path: Path) -> None:
    dispense = {"resourceType": "MedicationDispense", "id": "d",
                "medicationReference": {"reference": "http://x/Medication/m"}}  # fmt: skip
    (row,) = Read(tmp_path, _lines(dispense)).rows("MedicationDispense")
    assert (row["medication_id"], row["code"]) == ("m", None)
