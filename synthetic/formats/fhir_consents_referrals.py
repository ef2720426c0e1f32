"""Consents and outbound referrals as FHIR resources: Consent, ServiceRequest, Task.

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

_PURPOSES = {"treatment": "TREAT", "payment": "HPAYMT", "operations": "HOPERAT"}
# A Consent without a purpose covers all of them.
_ANY_PURPOSE = "tpo"
_PART2 = "42CFRPart2"
_DOMAINS = (
    "behavioral_health", "medical", "substance_use", "housing", "benefits", "employment", "peer",
    "legal", "food", "transportation",
)  # fmt: skip
_REFUSED, _OTHER = "declined_by_provider", "other"


def _consent_changed() -> pl.Expr:
    return pl.coalesce("revoked_at", pl.col("start_date") + "T00:00:00")


def _consent(zone: str) -> fhir.Json:
    is_revoked = pl.col("revoked_at").is_not_null()
    status = pl.when(is_revoked).then(pl.lit("inactive")).otherwise(pl.lit("active"))
    return fhir.obj(
        resourceType=fhir.const("Consent"),
        id=column_text("consent_id"),
        meta=meta(date_time(_consent_changed(), zone), is_labelled=False),
        status=fhir.text(status),
        scope=fhir.concept(fhir.coding(f"{HL7}/consentscope", pl.lit("patient-privacy"))),
        category=fhir.arr(fhir.concept(fhir.coding(f"{HL7}/consentcategorycodes", pl.lit("npp")))),
        patient=patient(),
        dateTime=column_text("start_date"),
        provision=fhir.obj(
            type=fhir.const("permit"),
            period=fhir.obj(start=column_text("start_date"), end=column_text("end_date")),
            actor=fhir.arr(
                fhir.obj(
                    role=fhir.concept(fhir.coding(f"{HL7}/v3-ParticipationType", pl.lit("IRCP"))),
                    reference=fhir.reference("Organization", pl.col("recipient_id")),
                )
            ),
            securityLabel=fhir.arr(fhir.coding(f"{HL7}/v3-ActCode", pl.lit(_PART2))),
            purpose=fhir.arr(fhir.coding(f"{HL7}/v3-ActReason", mapped("purpose", _PURPOSES))),
        ),
    )


CONSENT = ResourceMapping(
    "ehr",
    "consent",
    "Consent",
    "consent_id",
    {
        "consent_id": "id", "client_id": "id", "recipient_type": "text", "recipient_id": "id",
        "purpose": "text", "scope": "text", "program_id": "text", "start_date": "day",
        "end_date": "day", "revoked_at": "timestamp",
    },
    _consent,
    (pl.col("scope") == "part2")
    & (pl.col("recipient_type") == "organization")
    & pl.col("purpose").is_in([*_PURPOSES, _ANY_PURPOSE])
    & pl.all_horizontal(pl.col("client_id", "recipient_id", "start_date").is_not_null()),
    changed=_consent_changed(),
)  # fmt: skip

_STEPS = ("created_at", "sent_at", "accepted_at", "closed_at")


def _referral_changed() -> pl.Expr:
    return pl.max_horizontal(_STEPS)


def _is_closed_as(reason: str) -> pl.Expr:
    return (pl.col("close_reason") == reason).fill_null(False)


def _is_referral_representable() -> pl.Expr:
    is_open = pl.col("closed_at").is_null() & pl.col("close_reason").is_null()
    is_refused = (
        _is_closed_as(_REFUSED) & pl.col("sent_at").is_not_null() & pl.col("accepted_at").is_null()
    )
    return (
        (is_open | (pl.col("closed_at").is_not_null() & (is_refused | _is_closed_as(_OTHER))))
        & (pl.col("direction") == "out")
        & pl.col("domain").is_in([*_DOMAINS, _OTHER])
        & pl.col("priority").is_in(["routine", "urgent"])
        & (pl.col("sent_at").is_not_null() | pl.col("accepted_at").is_null())
        & pl.all_horizontal(pl.col("client_id", "created_at").is_not_null())
    )


def _task(zone: str) -> fhir.Json:
    """The Task of a referral that was sent."""
    status = (
        pl.when(_is_closed_as(_REFUSED))
        .then(pl.lit("rejected"))
        .when(pl.col("accepted_at").is_not_null())
        .then(pl.lit("accepted"))
        .otherwise(pl.lit("requested"))
    )
    return fhir.given(
        pl.col("sent_at"),
        fhir.obj(
            resourceType=fhir.const("Task"),
            id=column_text("referral_id"),
            meta=meta(date_time(_referral_changed(), zone)),
            status=fhir.text(status),
            intent=fhir.const("order"),
            focus=fhir.reference("ServiceRequest", pl.col("referral_id")),
            for_=patient(),
            executionPeriod=fhir.obj(start=date_time(pl.col("accepted_at"), zone)),
            authoredOn=date_time(pl.col("sent_at"), zone),
            lastModified=date_time(_referral_changed(), zone),
        ),
    )


def _service_request(zone: str) -> fhir.Json:
    domain = pl.col("domain")
    status = pl.when(_is_closed_as(_OTHER)).then(pl.lit("revoked")).otherwise(pl.lit("active"))
    return fhir.obj(
        resourceType=fhir.const("ServiceRequest"),
        id=column_text("referral_id"),
        meta=meta(date_time(_referral_changed(), zone)),
        status=fhir.text(status),
        intent=fhir.const("order"),
        priority=column_text("priority"),
        code=fhir.concept(
            fhir.coding(None, pl.when(domain == _OTHER).then(pl.lit("referral")).otherwise(domain))
        ),
        subject=patient(),
        authoredOn=date_time(pl.col("created_at"), zone),
        performer=fhir.arr(fhir.obj(display=column_text("referred_to"))),
    )


_REFERRAL = {
    "referral_id": "id", "client_id": "id", "direction": "text", "domain": "text", "priority": "text",
    "created_at": "timestamp", "sent_at": "timestamp", "accepted_at": "timestamp", "closed_at": "timestamp",
    "close_reason": "text", "referred_to": "text", "program_id": "text",
}  # fmt: skip
TASK = ResourceMapping(
    "referrals",
    "referral",
    "Task",
    "referral_id",
    _REFERRAL,
    _task,
    _is_referral_representable(),
    changed=_referral_changed(),
    keeps_csv=True,
)
SERVICE_REQUEST = ResourceMapping(
    "referrals",
    "referral",
    "ServiceRequest",
    "referral_id",
    _REFERRAL,
    _service_request,
    _is_referral_representable(),
    changed=_referral_changed(),
)
