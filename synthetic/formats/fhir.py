"""The agency's record as FHIR R4 resources in bulk NDJSON (hl7.org/fhir/uv/bulkdata), for the sender `ehr_fhir`.

Each CSV file becomes up to three files on the same delivery day: `<Type>_full.ndjson`, `<Type>_delta.ndjson`, and
`deleted_<Type>_…` with Bundles of DELETE requests. Resource ids are the row ids, timestamps have the agency's offset,
and the program is a tag (`fhir_mapping.PROGRAM`). Records of Part 2 programs have a security label. Elements by table:

- ehr.client: Patient. The CSV row stays as well, because other tables refer to the client and FHIR has no element for
  housing, contact preferences, the guardian's phone or the site. Language, race and ssn_last4 are not repeated.
- ehr.diagnosis: Condition (problem-list-item) with code, onset, abatement, recordedDate, clinicalStatus,
  verificationStatus.
- ehr.appointment: Appointment with status, cancelationReason, start, end, minutesDuration, created, participant
  (client, staff, site), service_line and procedure_code in serviceType, modality in R5's class as an extension,
  status_at in meta.lastUpdated.
- ehr.visit: Encounter with period, appointment, participant with NUCC taxonomy, location, serviceType, procedure and
  place of service in type, diagnoses in reasonCode. Not converted and in no mart: note_signed_at, goal_id, modifiers.
- ehr.consent: Consent with provision (permit, actor, purpose, period, the label 42CFRPart2). A revoked consent is
  inactive.
- referrals.referral: ServiceRequest with priority, code, authoredOn, performer; once sent, also a Task with its steps.
- screenings.response: QuestionnaireResponse with LOINC-coded items; an Observation of the total if there are no items.

These rows stay CSV, a record either in all its deliveries or in none:

- Primary diagnoses: a problem list has no rank. Diagnoses without recorded_at or entered in error.
- Appointments with a late cancellation or rescheduling: R4 has no status for them and no reference to the new
  appointment. Appointments without a duration or status_at. Appointments whose status_at goes backwards: FHIR keeps the
  latest change, CSV the latest delivery.
- Crisis visits in another service line; visits with a place of service but no procedure, or a taxonomy but no provider.
- Consents with a scope other than Part 2 or a recipient other than an organization: the FHIR reader does not accept
  them as a permission.
- Inbound referrals, referrals with a barrier or with an appointment (steps read from Appointment resources), and
  referrals with a close reason that Task.status cannot express (all except declined_by_provider and other).
- Responses with a review (a Provenance, which the reader does not support); with a positive item 9 or a C-SSRS level
  that requires a review; without a LOINC code (DLA-20, PC-PTSD-5, social needs); a PHQ-9M without its total, which would
  be read as a PHQ-9; responses with rows in several deliveries. A re-sent row is not converted again: a resource
  replaces the earlier one with all its items.
- Medications: MedicationRequest has no class or next injection date. Treatment plans: CarePlan has no signature. Tables
  without a FHIR resource: assignments, authorizations, documents, intakes, programs, staff, time logs.
- Values that a resource cannot represent: control characters, ids with characters outside FHIR's set, invalid dates,
  local times that are ambiguous or skipped at a clock change.

Must not be here: new facts, random draws, resource layouts (`fhir_*.py`).
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from synthetic.formats import fhir_json as fhir
from synthetic.formats import fhir_screenings
from synthetic.formats.fhir_consents_referrals import CONSENT, SERVICE_REQUEST, TASK
from synthetic.formats.fhir_files import write
from synthetic.formats.fhir_mapping import ResourceMapping, is_deleted, local
from synthetic.formats.fhir_record import CONDITION, PATIENT
from synthetic.formats.fhir_services import APPOINTMENT, ENCOUNTER
from synthetic.formats.row_files import read, rewrite

NAME, TARGET = "fhir", "ehr_fhir"
# TASK precedes SERVICE_REQUEST: both read the same rows, and SERVICE_REQUEST removes them from the CSV file.
_MAPPINGS = (PATIENT, CONDITION, APPOINTMENT, ENCOUNTER, CONSENT, TASK, SERVICE_REQUEST)


def convert(landing: Path, zone: str) -> None:
    """Move the representable rows to resources and delete emptied CSV files; the same input gives the same bytes.

    Args:
        landing: Deliveries of all senders, `<sender>/<YYYY-MM-DD>/<table>*.csv`. Memory is bounded by the largest
            file plus 40 bytes per row of all files.
        zone: The agency's time zone; timestamps in the rows are local.
    """
    for mapping in _MAPPINGS:
        _convert(mapping, landing, zone)
    fhir_screenings.convert(landing, landing / TARGET, zone)


def _convert(mapping: ResourceMapping, landing: Path, zone: str) -> None:
    files = sorted((landing / mapping.source).glob(f"*/{mapping.table}_*.csv"))
    unsupported = _unsupported(mapping, files, zone)
    for path in files:
        rows = read(path)
        full = mapping.completed(rows)
        is_representable = full.select(~_hash(mapping).is_in(unsupported)).to_series()
        if not is_representable.any():
            continue
        converted, to = full.filter(is_representable), landing / TARGET / path.parent.name
        name = f"{mapping.resource}{path.stem.removeprefix(mapping.table)}.ndjson"
        write(converted.filter(~is_deleted()), mapping.build(zone), to / name)
        write(converted.filter(is_deleted()), _deletion(mapping), to / f"deleted_{name}")
        if not mapping.keeps_csv:
            rewrite(rows.filter(~is_representable), path)


def _hash(mapping: ResourceMapping) -> pl.Expr:
    return pl.col(mapping.key).hash()


def _unsupported(mapping: ResourceMapping, files: list[Path], zone: str) -> pl.Series:
    """Records (hashes of their ids) that are not representable in some delivery, and therefore stay CSV in all."""
    found = [pl.Series("key", [], pl.UInt64)]
    clocks = []
    for path in files:
        full = mapping.completed(read(path))
        fits = mapping.is_representable(full.columns, zone)
        found.append(full.filter(~fits).select(_hash(mapping).alias("key")).to_series().unique())
        if mapping.changed is not None:
            clocks.append(full.select(_hash(mapping).alias("key"), clock=local(mapping.changed)))
    if clocks:
        versions = pl.concat(clocks).sort("key", maintain_order=True)
        key, clock = pl.col("key"), pl.col("clock")
        turned_back = versions.filter((key == key.shift()) & (clock < clock.shift()))
        found.append(turned_back["key"])
    return pl.concat(found).unique().implode()


def _deletion(mapping: ResourceMapping) -> fhir.Json:
    """A deleted resource in a bulk export: a Bundle with its DELETE request."""
    url = fhir.text(pl.lit(f"{mapping.resource}/") + pl.col(mapping.key))
    return fhir.obj(
        resourceType=fhir.const("Bundle"),
        type=fhir.const("transaction"),
        entry=fhir.arr(fhir.obj(request=fhir.obj(method=fhir.const("DELETE"), url=url))),
    )
