"""Impossible and very old rows, each with its expected outcome.

Each row has its own key, so that no other row replaces it. `REJECTED` rows break the contract when
they are read. `SET_ASIDE` rows or values are excluded in SQL. `LOADED` rows are old but valid.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REJECTED, SET_ASIDE, LOADED = "rejected", "set aside", "loaded"
DAY = "2026-06-29"


@dataclass(frozen=True)
class Row:
    """One delivered row.

    Attributes:
        name: what is unusual about it; part of its file name.
        source, table: the sender and table of the row.
        values: values by column, or a complete record as text.
        outcome: REJECTED, SET_ASIDE or LOADED.
        reason: the reason code of a row that is rejected or set aside.
    """

    name: str
    source: str
    table: str
    values: dict[str, Any] | str
    outcome: str
    reason: str | None = None


def _client(name: str, born: str, outcome: str, reason: str | None = None, **more: str) -> Row:
    values = {
        "client_id": f"X-{name}", "first_name": "Ada", "last_name": "Example", "birth_date": born,
        "sex": "F", "status": "active", **more,
    }  # fmt: skip
    return Row(name, "ehr", "client", values, outcome, reason)


def _own(name: str, table: str, outcome: str, reason: str | None = None, **more: str) -> Row:
    """A row of the agency's record about the valid client X-sound."""
    key = {f"{table.removeprefix('program_')}_id": f"x-{name}"}
    return Row(name, "ehr", table, {**key, "client_id": "X-sound", **more}, outcome, reason)


def _alert(
    name: str, kind: str, at: str, outcome: str, reason: str | None = None, **more: str
) -> Row:
    values = {
        "event_id": f"x-{name}", "sending_facility_id": "9100000000",
        "facility_type": "psychiatric_hospital", "visit_number": f"x-{name}", "event_type": kind,
        "patient_class": "inpatient", "event_at": at, "source_patient_id": "x-1",
        "medicaid_id": "XM00000001", "first_name": "Ada", "last_name": "Example",
        "birth_date": "1980-05-01", "sex": "F", "diagnosis_code": "F32.2", **more,
    }  # fmt: skip
    return Row(name, "adt", "event", values, outcome, reason)


def _message(
    name: str, outcome: str, reason: str | None = None, *, kind: str = "ADT^A03",
    at: str = "20260620120000", born: str = "19800501", admitted: str = "", discharged: str = "",
    more: str = "",
) -> Row:  # fmt: skip
    visit = "PV1|1|I|UNIT^^^HOSP" + "|" * 16 + f"x-{name}" + "|" * 25 + f"{admitted}|{discharged}"
    parts = [
        rf"MSH|^~\&|APP|9100000000|||{at}||{kind}|x-{name}|P|2.5.1",
        f"EVN||{at}",
        f"PID|1||x-1^^^HOSP^MR~XM00000001^^^STATE^MA||Example^Ada||{born}|F",
        visit,
    ]
    return Row(
        name, "adt", "message", "\r".join([*parts, more] if more else parts) + "\r", outcome, reason
    )


def _claim(name: str, outcome: str, reason: str | None = None, **more: str) -> Row:
    values = {
        "claim_id": f"x-{name}", "claim_line_number": "1", "claim_type": "institutional",
        "person_id": "x-1", "member_id": "XM00000001", "payer": "Harbor Health Plan",
        "data_source": "harbor", "bill_type_code": "111", "revenue_center_code": "0124",
        "diagnosis_code_1": "F32.2", "claim_start_date": "2026-05-01",
        "claim_end_date": "2026-05-04", "paid_amount": "100", "claim_status": "paid", **more,
    }  # fmt: skip
    return Row(name, "claims", "medical_claim", values, outcome, reason)


def _member(name: str, born: str, outcome: str, reason: str | None = None, **more: str) -> Row:
    values = {
        "person_id": f"x-{name}", "member_id": f"XN{name}", "gender": "female", "birth_date": born,
        "enrollment_start_date": "2020-01-01", "enrollment_end_date": "9999-12-31",
        "payer": "Harbor Health Plan", "payer_type": "medicaid", "data_source": "harbor", **more,
    }  # fmt: skip
    return Row(name, "claims", "eligibility", values, outcome, reason)


def _screening(name: str, outcome: str, reason: str | None = None, **more: str) -> Row:
    values = {
        "response_id": f"x-{name}", "client_id": "X-sound", "instrument": "cssrs",
        "administered_at": "2026-06-20T10:00:00", "item_number": "", "item_value": "",
        "total_score": "", "level": "high", "status": "completed", **more,
    }  # fmt: skip
    return Row(name, "screenings", "response", values, outcome, reason)


def _referral(name: str, outcome: str, reason: str | None = None, **more: str) -> Row:
    values = {
        "referral_id": f"x-{name}", "client_id": "X-sound", "direction": "out",
        "domain": "housing", "priority": "urgent", **more,
    }  # fmt: skip
    return Row(name, "referrals", "referral", values, outcome, reason)


def _contact(name: str, outcome: str, reason: str | None = None, **more: str) -> Row:
    values = {
        "contact_id": f"x-{name}", "client_id": "X-sound", "staff_id": "cm-0001",
        "contacted_at": "2026-06-20T10:00:00", "channel": "phone", "outcome": "reached", **more,
    }  # fmt: skip
    return Row(name, "outreach_log", "contact", values, outcome, reason)


def _resource(name: str, kind: str, outcome: str, reason: str | None = None, /, **more: Any) -> Row:
    subject = {"reference": "Patient/x-sound"}
    who = {} if kind in ("Patient", "Appointment") else {"subject": subject}
    return Row(
        name,
        "ehr_fhir",
        kind,
        {"resourceType": kind, "id": f"x-{name}", **who, **more},
        outcome,
        reason,
    )


def _stay(name: str, start: str, end: str, outcome: str, reason: str | None = None) -> Row:
    return _resource(
        name,
        "Encounter",
        outcome,
        reason,
        status="finished",
        period={"start": start, "end": end},
        **{"class": {"code": "IMP", "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode"}},
    )


SOUND = (
    _client("sound", "1980-05-01", LOADED, medicaid_id="XM00000001"),
    _member("sound", "1980-05-01", LOADED, person_id="x-1", member_id="XM00000001"),
    _resource(
        "sound",
        "Patient",
        LOADED,
        birthDate="1980-05-01",
        name=[{"family": "Example", "given": ["Ada"]}],
    ),
)

_THERAPY = {"service_line": "therapy"}
_APPOINTMENT = {**_THERAPY, "status": "no_show"}
ROWS = (
    *SOUND,
    # Birth dates: the client is kept, the birth date is not
    _client("born_1850", "1850-01-01", SET_ASIDE, "birth_date_impossible"),
    _client("born_1900", "1900-01-01", SET_ASIDE, "birth_date_impossible"),
    _client("born_0019", "0019-05-01", REJECTED, "out_of_range"),
    _client("born_later", "2031-01-01", SET_ASIDE, "birth_date_impossible"),
    _client("born_never", "9999-12-31", REJECTED, "out_of_range"),
    _member("born_1850", "1850-01-01", SET_ASIDE, "birth_date_impossible"),
    _member("born_later", "2031-01-01", SET_ASIDE, "birth_date_impossible"),
    _resource("born_1850", "Patient", SET_ASIDE, "birth_date_impossible", birthDate="1850-01-01"),
    _resource("born_later", "Patient", SET_ASIDE, "birth_date_impossible", birthDate="2031-01-01"),
    _alert("alert_born_1850", "discharge", "2026-06-20T10:00:00", SET_ASIDE, "birth_date_impossible", birth_date="1850-01-01"),
    _alert("alert_born_later", "discharge", "2026-06-20T11:00:00", SET_ASIDE, "birth_date_impossible", birth_date="2031-01-01"),
    _message("message_born_1850", SET_ASIDE, "birth_date_impossible", born="18500101"),
    _message("message_born_later", SET_ASIDE, "birth_date_impossible", born="20310101"),
    _client("dead_before_birth", "1980-05-01", REJECTED, "rule_death_not_before_birth", death_date="1979-05-01"),
    # The agency's record
    _own("appointment_2014", "appointment", LOADED, **_APPOINTMENT, scheduled_at="2014-03-03T10:00:00"),
    _own("appointment_1991", "appointment", LOADED, **_APPOINTMENT, scheduled_at="1991-03-03T10:00:00"),
    _own("appointment_1960", "appointment", REJECTED, "out_of_range", **_APPOINTMENT, scheduled_at="1960-03-03T10:00:00"),
    _own("kept_2099", "appointment", LOADED, **_THERAPY, status="kept", scheduled_at="2099-03-04T10:00:00"),
    _own("kept_2014", "appointment", LOADED, **_THERAPY, status="kept", scheduled_at="2014-03-04T10:00:00"),
    _own("appointment_2099", "appointment", LOADED, **_THERAPY, status="scheduled", scheduled_at="2099-03-03T10:00:00"),
    _own("missed_2099", "appointment", LOADED, **_APPOINTMENT, scheduled_at="2099-03-03T10:00:00"),
    _own("visit_1999", "visit", LOADED, **_THERAPY, started_at="1999-03-03T10:00:00"),
    _own("visit_self_harm_1999", "visit", LOADED, **_THERAPY, started_at="1999-03-03T10:00:00", diagnosis_code_1="T14.91XA"),
    _own("visit_later", "visit", SET_ASIDE, "future_event", **_THERAPY, started_at="2030-03-03T10:00:00"),
    _own("visit_backwards", "visit", REJECTED, "rule_ends_after_start", **_THERAPY, started_at="2026-06-03T10:00:00", ended_at="2026-06-03T09:00:00"),
    _own("visit_ten_years", "visit", LOADED, **_THERAPY, started_at="2014-06-03T10:00:00", ended_at="2024-06-03T09:00:00"),
    _own("intake_1999", "intake", LOADED, first_contact_at="1999-03-03T10:00:00", urgency="crisis"),
    _own("intake_later", "intake", SET_ASIDE, "future_event", first_contact_at="2030-03-03T10:00:00", urgency="crisis"),
    _own("document_1999", "document", LOADED, document_type="chart_review", document_at="1999-03-03T10:00:00"),
    _own("document_later", "document", SET_ASIDE, "future_event", document_type="safety_plan", document_at="2030-03-03T10:00:00"),
    Row("plan_1901", "ehr", "treatment_plan", {"plan_id": "x-plan", "client_id": "X-sound", "start_date": "1901-01-01", "next_review_date": "1901-03-01", "status": "active"}, LOADED),
    _own("medication_1901", "medication", LOADED, code_system="ndc", code="99999010130", start_date="1901-01-01", end_date="1902-01-01", medication_class="moud"),
    _own("consent_1901", "consent", LOADED, recipient_type="any_treating", purpose="tpo", scope="part2", start_date="1901-01-01", end_date="1902-01-01"),
    _own("authorization_1901", "authorization", LOADED, start_date="1901-01-01", end_date="1902-01-01"),
    _own("diagnosis_1901", "diagnosis", LOADED, code_system="icd10cm", code="F20.9", onset_date="1901-01-01", recorded_at="1901-01-02T10:00:00"),
    _own("enrollment_1901", "program_enrollment", LOADED, program_id="outpatient", start_date="1901-01-01", end_date="9999-12-31"),
    _own("enrollment_backwards", "program_enrollment", REJECTED, "rule_ends_after_start", program_id="outpatient", start_date="2026-01-02", end_date="2026-01-01"),
    _own("assignment_1901", "assignment", LOADED, staff_id="cm-0001", role="care_manager", start_date="1901-01-01"),
    # Clients with only the required columns, and a reason to be called
    *(
        _own(f"missed_{name}", "appointment", LOADED, **_APPOINTMENT, client_id=f"X-{name}", scheduled_at="2026-06-26T10:00:00")
        for name in ("sound", "born_1850", "born_1900", "born_later", "phone_words")
    ),
    _client("phone_words", "1980-05-01", LOADED, phone="call mother"),
    _resource("nameless", "Patient", LOADED),
    _resource("nameless_missed", "Appointment", LOADED, status="noshow", start="2026-06-26T10:00:00Z", participant=[{"actor": {"reference": "Patient/x-nameless"}, "status": "accepted"}]),
    _resource("nameless_stay", "Encounter", LOADED, status="finished", subject={"reference": "Patient/x-nameless"}, period={"start": "2026-06-20", "end": "2026-06-27"}, **{"class": {"code": "IMP"}}),
    _alert("discharge_bare", "discharge", "2026-06-28T10:00:00", LOADED, facility_type="", patient_class="", diagnosis_code="", first_name="", last_name="", birth_date="", sex=""),
    # Hospital alerts and messages
    _alert("discharge_1999", "discharge", "1999-03-03T10:00:00", LOADED),
    _alert("emergency_1999", "discharge", "1999-04-03T10:00:00", LOADED, patient_class="emergency", diagnosis_code="T14.91XA"),
    _alert("presented_1999", "presented", "1999-05-03T10:00:00", LOADED, patient_class="emergency", diagnosis_code="T14.91XA"),
    _alert("alert_1960", "discharge", "1960-03-03T10:00:00", REJECTED, "out_of_range"),
    _alert("discharge_later", "discharge", "2027-03-03T10:00:00", SET_ASIDE, "future_event"),
    _alert("admitted_1999", "admit", "1999-06-03T10:00:00", LOADED),
    _alert("ten_years", "admit", "2014-06-03T10:00:00", LOADED),
    _alert("ten_years_end", "discharge", "2025-06-03T10:00:00", LOADED, visit_number="x-ten_years"),
    _alert("left", "discharge", "2026-06-10T10:00:00", SET_ASIDE, "discharge_before_admission", visit_number="x-backwards"),
    _alert("came_after", "admit", "2026-06-12T10:00:00", LOADED, visit_number="x-backwards"),
    _message("message_1999", LOADED, at="19990303100000", discharged="19990303100000"),
    _message("message_1901", LOADED, at="19010303100000", discharged="19010303100000"),
    _message("message_later", SET_ASIDE, "future_event", at="20280303100000"),
    _message("message_backwards", REJECTED, "rule_discharge_not_before_admission", admitted="20260620100000", discharged="20260619100000"),
    _message("message_ten_years", LOADED, admitted="20100620100000", discharged="20260619100000"),
    _message("booked_1999", LOADED, kind="SIU^S12", at="19990303100000", more="SCH|x-s1|x-s1|||||||30|m|^^^19990304100000"),
    _message("booked_2099", LOADED, kind="SIU^S12", more="SCH|x-s2|x-s2|||||||30|m|^^^20990304100000"),
    # Claims
    _member("span_1900", "1980-05-01", LOADED, enrollment_start_date="1900-01-01"),
    _member("span_backwards", "1980-05-01", REJECTED, "rule_enrollment_ends_after_start", enrollment_end_date="2019-12-31"),
    _claim("claim_backwards", REJECTED, "rule_claim_ends_after_start", claim_end_date="2026-04-30"),
    _claim("discharge_first", REJECTED, "rule_discharge_not_before_admission", admission_date="2026-05-02", discharge_date="2026-05-01"),
    _claim("claim_1901", LOADED, claim_start_date="1901-01-01", claim_end_date="1901-01-04"),
    _claim("claim_ten_years", LOADED, claim_start_date="2010-01-01", claim_end_date="2025-01-04", admission_date="2010-01-01", discharge_date="2025-01-04"),
    _claim("claim_later", SET_ASIDE, "future_event", claim_start_date="2030-01-01", claim_end_date="2030-01-04"),
    _claim("admitted_later", LOADED, admission_date="2026-05-10"),
    Row("fill_1901", "claims", "pharmacy_claim", {"claim_id": "x-rx", "claim_line_number": "1", "person_id": "x-1", "member_id": "XM00000001", "payer": "Harbor Health Plan", "data_source": "harbor", "dispensing_date": "1901-01-01", "ndc_code": "99999010130", "days_supply": "9999"}, LOADED),
    # Screenings, referrals, contacts
    _screening("screening_1999", LOADED, administered_at="1999-03-03T10:00:00"),
    _screening("screening_later", SET_ASIDE, "future_event", administered_at="2030-03-03T10:00:00"),
    _screening("item_9_is_9", LOADED, instrument="phq9", item_number="9", item_value="9", level=""),
    _screening("total_999", LOADED, instrument="phq9", total_score="999", level=""),
    _referral("referral_2014", LOADED, created_at="2014-03-03T10:00:00"),
    _referral("referral_1991", LOADED, created_at="1991-03-03T10:00:00", barrier_code="other"),
    _referral("referral_later", SET_ASIDE, "future_event", created_at="2030-03-03T10:00:00"),
    _referral("closed_first", LOADED, created_at="2026-03-03T10:00:00", closed_at="2026-03-01T10:00:00"),
    _referral("closed_2099", LOADED, created_at="2026-03-03T10:00:00", closed_at="2099-03-01T10:00:00"),
    _contact("contact_1999", LOADED, contacted_at="1999-03-03T10:00:00"),
    _contact("contact_later", SET_ASIDE, "future_event", contacted_at="2030-03-03T10:00:00"),
    # FHIR
    _stay("stay_ten_years", "2010-01-01T10:00:00Z", "2025-01-01T10:00:00Z", LOADED),
    _stay("stay_1851", "1851-01-01T10:00:00Z", "1851-01-03T10:00:00Z", LOADED),
    _stay("stay_backwards", "2026-06-03T10:00:00Z", "2026-06-01T10:00:00Z", REJECTED, "rule_ends_after_start"),
    _resource("appointment_2014", "Appointment", LOADED, status="noshow", start="2014-03-03T10:00:00Z", participant=[{"actor": {"reference": "Patient/x-sound"}, "status": "accepted"}]),
    _resource("referral_2014", "ServiceRequest", LOADED, status="active", intent="order", authoredOn="2014-03-03T10:00:00Z", code={"text": "housing"}),
    _resource("observation_1851", "Observation", LOADED, status="final", effectiveDateTime="1851-03-03T10:00:00Z", code={"coding": [{"system": "http://loinc.org", "code": "44261-6"}]}, valueInteger=99),
)  # fmt: skip


def land(rows: tuple[Row, ...], landing: Path, day: str = DAY) -> None:
    """Write each row into its own file, named after the row."""
    for row in rows:
        folder = landing / row.source / day
        folder.mkdir(parents=True, exist_ok=True)
        (folder / file_of(row)).write_text(_content(row), encoding="utf-8", newline="")


def file_of(row: Row) -> str:
    """Return the file name of a row."""
    if row.source == "ehr_fhir":
        return f"{row.name}.ndjson"
    return f"{row.name}.hl7" if row.table == "message" else f"{row.table}_{row.name}.csv"


def _content(row: Row) -> str:
    if isinstance(row.values, str):
        return row.values
    if row.source == "ehr_fhir":
        return json.dumps(row.values) + "\n"
    return ",".join(row.values) + "\n" + ",".join(row.values.values()) + "\n"
