"""The same agency's record as FHIR: what a row becomes, what the reader makes of it, what stays CSV, the same bytes each time."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from sources.contract import load_contracts
from sources.formats.fhir import read_fhir
from synthetic.agency import synthesize
from synthetic.formats import fhir

ZONE = "America/New_York"
CLIENTS, SEED, DAYS = 60, 6, 120
DAY, NEXT_DAY = "2026-03-10", "2026-03-11"
Row = dict[str, str | None]
HL7 = "http://terminology.hl7.org/CodeSystem"
CLIENT: Row = {
    "client_id": "C1", "medicaid_id": "M1", "ssn_last4": "1234", "first_name": 'Jo "J"', "middle_name": None,
    "last_name": "D'Arc\\é", "name_suffix": None, "preferred_name": None, "birth_date": "1980-02-13",
    "death_date": None, "sex": "X", "address": None, "phone": "(555) 555-0101", "merged_into_client_id": None,
    "status": "active",
}  # fmt: skip
DIAGNOSIS: Row = {
    "diagnosis_id": "dx1", "client_id": "C1", "code_system": "icd10cm", "code": "F32.9", "onset_date": "2025-01-02",
    "end_date": None, "verification_status": "provisional", "is_primary": "false", "program_id": "p1",
    "recorded_at": "2025-01-03T11:00:00",
}  # fmt: skip
APPOINTMENT: Row = {
    "appointment_id": "a1", "client_id": "C1", "scheduled_at": "2026-03-09T09:30:00", "duration_minutes": "45",
    "service_line": "peer", "procedure_code": "H0038", "provider_id": "pe-1", "program_id": "p1", "site_id": "s1",
    "status": "clinic_cancel", "status_at": "2026-03-08T03:30:00", "rescheduled_to_appointment_id": None,
    "created_at": "2026-03-07T10:00:00", "modality": "phone",
}  # fmt: skip
VISIT: Row = {
    "visit_id": "v1", "client_id": "C1", "appointment_id": "a9", "started_at": "2026-03-09T09:30:00",
    "ended_at": "2026-03-09T10:00:00", "service_line": "crisis", "procedure_code": "90839", "procedure_modifier_1": "95",
    "place_of_service_code": "10", "provider_id": "th-1", "provider_taxonomy_code": "1041C0700X", "program_id": "p1",
    "site_id": "s1", "diagnosis_code_1": "F32.9", "diagnosis_code_2": "I10", "note_signed_at": "2026-03-09T11:00:00",
    "goal_id": "G1", "is_crisis": "true", "is_deleted": "false",
}  # fmt: skip
CONSENT: Row = {
    "consent_id": "cs1", "client_id": "C1", "recipient_type": "organization", "recipient_id": "agency",
    "purpose": "treatment", "scope": "part2", "program_id": None, "start_date": "2026-01-01", "end_date": "2026-12-31",
    "revoked_at": None,
}  # fmt: skip
REFERRAL: Row = {
    "referral_id": "f1", "client_id": "C1", "direction": "out", "domain": "housing", "priority": "urgent",
    "created_at": "2026-03-01T09:00:00", "sent_at": "2026-03-02T09:00:00", "accepted_at": None, "scheduled_at": None,
    "attended_at": None, "result_received_at": None, "closed_at": None, "close_reason": None, "barrier_code": None,
    "referred_to": "Oak House", "program_id": "p1",
}  # fmt: skip
TOTAL: Row = {
    "response_id": "r1", "client_id": "C1", "instrument": "gad7", "administered_at": "2026-03-09T09:30:00",
    "item_number": None, "item_value": None, "total_score": "12", "level": None, "domain": None, "is_positive": None,
    "status": "completed", "reviewed_at": None, "reviewed_by": None, "program_id": "p1",
}  # fmt: skip
ITEM: Row = TOTAL | {
    "instrument": "phq9m", "item_number": "1", "item_value": "3", "total_score": None,
}  # fmt: skip
TABLES = {
    "client": ("ehr", CLIENT), "diagnosis": ("ehr", DIAGNOSIS), "appointment": ("ehr", APPOINTMENT),
    "visit": ("ehr", VISIT), "consent": ("ehr", CONSENT), "referral": ("referrals", REFERRAL),
    "response": ("screenings", TOTAL),
}  # fmt: skip


def deliver(landing: Path, table: str, *rows: Row, day: str = DAY) -> Path:
    """A file of rows, each told by how it differs from the example of its table."""
    sender, example = TABLES[table]
    path = landing / sender / day / f"{table}_delta.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    schema = dict.fromkeys(example, pl.String())
    pl.DataFrame([example | row for row in rows], schema=schema).write_csv(path)
    return path


def told(landing: Path, resource: str, day: str = DAY) -> list[dict[str, Any]]:
    """The resources of a delivery."""
    path = landing / "ehr_fhir" / day / f"{resource}_delta.ndjson"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_a_client_is_a_patient_too(tmp_path: Path) -> None:
    path = deliver(tmp_path, "client", {}, {"client_id": "C2", "merged_into_client_id": "C1"})
    before = path.read_bytes()
    fhir.transcribe(tmp_path, ZONE)
    assert path.read_bytes() == before
    patient, merged = told(tmp_path, "Patient")
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


def test_an_appointment_has_its_status_program_and_length(tmp_path: Path) -> None:
    path = deliver(tmp_path, "appointment", {})
    fhir.transcribe(tmp_path, ZONE)
    assert not path.exists()
    reason = {"system": f"{HL7}/appointment-cancellation-reason", "code": "pat"}
    (appointment,) = told(tmp_path, "Appointment")
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


# What is asked of the resource's row in the contract's columns: the reader says whether it was told.
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
def test_the_reader_finds_what_the_row_says(
    tmp_path: Path, table: str, resource: str, row: Row, expected: dict[str, Any]
) -> None:
    deliver(tmp_path, table, row)
    fhir.transcribe(tmp_path, ZONE)
    (found,) = read(tmp_path, resource)
    assert {name: found[name] for name in expected} == expected


def read(landing: Path, resource: str, name: str | None = None) -> list[dict[str, Any]]:
    """The rows that a file of resources becomes."""
    contract = load_contracts()["ehr_fhir"].tables
    path = landing / "ehr_fhir" / DAY / f"{name or resource}_delta.ndjson"
    out = landing / "typed"
    result = read_fhir(path, contract, ZONE, "b", out, dict.fromkeys(contract, 1))
    assert all(found.rows_rejected == 0 for found in result.values())
    return pl.concat([pl.read_parquet(file) for file in result[resource].typed]).to_dicts()


def test_a_form_is_one_resource(tmp_path: Path) -> None:
    items = [ITEM | {"item_number": str(number), "item_value": "0"} for number in range(2, 10)]
    total = TOTAL | {"instrument": "phq9m", "total_score": "3"}
    path = deliver(tmp_path, "response", ITEM, *items, total, {"response_id": "r2"})
    # Of what was told before, some rows come again: nothing is told again, or the resource would lose its other items.
    again = deliver(tmp_path, "response", total, items[0], day=NEXT_DAY)
    fhir.transcribe(tmp_path, ZONE)
    assert not path.exists()
    assert not again.exists()
    assert not (tmp_path / "ehr_fhir" / NEXT_DAY).exists()
    (form,) = told(tmp_path, "QuestionnaireResponse")
    assert (form["id"], form["status"]) == ("r1", "completed")
    assert form["authored"] == "2026-03-09T09:30:00-04:00"
    answers = {item["linkId"]: item["answer"] for item in form["item"]}
    assert len(answers) == 10
    assert answers["44250-9"] == [
        {"valueCoding": {"system": "http://loinc.org", "code": "LA6571-9"}}
    ]
    assert answers["44260-8"][0]["valueCoding"]["code"] == "LA6568-5"
    assert answers["89204-2"] == [{"valueInteger": 3}]
    assert [found["id"] for found in told(tmp_path, "Observation")] == ["r2"]


def test_a_withdrawn_visit_is_a_deletion(tmp_path: Path) -> None:
    deliver(tmp_path, "visit", {}, {"visit_id": "v2", "is_deleted": "true"})
    fhir.transcribe(tmp_path, ZONE)
    assert [visit["id"] for visit in told(tmp_path, "Encounter")] == ["v1"]
    (gone,) = read(tmp_path, "Encounter", "deleted_Encounter")
    assert (gone["id"], gone["is_deleted"]) == ("v2", True)


KEPT: list[tuple[str, Row]] = [
    ("diagnosis", {"is_primary": "true"}),
    ("diagnosis", {"recorded_at": None}),
    ("diagnosis", {"verification_status": "entered_in_error"}),
    ("diagnosis", {"end_date": "9999-12-31"}),
    ("diagnosis", {"code": "F32.9\t"}),
    ("appointment", {"status": "late_cancel"}),
    ("appointment", {"status": "rescheduled"}),
    ("appointment", {"rescheduled_to_appointment_id": "a2"}),
    ("appointment", {"duration_minutes": None}),
    ("appointment", {"status_at": None}),
    ("appointment", {"provider_id": "Jo Doe"}),
    # Clocks went from two to three that night.
    ("appointment", {"scheduled_at": "2026-03-08T02:30:00"}),
    ("appointment", {"created_at": "2025-11-02T01:30:00"}),
    ("appointment", {"created_at": "2025-11-02"}),
    ("visit", {"is_crisis": "true", "service_line": "therapy"}),
    ("visit", {"diagnosis_code_1": None}),
    ("visit", {"procedure_code": None}),
    ("visit", {"provider_id": None}),
    ("consent", {"scope": "all_records"}),
    ("consent", {"recipient_type": "program"}),
    ("consent", {"recipient_id": None}),
    ("referral", {"direction": "in"}),
    ("referral", {"barrier_code": "language"}),
    ("referral", {"scheduled_at": "2026-03-05T09:00:00"}),
    ("referral", {"closed_at": "2026-03-05T09:00:00", "close_reason": "ineligible"}),
    ("referral", {"sent_at": None, "closed_at": "2026-03-05T09:00:00", "close_reason": "declined_by_provider"}),
    # Who refuses has not accepted.
    ("referral", {
        "accepted_at": "2026-03-03T09:00:00", "closed_at": "2026-03-05T09:00:00", "close_reason": "declined_by_provider",
    }),
    ("response", {"reviewed_at": "2026-03-09T10:30:00"}),
    ("response", {"instrument": "dla20", "total_score": "3.5"}),
    ("response", {"instrument": "cssrs", "total_score": None, "level": "high"}),
    ("response", {"instrument": "sdoh", "total_score": None, "domain": "food", "is_positive": "true"}),
    ("response", {"instrument": "phq9", "item_number": "9", "item_value": "1", "total_score": None}),
    ("response", {"instrument": "phq9", "item_number": "1", "item_value": "4", "total_score": None}),
    # A PHQ-9M without its total.
    ("response", ITEM),
]  # fmt: skip


@pytest.mark.parametrize(("table", "row"), KEPT)
def test_what_fhir_does_not_say_stays(tmp_path: Path, table: str, row: Row) -> None:
    path = deliver(tmp_path, table, row)
    before = path.read_bytes()
    fhir.transcribe(tmp_path, ZONE)
    assert path.read_bytes() == before
    assert not (tmp_path / "ehr_fhir").exists()


def test_a_record_is_told_in_every_delivery_or_in_none(tmp_path: Path) -> None:
    other = {"appointment_id": "a2"}
    first = deliver(tmp_path, "appointment", {"status": "scheduled"}, other)
    later = deliver(tmp_path, "appointment", {"status": "late_cancel"}, other, day=NEXT_DAY)
    fhir.transcribe(tmp_path, ZONE)
    for path, day in ((first, DAY), (later, NEXT_DAY)):
        assert pl.read_csv(path)["appointment_id"].to_list() == ["a1"]
        assert [found["id"] for found in told(tmp_path, "Appointment", day)] == ["a2"]


def test_what_was_changed_back_stays(tmp_path: Path) -> None:
    """Of a resource the latest change stands, of a row the latest delivery."""
    others: list[Row] = [
        {"appointment_id": f"o{number}", "status_at": f"2026-03-0{1 + number % 2}T09:00:00"}
        for number in range(8)
    ]
    deliver(tmp_path, "appointment", {"status_at": "2026-03-08T03:30:00"}, *others)
    path = deliver(tmp_path, "appointment", {"status_at": "2026-03-07T03:30:00"}, day=NEXT_DAY)
    fhir.transcribe(tmp_path, ZONE)
    assert path.exists()
    assert len(told(tmp_path, "Appointment")) == len(others)


def test_a_response_that_is_reviewed_later_stays(tmp_path: Path) -> None:
    path = deliver(tmp_path, "response", {}, {"response_id": "r2"})
    deliver(tmp_path, "response", {"reviewed_at": "2026-03-10T10:30:00"}, day=NEXT_DAY)
    fhir.transcribe(tmp_path, ZONE)
    assert pl.read_csv(path)["response_id"].to_list() == ["r1"]
    assert [found["id"] for found in told(tmp_path, "Observation")] == ["r2"]


@pytest.mark.parametrize("later", [ITEM | {"item_number": "2"}, ITEM | {"item_value": "1"}])
def test_a_response_that_came_bit_by_bit_or_in_other_words_stays(
    tmp_path: Path, later: Row
) -> None:
    total = TOTAL | {"instrument": "phq9m"}
    paths = [
        deliver(tmp_path, "response", ITEM, total),
        deliver(tmp_path, "response", later, day=NEXT_DAY),
    ]
    fhir.transcribe(tmp_path, ZONE)
    assert all(path.exists() for path in paths)
    assert not (tmp_path / "ehr_fhir").exists()


def test_a_response_with_two_totals_stays(tmp_path: Path) -> None:
    path = deliver(tmp_path, "response", {}, {"total_score": "13"})
    fhir.transcribe(tmp_path, ZONE)
    assert path.exists()
    assert not (tmp_path / "ehr_fhir").exists()


def test_the_same_arguments_give_the_same_resources(tmp_path: Path) -> None:
    texts = []
    for name in ("one", "two"):
        synthesize(tmp_path / name, CLIENTS, seed=SEED, days=DAYS, formats=["fhir"])
        files = sorted((tmp_path / name).rglob("*.ndjson"))
        texts.append([(file.relative_to(tmp_path / name), file.read_bytes()) for file in files])
    assert texts[0] == texts[1]
    resources = {path.name.split("_")[0] for path, _ in texts[0]}
    assert resources >= {"Appointment", "Condition", "Encounter", "Observation", "Patient"}
