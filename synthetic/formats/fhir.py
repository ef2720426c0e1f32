"""The agency's record as FHIR R4 resources in bulk NDJSON (hl7.org/fhir/uv/bulkdata), by the sender `ehr_fhir`.

For each file of rows up to three, `<Type>_full.ndjson` or `<Type>_delta.ndjson` of the same day, and `deleted_<Type>_…` of
Bundles with the requests that withdrew a record. Ids are those of the rows, moments have the agency's offset, and the program
is a tag (`fhir_kinds.PROGRAM`). Elements beside it:

- ehr.client: Patient, beside the row, which stays: no other resource has a client else. FHIR has no word for most of it
  (housing, preferences of contact, guardian's telephone, site); language, race and the digits of ssn_last4 are not repeated.
- ehr.diagnosis: Condition (problem-list-item) with code, onset, abatement, recordedDate, clinicalStatus, verificationStatus.
- ehr.appointment: Appointment with status and cancelationReason, start, end, minutesDuration, created, participant (client,
  staff, site), service_line and procedure_code in serviceType, modality in R5's class as an extension, status_at in
  meta.lastUpdated.
- ehr.visit: Encounter with period, appointment, participant and its NUCC taxonomy, location, serviceType, procedure and place
  of service in type, diagnoses in reasonCode. Not carried, and in no mart: note_signed_at, goal_id, modifiers.
- ehr.consent: Consent with provision (permit, actor, purpose, period, the label 42CFRPart2); a revoked one is inactive.
- referrals.referral: ServiceRequest with priority, code, authoredOn, performer; since it was sent a Task with its steps.
- screenings.response: QuestionnaireResponse with items by LOINC, where there are items; else an Observation of the total.

What stays CSV, a record in all its deliveries or in none:

- Main diagnoses: a problem list has no rank, and reads as none. Diagnoses without a day of recording, entered in error.
- Appointments that end as late cancellations or were rescheduled: R4 has neither word, and no pointer to the new one. Those
  without a length or status_at; those whose status_at went back, for the latest change stands, not the latest delivery.
- Visits of crisis in another service line; a place or a kind of provider without the procedure or provider that it belongs to.
- Consents of other scope than Part 2 or to others than organizations: our reading takes no others for a permission.
- Referrals from outside, with a barrier or an appointment (steps that are read from Appointments alone), or closed for reasons
  that Task.status has no word for (all but declined_by_provider and other).
- Responses that were reviewed (that would be a Provenance, which we do not read), or whose item 9 or C-SSRS level would wait
  for a review; without a
  LOINC code (DLA-20, PC-PTSD-5, social needs); a PHQ-9M without its total, which is read as a PHQ-9; responses whose rows came
  in several deliveries. A row that comes again is not told again: a resource replaces the earlier one with all its items.
- Medications, of which a MedicationRequest says no class or next injection; treatment plans, of which a CarePlan says no
  signature; what FHIR has no resource for: assignments, authorizations, documents, intakes, programs, staff, time logs.
- Values that no resource can hold: control characters, ids with other characters than FHIR's, days that are none, times that
  clocks show twice or never.

Must not be here: new facts, random draws; what a resource looks like (`fhir_*.py`).
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from synthetic.formats import fhir_json as fhir
from synthetic.formats import fhir_screenings
from synthetic.formats.fhir_files import write
from synthetic.formats.fhir_kinds import Kind, is_deleted, local
from synthetic.formats.fhir_permissions import CONSENT, SERVICE_REQUEST, TASK
from synthetic.formats.fhir_record import CONDITION, PATIENT
from synthetic.formats.fhir_services import APPOINTMENT, ENCOUNTER
from synthetic.formats.row_files import keep, read

NAME, SPEAKER = "fhir", "ehr_fhir"
# Tasks stand before the referrals that they carry out: both are told of the same rows.
_KINDS = (PATIENT, CONDITION, APPOINTMENT, ENCOUNTER, CONSENT, TASK, SERVICE_REQUEST)


def transcribe(landing: Path, zone: str) -> None:
    """Replace rows of the record by resources, and files that then are empty; the same files give the same bytes.

    Args:
        landing: the senders' deliveries, `<sender>/<YYYY-MM-DD>/<table>*.csv`; memory is that of the largest file, and 40
            bytes a row of all.
        zone: the agency's, in which its moments are written.
    """
    for kind in _KINDS:
        _transcribe(kind, landing, zone)
    fhir_screenings.transcribe(landing, landing / SPEAKER, zone)


def _transcribe(kind: Kind, landing: Path, zone: str) -> None:
    files = sorted((landing / kind.source).glob(f"*/{kind.table}_*.csv"))
    untold = _untold(kind, files, zone)
    for path in files:
        rows = read(path)
        full = kind.completed(rows)
        is_delivered = full.select(~_hash(kind).is_in(untold)).to_series()
        if not is_delivered.any():
            continue
        told, to = full.filter(is_delivered), landing / SPEAKER / path.parent.name
        name = f"{kind.resource}{path.stem.removeprefix(kind.table)}.ndjson"
        write(told.filter(~is_deleted()), kind.told(zone), to / name)
        write(told.filter(is_deleted()), _withdrawal(kind), to / f"deleted_{name}")
        if not kind.is_beside:
            keep(rows.filter(~is_delivered), path)


def _hash(kind: Kind) -> pl.Expr:
    return pl.col(kind.key).hash()


def _untold(kind: Kind, files: list[Path], zone: str) -> pl.Series:
    """Records (hashes of their ids) that cannot be told in one delivery, and so are told in none."""
    found = [pl.Series("key", [], pl.UInt64)]
    clocks = []
    for path in files:
        full = kind.completed(read(path))
        said = kind.is_tellable(full.columns, zone)
        found.append(full.filter(~said).select(_hash(kind).alias("key")).to_series().unique())
        if kind.changed is not None:
            clocks.append(full.select(_hash(kind).alias("key"), clock=local(kind.changed)))
    if clocks:
        versions = pl.concat(clocks).sort("key", maintain_order=True)
        key, clock = pl.col("key"), pl.col("clock")
        turned_back = versions.filter((key == key.shift()) & (clock < clock.shift()))
        found.append(turned_back["key"])
    return pl.concat(found).unique().implode()


def _withdrawal(kind: Kind) -> fhir.Json:
    """What a bulk export says of a resource that is gone: a Bundle with the request that deleted it."""
    url = fhir.text(pl.lit(f"{kind.resource}/") + pl.col(kind.key))
    return fhir.obj(
        resourceType=fhir.const("Bundle"),
        type=fhir.const("transaction"),
        entry=fhir.arr(fhir.obj(request=fhir.obj(method=fhir.const("DELETE"), url=url))),
    )
