"""Appointments and visits as FHIR resources: Appointment, Encounter.

Must not be here: files, conditions across rows.
"""

from __future__ import annotations

from itertools import pairwise

import polars as pl

from synthetic.formats import fhir_json as fhir
from synthetic.formats.fhir_mapping import (
    HL7,
    ResourceMapping,
    column_text,
    date_time,
    instant,
    instant_date_time,
    mapped,
    meta,
    patient,
)

_ACT = f"{HL7}/v3-ActCode"
_CLASS = "http://hl7.org/fhir/5.0/StructureDefinition/extension-Appointment.class"
_CPT = "http://www.ama-assn.org/go/cpt"
_HCPCS = "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
_PLACE_OF_SERVICE = (
    "https://www.cms.gov/Medicare/Coding/place-of-service-codes/Place_of_Service_Code_Set"
)
_TAXONOMY = "http://nucc.org/provider-taxonomy"
_ICD10 = "http://hl7.org/fhir/sid/icd-10-cm"
_STATUSES = {
    "scheduled": "booked",
    "kept": "fulfilled",
    "no_show": "noshow",
    "client_cancel": "cancelled",
    "clinic_cancel": "cancelled",
}
_REASONS = {"client_cancel": "pat", "clinic_cancel": "prov"}
# ActEncounterCode has one code for all virtual encounters; a phone call has a local code.
_CALL = "phone"
_CLASSES = {"in_person": "AMB", "video": "VR", "phone": _CALL, "home": "HH", "community": "FLD"}
# Encounter.class is required and derived from the place of service; the default is ambulatory.
_PLACES = {"02": "VR", "10": "VR", "12": "HH", "99": "FLD"}
_DIAGNOSES = tuple(f"diagnosis_code_{number}" for number in range(1, 5))


def _procedure(code: pl.Expr) -> fhir.Json:
    """Coding of a procedure: CPT codes begin with a digit, HCPCS codes with a letter."""
    is_cpt = code.str.contains(r"^\d")
    return fhir.coding(pl.when(is_cpt).then(pl.lit(_CPT)).otherwise(pl.lit(_HCPCS)), code)


def _appointment(zone: str) -> fhir.Json:
    start = instant(pl.col("scheduled_at"), zone)
    minutes = pl.col("duration_minutes").cast(pl.Int64)
    setting = mapped("modality", _CLASSES)
    kind = fhir.concept(fhir.coding(pl.when(setting != _CALL).then(pl.lit(_ACT)), setting))
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
        id=column_text("appointment_id"),
        meta=meta(date_time(pl.col("status_at"), zone)),
        extension=fhir.given(
            pl.col("modality"),
            fhir.arr(fhir.obj(url=fhir.const(_CLASS), valueCodeableConcept=kind)),
        ),
        status=fhir.text(mapped("status", _STATUSES)),
        cancelationReason=fhir.concept(
            fhir.coding(f"{HL7}/appointment-cancellation-reason", mapped("status", _REASONS))
        ),
        serviceType=fhir.arr(
            fhir.concept(
                fhir.coding(None, pl.col("service_line")), _procedure(pl.col("procedure_code"))
            )
        ),
        start=instant_date_time(start),
        end=instant_date_time(start + pl.duration(minutes=minutes)),
        minutesDuration=fhir.raw(pl.col("duration_minutes")),
        created=date_time(pl.col("created_at"), zone),
        participant=fhir.arr(*actors),
    )


def _encounter(zone: str) -> fhir.Json:
    place, taxonomy = pl.col("place_of_service_code"), pl.col("provider_taxonomy_code")
    setting = mapped("place_of_service_code", _PLACES).fill_null("AMB")
    return fhir.obj(
        resourceType=fhir.const("Encounter"),
        id=column_text("visit_id"),
        meta=meta(),
        status=fhir.const("finished"),
        class_=fhir.coding(_ACT, setting),
        type=fhir.arr(
            fhir.concept(_procedure(pl.col("procedure_code"))),
            fhir.concept(fhir.coding(_PLACE_OF_SERVICE, place)),
        ),
        serviceType=fhir.concept(fhir.coding(None, pl.col("service_line"))),
        subject=patient(),
        participant=fhir.arr(
            fhir.obj(
                type=fhir.arr(fhir.concept(fhir.coding(_TAXONOMY, taxonomy))),
                individual=fhir.reference("Practitioner", pl.col("provider_id")),
            )
        ),
        appointment=fhir.arr(fhir.reference("Appointment", pl.col("appointment_id"))),
        period=fhir.obj(
            start=date_time(pl.col("started_at"), zone), end=date_time(pl.col("ended_at"), zone)
        ),
        reasonCode=fhir.arr(
            *(fhir.concept(fhir.coding(_ICD10, pl.col(name))) for name in _DIAGNOSES)
        ),
        location=fhir.arr(fhir.obj(location=fhir.reference("Location", pl.col("site_id")))),
    )


APPOINTMENT = ResourceMapping(
    "ehr",
    "appointment",
    "Appointment",
    "appointment_id",
    {
        "appointment_id": "id", "client_id": "id", "scheduled_at": "timestamp", "duration_minutes": "number",
        "service_line": "text", "procedure_code": "text", "provider_id": "id", "program_id": "text",
        "site_id": "id", "status": "text", "status_at": "timestamp", "created_at": "timestamp",
        "modality": "text",
    },
    _appointment,
    pl.col("status").is_in(list(_STATUSES))
    & pl.col("modality").is_in(list(_CLASSES)).fill_null(True)
    & pl.all_horizontal(
        pl.col("client_id", "scheduled_at", "duration_minutes", "service_line", "status_at").is_not_null()
    ),
    changed=pl.col("status_at"),
)  # fmt: skip
# Diagnosis columns have no gaps, a place of service requires a procedure, and a taxonomy requires a provider.
ENCOUNTER = ResourceMapping(
    "ehr",
    "visit",
    "Encounter",
    "visit_id",
    {
        "visit_id": "id", "client_id": "id", "appointment_id": "id", "started_at": "timestamp",
        "ended_at": "timestamp", "service_line": "text", "procedure_code": "text",
        "place_of_service_code": "text", "provider_id": "id", "provider_taxonomy_code": "text",
        "program_id": "text", "site_id": "id", "is_crisis": "boolean", **dict.fromkeys(_DIAGNOSES, "text"),
    },
    _encounter,
    pl.all_horizontal(pl.col("client_id", "started_at", "service_line").is_not_null())
    & ~((pl.col("is_crisis") == "true") & (pl.col("service_line") != "crisis")).fill_null(False)
    & (pl.col("procedure_code").is_not_null() | pl.col("place_of_service_code").is_null())
    & (pl.col("provider_id").is_not_null() | pl.col("provider_taxonomy_code").is_null())
    & pl.all_horizontal(
        pl.col(before).is_not_null() | pl.col(after).is_null()
        for before, after in pairwise(_DIAGNOSES)
    ),
    unsupported=frozenset({
        "note_signed_at", "goal_id", *(f"procedure_modifier_{number}" for number in range(1, 5)),
    }),
)  # fmt: skip
