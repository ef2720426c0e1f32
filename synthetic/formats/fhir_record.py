"""Clients and diagnoses as FHIR resources: Patient, Condition.

Must not be here: files, conditions across rows.
"""

from __future__ import annotations

import polars as pl

from synthetic.formats import fhir_json as fhir
from synthetic.formats.fhir_mapping import (
    HL7,
    ResourceMapping,
    column_text,
    date_time,
    mapped,
    meta,
    patient,
)

_GENDERS = {"F": "female", "M": "male", "X": "other", "U": "unknown"}
_CODE_SYSTEMS = {
    "icd10cm": "http://hl7.org/fhir/sid/icd-10-cm",
    "snomedct": "http://snomed.info/sct",
}
_VERIFIED = ("confirmed", "provisional", "differential", "refuted")


def _patient(_zone: str) -> fhir.Json:
    identifiers = [
        fhir.given(
            pl.col(name),
            fhir.obj(
                type=fhir.concept(fhir.coding(f"{HL7}/v2-0203", pl.lit(code))),
                value=column_text(name),
            ),
        )
        for name, code in (("medicaid_id", "MA"), ("medicare_id", "MC"))
    ]
    return fhir.obj(
        resourceType=fhir.const("Patient"),
        id=column_text("client_id"),
        identifier=fhir.arr(*identifiers),
        name=fhir.arr(
            fhir.given(
                pl.coalesce("last_name", "first_name"),
                fhir.obj(
                    use=fhir.const("official"),
                    family=column_text("last_name"),
                    given=fhir.given(
                        pl.col("first_name"),
                        fhir.arr(column_text("first_name"), column_text("middle_name")),
                    ),
                    suffix=fhir.arr(column_text("name_suffix")),
                ),
            ),
            fhir.given(
                pl.col("preferred_name"),
                fhir.obj(use=fhir.const("usual"), given=fhir.arr(column_text("preferred_name"))),
            ),
        ),
        telecom=fhir.arr(
            *(
                fhir.given(
                    pl.col(name), fhir.obj(system=fhir.const("phone"), value=column_text(name))
                )
                for name in ("phone", "phone_2")
            )
        ),
        gender=fhir.text(mapped("sex", _GENDERS)),
        birthDate=column_text("birth_date"),
        deceasedDateTime=column_text("death_date"),
        address=fhir.arr(
            fhir.obj(
                line=fhir.arr(column_text("address")),
                city=column_text("city"),
                state=column_text("state"),
                postalCode=column_text("zip_code"),
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


def _condition(zone: str) -> fhir.Json:
    is_over = pl.col("end_date").is_not_null()
    clinical = pl.when(is_over).then(pl.lit("inactive")).otherwise(pl.lit("active"))
    return fhir.obj(
        resourceType=fhir.const("Condition"),
        id=column_text("diagnosis_id"),
        meta=meta(),
        clinicalStatus=fhir.concept(fhir.coding(f"{HL7}/condition-clinical", clinical)),
        verificationStatus=fhir.concept(
            fhir.coding(f"{HL7}/condition-ver-status", pl.col("verification_status"))
        ),
        category=fhir.arr(
            fhir.concept(fhir.coding(f"{HL7}/condition-category", pl.lit("problem-list-item")))
        ),
        code=fhir.concept(fhir.coding(mapped("code_system", _CODE_SYSTEMS), pl.col("code"))),
        subject=patient(),
        onsetDateTime=column_text("onset_date"),
        abatementDateTime=column_text("end_date"),
        recordedDate=date_time(pl.col("recorded_at"), zone),
    )


PATIENT = ResourceMapping(
    "ehr",
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
    unsupported=frozenset({
        "ssn_last4", "race", "ethnicity", "language", "interpreter_needed", "ok_to_call",
        "ok_to_leave_message", "ok_to_text", "ok_to_mail", "guardian_name", "guardian_phone",
        "is_confidential_minor", "housing_status", "site_id", "status",
    }),
    keeps_csv=True,
)  # fmt: skip
CONDITION = ResourceMapping(
    "ehr",
    "diagnosis",
    "Condition",
    "diagnosis_id",
    {
        "diagnosis_id": "id", "client_id": "id", "code_system": "text", "code": "text",
        "onset_date": "day", "end_date": "day", "verification_status": "text", "is_primary": "boolean",
        "program_id": "text", "recorded_at": "timestamp",
    },
    _condition,
    (pl.col("is_primary").fill_null("false") == "false")
    & pl.col("code_system").is_in(list(_CODE_SYSTEMS))
    & pl.col("verification_status").is_in(_VERIFIED)
    & pl.all_horizontal(pl.col("client_id", "code", "recorded_at").is_not_null()),
)  # fmt: skip
