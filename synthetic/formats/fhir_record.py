"""Rows of the agency's record as FHIR resources: Patient, Condition, Appointment.

Must not be here: files; which rows stay CSV for another row's sake.
"""

from __future__ import annotations

import polars as pl

from synthetic.formats import fhir_json as fhir
from synthetic.formats.fhir_kinds import Kind, instant, meta, moment, patient, written

_HL7 = "http://terminology.hl7.org/CodeSystem"
_ACT = f"{_HL7}/v3-ActCode"
_CLASS = "http://hl7.org/fhir/5.0/StructureDefinition/extension-Appointment.class"
_CPT = "http://www.ama-assn.org/go/cpt"
_HCPCS = "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
_GENDERS = {"F": "female", "M": "male", "X": "other", "U": "unknown"}
_CODE_SYSTEMS = {
    "icd10cm": "http://hl7.org/fhir/sid/icd-10-cm",
    "snomedct": "http://snomed.info/sct",
}
_VERIFIED = ("confirmed", "provisional", "differential", "refuted")
_STATUSES = {
    "scheduled": "booked",
    "kept": "fulfilled",
    "no_show": "noshow",
    "client_cancel": "cancelled",
    "clinic_cancel": "cancelled",
}
_REASONS = {"client_cancel": "pat", "clinic_cancel": "prov"}
# ActEncounterCode has one code for all that is virtual: a call has our own word.
_CLASSES = {"in_person": "AMB", "video": "VR", "phone": "phone", "home": "HH", "community": "FLD"}


def _said(name: str) -> pl.Expr:
    return fhir.text(pl.col(name))


def _mapped(name: str, words: dict[str, str]) -> pl.Expr:
    return pl.col(name).replace_strict(words, default=None, return_dtype=pl.String)


def procedure(code: pl.Expr) -> pl.Expr:
    """Coding of a procedure: CPT codes begin with a digit, HCPCS codes with a letter."""
    is_cpt = code.str.contains(r"^\d")
    return (
        pl.when(is_cpt).then(fhir.coding(_CPT, code)).when(~is_cpt).then(fhir.coding(_HCPCS, code))
    )


def _patient(_zone: str) -> pl.Expr:
    identifiers = [
        fhir.given(
            pl.col(name),
            fhir.obj(
                type=fhir.concept(fhir.coding(f"{_HL7}/v2-0203", pl.lit(code))), value=_said(name)
            ),
        )
        for name, code in (("medicaid_id", "MA"), ("medicare_id", "MC"))
    ]
    return fhir.obj(
        resourceType=fhir.const("Patient"),
        id=_said("client_id"),
        identifier=fhir.arr(*identifiers),
        name=fhir.arr(
            fhir.given(
                pl.coalesce("last_name", "first_name"),
                fhir.obj(
                    use=fhir.const("official"),
                    family=_said("last_name"),
                    given=fhir.given(
                        pl.col("first_name"), fhir.arr(_said("first_name"), _said("middle_name"))
                    ),
                    suffix=fhir.arr(_said("name_suffix")),
                ),
            ),
            fhir.given(
                pl.col("preferred_name"),
                fhir.obj(use=fhir.const("usual"), given=fhir.arr(_said("preferred_name"))),
            ),
        ),
        telecom=fhir.arr(
            *(
                fhir.given(pl.col(name), fhir.obj(system=fhir.const("phone"), value=_said(name)))
                for name in ("phone", "phone_2")
            )
        ),
        gender=fhir.text(_mapped("sex", _GENDERS)),
        birthDate=_said("birth_date"),
        deceasedDateTime=_said("death_date"),
        address=fhir.arr(
            fhir.obj(
                line=fhir.arr(_said("address")),
                city=_said("city"),
                state=_said("state"),
                postalCode=_said("zip_code"),
            )
        ),
        link=fhir.given(
            pl.col("merged_into_client_id"),
            fhir.arr(
                fhir.obj(
                    other=fhir.reference("Patient", pl.col("merged_into_client_id")),
                    type=fhir.const("replaced-by"),
                )
            ),
        ),
    )


def _condition(zone: str) -> pl.Expr:
    is_over = pl.col("end_date").is_not_null()
    clinical = pl.when(is_over).then(pl.lit("inactive")).otherwise(pl.lit("active"))
    systems = [
        pl.when(pl.col("code_system") == name).then(fhir.coding(uri, pl.col("code")))
        for name, uri in _CODE_SYSTEMS.items()
    ]
    return fhir.obj(
        resourceType=fhir.const("Condition"),
        id=_said("diagnosis_id"),
        meta=meta(),
        clinicalStatus=fhir.concept(fhir.coding(f"{_HL7}/condition-clinical", clinical)),
        verificationStatus=fhir.concept(
            fhir.coding(f"{_HL7}/condition-ver-status", pl.col("verification_status"))
        ),
        category=fhir.arr(
            fhir.concept(fhir.coding(f"{_HL7}/condition-category", pl.lit("problem-list-item")))
        ),
        code=fhir.concept(*systems),
        subject=patient(),
        onsetDateTime=_said("onset_date"),
        abatementDateTime=_said("end_date"),
        recordedDate=moment(pl.col("recorded_at"), zone),
    )


def _appointment(zone: str) -> pl.Expr:
    start = instant(pl.col("scheduled_at"), zone)
    minutes = pl.col("duration_minutes").cast(pl.Int64)
    kind = fhir.concept(fhir.coding(_ACT, _mapped("modality", _CLASSES)))
    actors = [
        fhir.given(
            pl.col(name),
            fhir.obj(actor=fhir.reference(type_, pl.col(name)), status=fhir.const("accepted")),
        )
        for name, type_ in (
            ("client_id", "Patient"), ("provider_id", "Practitioner"), ("site_id", "Location"),
        )
    ]  # fmt: skip
    return fhir.obj(
        resourceType=fhir.const("Appointment"),
        id=_said("appointment_id"),
        meta=meta(moment(pl.col("status_at"), zone)),
        extension=fhir.given(
            pl.col("modality"),
            fhir.arr(fhir.obj(url=fhir.const(_CLASS), valueCodeableConcept=kind)),
        ),
        status=fhir.text(_mapped("status", _STATUSES)),
        cancelationReason=fhir.concept(
            fhir.coding(f"{_HL7}/appointment-cancellation-reason", _mapped("status", _REASONS))
        ),
        serviceType=fhir.arr(
            fhir.concept(
                fhir.coding(None, pl.col("service_line")), procedure(pl.col("procedure_code"))
            )
        ),
        start=written(start),
        end=written(start + pl.duration(minutes=minutes)),
        minutesDuration=pl.col("duration_minutes"),
        created=moment(pl.col("created_at"), zone),
        participant=fhir.arr(*actors),
    )


PATIENT = Kind(
    "client",
    "Patient",
    "client_id",
    {
        "client_id": "id", "medicaid_id": "text", "medicare_id": "text", "first_name": "text",
        "middle_name": "text", "last_name": "text", "name_suffix": "text", "preferred_name": "text",
        "birth_date": "day", "death_date": "day", "sex": "text", "address": "text", "city": "text",
        "state": "text", "zip_code": "text", "phone": "text", "phone_2": "text",
        "merged_into_client_id": "id",
    },
    _patient,
    pl.lit(True),
    untold=frozenset({
        "ssn_last4", "race", "ethnicity", "language", "interpreter_needed", "ok_to_call",
        "ok_to_leave_message", "ok_to_text", "ok_to_mail", "guardian_name", "guardian_phone",
        "is_confidential_minor", "housing_status", "site_id", "status",
    }),
    is_beside=True,
)  # fmt: skip
CONDITION = Kind(
    "diagnosis",
    "Condition",
    "diagnosis_id",
    {
        "diagnosis_id": "id", "client_id": "id", "code_system": "text", "code": "text",
        "onset_date": "day", "end_date": "day", "verification_status": "text", "is_primary": "yes",
        "program_id": "text", "recorded_at": "moment",
    },
    _condition,
    (pl.col("is_primary").fill_null("false") == "false")
    & pl.col("code_system").is_in(list(_CODE_SYSTEMS))
    & pl.col("verification_status").is_in(_VERIFIED)
    & pl.all_horizontal(pl.col("client_id", "code", "recorded_at").is_not_null()),
)  # fmt: skip
APPOINTMENT = Kind(
    "appointment",
    "Appointment",
    "appointment_id",
    {
        "appointment_id": "id", "client_id": "id", "scheduled_at": "moment", "duration_minutes": "number",
        "service_line": "text", "procedure_code": "text", "provider_id": "id", "program_id": "text",
        "site_id": "id", "status": "text", "status_at": "moment", "created_at": "moment",
        "modality": "text",
    },
    _appointment,
    pl.col("status").is_in(list(_STATUSES))
    & pl.col("modality").is_in(list(_CLASSES)).fill_null(True)
    & pl.all_horizontal(
        pl.col("client_id", "scheduled_at", "duration_minutes", "service_line", "status_at").is_not_null()
    ),
    changed="status_at",
)  # fmt: skip
