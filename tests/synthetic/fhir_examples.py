"""An example row of each table that converts to FHIR, and helpers to deliver rows and read the resources."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl

ZONE = "America/New_York"
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
    """Write a file of rows, each given as its differences from the table's example row."""
    sender, example = TABLES[table]
    path = landing / sender / day / f"{table}_delta.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    schema = dict.fromkeys(example, pl.String())
    pl.DataFrame([example | row for row in rows], schema=schema).write_csv(path)
    return path


def resources(landing: Path, resource: str, day: str = DAY) -> list[dict[str, Any]]:
    """The resources of a delivery."""
    path = landing / "ehr_fhir" / day / f"{resource}_delta.ndjson"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
