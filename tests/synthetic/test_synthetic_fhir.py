"""The agency's record as FHIR: the resource of each row, the reader's row of each resource, and equal bytes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from fhir_examples import (
    DAY,
    HL7,
    ITEM,
    NEXT_DAY,
    TOTAL,
    ZONE,
    Row,
    deliver,
    resources,
)

from sources.contract import load_contracts
from sources.formats.fhir import read_fhir
from synthetic.agency import synthesize
from synthetic.formats import fhir

CLIENTS, SEED, DAYS = 60, 6, 120


def test_a_client_becomes_a_patient_and_stays_csv(tmp_path: Path) -> None:
    path = deliver(tmp_path, "client", {}, {"client_id": "C2", "merged_into_client_id": "C1"})
    before = path.read_bytes()
    fhir.convert(tmp_path, ZONE)
    assert path.read_bytes() == before
    patient, merged = resources(tmp_path, "Patient")
    assert patient == {
        "resourceType": "Patient",
        "id": "C1",
        "identifier": [
            {"type": {"coding": [{"system": f"{HL7}/v2-0203", "code": "MA"}]}, "value": "M1"}
        ],
        "name": [{"use": "official", "family": "D'Arc\\é", "given": ['Jo "J"']}],
        "telecom": [{"system": "phone", "value": "(555) 555-0101"}],
        "gender": "other",
        "birthDate": "1980-02-13",
    }
    assert merged["link"] == [{"other": {"reference": "Patient/C1"}, "type": "replaced-by"}]


def test_an_appointment_becomes_an_appointment_resource(tmp_path: Path) -> None:
    path = deliver(tmp_path, "appointment", {})
    fhir.convert(tmp_path, ZONE)
    assert not path.exists()
    reason = {"system": f"{HL7}/appointment-cancellation-reason", "code": "pat"}
    (appointment,) = resources(tmp_path, "Appointment")
    assert appointment == {
        "resourceType": "Appointment",
        "id": "a1",
        "meta": {
            "lastUpdated": "2026-03-08T03:30:00-04:00",
            "tag": [{"system": "urn:caseload:program", "code": "p1"}],
        },
        "extension": [
            {
                "url": "http://hl7.org/fhir/5.0/StructureDefinition/extension-Appointment.class",
                "valueCodeableConcept": {"coding": [{"code": "phone"}]},
            }
        ],
        "status": "cancelled",
        "cancelationReason": {"coding": [reason | {"code": "prov"}]},
        "serviceType": [
            {
                "coding": [
                    {"code": "peer"},
                    {
                        "system": "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
                        "code": "H0038",
                    },
                ]
            }
        ],
        "start": "2026-03-09T09:30:00-04:00",
        "end": "2026-03-09T10:15:00-04:00",
        "minutesDuration": 45,
        "created": "2026-03-07T10:00:00-05:00",
        "participant": [
            {"actor": {"reference": name}, "status": "accepted"}
            for name in ("Patient/C1", "Practitioner/pe-1", "Location/s1")
        ],
    }


# Table, resource type, differences from the example row, and expected columns of the reader's row.
READ: list[tuple[str, str, Row, dict[str, Any]]] = [
    (
        "client",
        "Patient",
        {"preferred_name": "J|", "name_suffix": "Jr.", "death_date": "2026-01-01"},
        {
            "id": "C1", "family_name": "D'Arc\\é", "given_name": 'Jo "J"', "usual_name": "J|", "name_suffix": "Jr.",
            "gender": "other", "birth_date": dt.date(1980, 2, 13), "phone": "(555) 555-0101",
        },
    ),
    (
        "diagnosis",
        "Condition",
        {"end_date": "2026-02-01"},
        {
            "id": "dx1", "program_id": "p1", "clinical_status": "inactive", "verification_status": "provisional",
            "icd10_code": "F32.9", "patient_id": "C1", "onset_at_precision": "date", "abatement_at_precision": "date",
            "recorded_at": dt.datetime(2025, 1, 3, 16, tzinfo=dt.UTC),
        },
    ),
    (
        "appointment",
        "Appointment",
        {"modality": "video", "procedure_code": "90834", "status": "kept"},
        {
            "status": "fulfilled", "cancelation_reason_code": None, "class_code": "VR", "procedure_code": "90834",
            "service_type_code": "peer", "program_id": "p1", "patient_id": "C1", "practitioner_id": "pe-1",
            "location_id": "s1", "start_at": dt.datetime(2026, 3, 9, 13, 30, tzinfo=dt.UTC), "minutes_duration": 45,
            "last_updated": dt.datetime(2026, 3, 8, 7, 30, tzinfo=dt.UTC),
        },
    ),
    (
        "visit",
        "Encounter",
        {},
        {
            "id": "v1", "status": "finished", "class_code": "VR", "type_code": "90839", "place_of_service_code": "10",
            "service_type_code": "crisis", "patient_id": "C1", "reason_code": "F32.9", "reason_code_2": "I10",
            "reason_code_3": None, "practitioner_id": "th-1", "provider_taxonomy_code": "1041C0700X",
            "appointment_id": "a9", "location_id": "s1", "program_id": "p1", "last_updated": None,
            "end_at": dt.datetime(2026, 3, 9, 14, tzinfo=dt.UTC),
        },
    ),
    (
        "consent",
        "Consent",
        {"revoked_at": "2026-03-01T10:00:00"},
        {
            "status": "inactive", "provision_type": "permit", "label_code": "42CFRPart2", "actor_id": "agency",
            "actor_type": "Organization", "purpose_code": "TREAT", "start_at_precision": "date",
            "last_updated": dt.datetime(2026, 3, 1, 15, tzinfo=dt.UTC),
        },
    ),
    (
        "referral",
        "ServiceRequest",
        {"closed_at": "2026-03-05T09:00:00", "close_reason": "other", "domain": "other"},
        {
            "status": "revoked", "intent": "order", "priority": "urgent", "code": "referral", "program_id": "p1",
            "performer_name": "Oak House", "last_updated": dt.datetime(2026, 3, 5, 14, tzinfo=dt.UTC),
        },
    ),
    (
        "referral",
        "Task",
        {"closed_at": "2026-03-05T09:00:00", "close_reason": "declined_by_provider"},
        {
            "status": "rejected", "referral_id": "f1", "start_at": None,
            "authored_at": dt.datetime(2026, 3, 2, 14, tzinfo=dt.UTC),
            "last_modified_at": dt.datetime(2026, 3, 5, 14, tzinfo=dt.UTC),
        },
    ),
    (
        "response",
        "Observation",
        {},
        {
            "id": "r1", "status": "final", "category_code": "survey", "code": "70274-6", "value_number": 12,
            "patient_id": "C1", "program_id": "p1", "absent_reason_code": None,
            "effective_at": dt.datetime(2026, 3, 9, 13, 30, tzinfo=dt.UTC),
        },
    ),
    (
        "response",
        "Observation",
        {"status": "declined", "total_score": None},
        {"status": "final", "value_number": None, "absent_reason_code": "asked-declined"},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("table", "resource", "row", "expected"), READ)
def test_the_reader_returns_the_original_values(
    tmp_path: Path, table: str, resource: str, row: Row, expected: dict[str, Any]
) -> None:
    deliver(tmp_path, table, row)
    fhir.convert(tmp_path, ZONE)
    (found,) = read(tmp_path, resource)
    assert {name: found[name] for name in expected} == expected


def read(landing: Path, resource: str, name: str | None = None) -> list[dict[str, Any]]:
    """The reader's rows of a file of resources."""
    contract = load_contracts()["ehr_fhir"].tables
    path = landing / "ehr_fhir" / DAY / f"{name or resource}_delta.ndjson"
    out = landing / "typed"
    result = read_fhir(path, contract, ZONE, "b", out, dict.fromkeys(contract, 1))
    assert all(found.rows_rejected == 0 for found in result.values())
    return pl.concat([pl.read_parquet(file) for file in result[resource].typed]).to_dicts()


def test_a_response_with_items_becomes_one_resource(tmp_path: Path) -> None:
    items = [ITEM | {"item_number": str(number), "item_value": "0"} for number in range(2, 10)]
    total = TOTAL | {"instrument": "phq9m", "total_score": "3"}
    path = deliver(tmp_path, "response", ITEM, *items, total, {"response_id": "r2"})
    # Some rows are re-sent: converting them again would replace the resource and lose its other items.
    again = deliver(tmp_path, "response", total, items[0], day=NEXT_DAY)
    fhir.convert(tmp_path, ZONE)
    assert not path.exists()
    assert not again.exists()
    assert not (tmp_path / "ehr_fhir" / NEXT_DAY).exists()
    (form,) = resources(tmp_path, "QuestionnaireResponse")
    assert (form["id"], form["status"]) == ("r1", "completed")
    assert form["authored"] == "2026-03-09T09:30:00-04:00"
    answers = {item["linkId"]: item["answer"] for item in form["item"]}
    assert len(answers) == 10
    assert answers["44250-9"] == [
        {"valueCoding": {"system": "http://loinc.org", "code": "LA6571-9"}}
    ]
    assert answers["44260-8"][0]["valueCoding"]["code"] == "LA6568-5"
    assert answers["89204-2"] == [{"valueInteger": 3}]
    assert [found["id"] for found in resources(tmp_path, "Observation")] == ["r2"]


def test_a_deleted_visit_becomes_a_delete_request(tmp_path: Path) -> None:
    deliver(tmp_path, "visit", {}, {"visit_id": "v2", "is_deleted": "true"})
    fhir.convert(tmp_path, ZONE)
    assert [visit["id"] for visit in resources(tmp_path, "Encounter")] == ["v1"]
    (gone,) = read(tmp_path, "Encounter", "deleted_Encounter")
    assert (gone["id"], gone["is_deleted"]) == ("v2", True)


def test_the_same_arguments_give_the_same_resources(tmp_path: Path) -> None:
    texts = []
    for name in ("one", "two"):
        synthesize(tmp_path / name, CLIENTS, seed=SEED, days=DAYS, formats=["fhir"])
        files = sorted((tmp_path / name).rglob("*.ndjson"))
        texts.append([(file.relative_to(tmp_path / name), file.read_bytes()) for file in files])
    assert texts[0] == texts[1]
    resources = {path.name.split("_")[0] for path, _ in texts[0]}
    assert resources >= {"Appointment", "Condition", "Encounter", "Observation", "Patient"}


@pytest.mark.parametrize(
    ("client_id", "program_id", "label"),
    [
        ("C2", "recovery", "ETH"),
        ("C1", "recovery", "PSY"),
        ("C7", "medication", "SDV"),
        ("C9", "medication", "42CFRPart2"),
        ("C1", "outpatient", None),
        ("C1", None, None),
    ],
)
def test_records_of_part_2_programs_have_a_security_label(
    tmp_path: Path, client_id: str, program_id: str | None, label: str | None
) -> None:
    deliver(tmp_path, "appointment", {"client_id": client_id, "program_id": program_id})
    deliver(tmp_path, "consent", {"client_id": client_id, "program_id": program_id})
    fhir.convert(tmp_path, ZONE)
    (appointment,) = resources(tmp_path, "Appointment")
    system = f"{HL7}/v3-ActCode"
    expected = None if label is None else [{"system": system, "code": label}]
    assert appointment["meta"].get("security") == expected
    # A consent is never a Part 2 record; its label says which records it covers.
    (consent,) = resources(tmp_path, "Consent")
    assert "security" not in consent["meta"]
