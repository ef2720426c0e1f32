"""Parses the fields of canonical HL7 v2 messages into text columns, one row per message.

Standard: v2.5.1 chapters 3, 10; data types: 2.A. Must not be here: framing, character sets, types
and required values (the contract), business rules (dbt). Segments of many messages are gathered
and parsed together, column by column. A message of another version has the same fields in the
same positions, or lacks them.

- Only the first repetition of a field is read, except for identifiers (PID-3, MRG-1), the
  attending provider (PV1-7) and access restrictions (ARV-3, ARV-4).
- Social security numbers are left out, recognized by the identifier's type, authority or format.
- Free text is not read: of coded elements only the code, and only if it looks like a code; NTE,
  OBX and TXA not at all.
- `""` ("delete the value", 2.5.3) becomes null, and `nulled_columns` lists the column; an absent
  value is only null.
- Timestamps keep their precision, so a date stays a date. A time without offset takes the offset
  of MSH-7 (2.15.9.7); without one it is local to the agency's zone. A birth or death date of
  which only the year or month is known is null.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

import numpy as np
import polars as pl

from sources.formats.hl7v2_frames import Problem
from sources.formats.hl7v2_labels import consents, restrictions
from sources.formats.hl7v2_lines import Lines, MessageText, Segment
from sources.formats.hl7v2_timestamps import iso_timestamps, offsets
from sources.formats.hl7v2_values import diagnoses, identifiers, npi, phones

MAX_DIAGNOSES = 10
NULL = '""'
_CODE = r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,29}$"
_ONCE = ("EVN", "PID", "PD1", "PV1", "PV2", "MRG", "SCH")
_EVERY = ("DG1", "ARV", "CON")  # segments of which each one counts, not only the first
_WITHOUT_PATIENT = ("A20",)  # bed status update


@dataclass(frozen=True)
class ColumnSource:
    """Where to find a column's value in a message.

    Attributes:
        kind: text; code (other content is dropped); timestamp; partial_timestamp (may be less
            precise than a date); day.
    """

    column: str
    segment: str
    field: int
    component: int = 1
    kind: str = "text"

    def __str__(self) -> str:
        return f"{self.segment}-{self.field}"


COLUMN_SOURCES = (
    ColumnSource("sending_application", "MSH", 3),
    ColumnSource("sending_facility_id", "MSH", 4),
    ColumnSource("message_at", "MSH", 7, kind="timestamp"),
    ColumnSource("message_type", "MSH", 9),
    ColumnSource("trigger_event", "MSH", 9, 2),
    ColumnSource("message_control_id", "MSH", 10),
    ColumnSource("processing_id", "MSH", 11),
    ColumnSource("version_id", "MSH", 12),
    ColumnSource("event_type_code", "EVN", 1),
    ColumnSource("recorded_at", "EVN", 2, kind="timestamp"),
    ColumnSource("event_reason_code", "EVN", 4, kind="code"),
    ColumnSource("event_at", "EVN", 6, kind="timestamp"),
    ColumnSource("event_facility_id", "EVN", 7),
    ColumnSource("last_name", "PID", 5),
    ColumnSource("first_name", "PID", 5, 2),
    ColumnSource("middle_name", "PID", 5, 3),
    ColumnSource("name_suffix", "PID", 5, 4),
    ColumnSource("birth_date", "PID", 7, kind="day"),
    ColumnSource("sex", "PID", 8),
    ColumnSource("address", "PID", 11),
    ColumnSource("city", "PID", 11, 3),
    ColumnSource("state", "PID", 11, 4),
    ColumnSource("zip_code", "PID", 11, 5),
    ColumnSource("phone", "PID", 13),
    ColumnSource("account_number", "PID", 18),
    ColumnSource("death_at", "PID", 29, kind="partial_timestamp"),
    ColumnSource("is_deceased", "PID", 30),
    ColumnSource("person_protection", "PD1", 12, kind="code"),
    ColumnSource("prior_account_number", "MRG", 3),
    ColumnSource("prior_visit_number", "MRG", 5),
    ColumnSource("patient_class", "PV1", 2),
    ColumnSource("assigned_unit", "PV1", 3),
    ColumnSource("assigned_facility_id", "PV1", 3, 4),
    ColumnSource("admission_type", "PV1", 4),
    ColumnSource("hospital_service", "PV1", 10),
    ColumnSource("admitted_from", "PV1", 14),
    ColumnSource("visit_number", "PV1", 19),
    ColumnSource("discharge_disposition_code", "PV1", 36, kind="code"),
    ColumnSource("servicing_facility_id", "PV1", 39),
    ColumnSource("admitted_at", "PV1", 44, kind="timestamp"),
    ColumnSource("discharged_at", "PV1", 45, kind="timestamp"),
    ColumnSource("admit_reason_code", "PV2", 3, kind="code"),
    ColumnSource("admit_reason_code_system", "PV2", 3, 3),
    ColumnSource("visit_protection", "PV2", 22, kind="code"),
    ColumnSource("placer_appointment_id", "SCH", 1),
    ColumnSource("filler_appointment_id", "SCH", 2),
    ColumnSource("appointment_event_reason_code", "SCH", 6, kind="code"),
    ColumnSource("appointment_reason_code", "SCH", 7, kind="code"),
    ColumnSource("appointment_type_code", "SCH", 8, kind="code"),
    ColumnSource("appointment_duration", "SCH", 9),
    ColumnSource("appointment_duration_unit", "SCH", 10),
    ColumnSource("slot_at", "SCH", 11, 4, kind="timestamp"),
    ColumnSource("slot_end_at", "SCH", 11, 5, kind="timestamp"),
    ColumnSource("filler_status_code", "SCH", 25, kind="code"),
    ColumnSource("appointment_at", "TQ1", 7, kind="timestamp"),
    ColumnSource("appointment_end_at", "TQ1", 8, kind="timestamp"),
    ColumnSource("appointment_service_code", "AIS", 3, kind="code"),
    ColumnSource("service_at", "AIS", 4, kind="timestamp"),
    ColumnSource("appointment_unit", "AIL", 3),
    ColumnSource("appointment_facility_id", "AIL", 3, 4),
    ColumnSource("appointment_provider_id", "AIP", 3),
)
# Fields whose columns depend on several components or repetitions.
PATIENT_IDS, PRIOR_IDS, ATTENDING = ("PID", 3), ("MRG", 1), ("PV1", 7)
_PATIENT = {
    "source_patient_id": "id",
    "source_patient_id_authority": "authority",
    "medicaid_id": "medicaid",
    "medicare_id": "medicare",
}
_PRIOR = {"prior_patient_id": "id", "prior_patient_id_authority": "authority"}
_DIAGNOSIS = (("method", 2), ("code", 3), ("type", 6), ("action", 21))
_RESTRICTION = (("action", 2), ("value", 3), ("reason", 4))
_CONSENT = (("type", 2), ("status", 11), ("level", 21))
# Column to the columns that replace an empty value.
_FALLBACKS = {
    "trigger_event": ("event_type_code",),
    # SCH-11 is kept only for backward compatibility since v2.5 (10.6.1.11).
    "appointment_at": ("slot_at", "service_at"),
    "appointment_end_at": ("slot_end_at",),
}
_FALLBACK_ONLY = tuple(name for names in _FALLBACKS.values() for name in names)
# Every column of `read_fields` and its field in the message.
FIELD_OF_COLUMN: dict[str, str] = {
    **{
        source.column: str(source)
        for source in COLUMN_SOURCES
        if source.column not in _FALLBACK_ONLY
    },
    **dict.fromkeys((*_PATIENT, "other_patient_ids"), "PID-3"),
    **dict.fromkeys((*_PRIOR, "other_prior_patient_ids"), "MRG-1"),
    "attending_npi": "PV1-7",
    **{
        f"{name}_{n}": field
        for n in range(1, MAX_DIAGNOSES + 1)
        for name, field in (
            ("diagnosis_code", "DG1-3"),
            ("diagnosis_code_system", "DG1-3"),
            ("diagnosis_type", "DG1-6"),
        )
    },
    "diagnosis_count": "DG1",
    "access_restrictions": "ARV-3",
    "consents": "CON",
    "nulled_columns": "",
}


def _fields_read() -> dict[str, list[int]]:
    found = [(source.segment, source.field) for source in COLUMN_SOURCES]
    found += [PATIENT_IDS, PRIOR_IDS, ATTENDING]
    for segment, named in (("DG1", _DIAGNOSIS), ("ARV", _RESTRICTION), ("CON", _CONSENT)):
        found += [(segment, field) for _, field in named]
    ordered = sorted(set(found))
    return {name: [f for _, f in group] for name, group in groupby(ordered, lambda p: p[0])}


_FIELDS_READ = _fields_read()


def read_fields(text: MessageText) -> tuple[pl.DataFrame, dict[int, Problem]]:
    """Parse messages into one row of texts each; the row of a message with a problem is not valid.

    Args:
        text: the messages.

    Returns:
        The rows, with the columns of the segments that occur in any message, and the problem of
        each broken message by its number.
    """
    lines = Lines(text, _FIELDS_READ)
    segments = {name: lines.segment(name) for name in _FIELDS_READ}
    present = {n: s for n, s in segments.items() if s.fields.height or n == "MSH"}
    once = [segment.firsts() for name, segment in present.items() if name not in _EVERY]
    raw = pl.concat(once, how="horizontal")
    problems = lines.problems
    for name in _ONCE:
        for message in segments[name].repeated():
            detail = f"{name}: expected once per message, for one patient"
            problems.setdefault(message, Problem("repeated_segment", name, detail))
    sources = [source for source in COLUMN_SOURCES if source.segment in present]
    columns = _columns(raw, sources, has_padding=lines.has_padding)
    listed: dict[str, pl.Series] = {}
    if "PID" in present:
        columns["phone"] = phones(columns["phone"], raw["PID-13"])
        found = identifiers(raw["PID-3"])
        columns |= {column: found[name] for column, name in _PATIENT.items()}
        listed["other_patient_ids"] = found["others"]
    if "MRG" in present:
        found = identifiers(raw["MRG-1"])
        columns |= {column: found[name] for column, name in _PRIOR.items()}
        listed["other_prior_patient_ids"] = found["others"]
    columns = lines.unescape_columns(columns) | listed
    _convert_timestamps(columns)
    if "PV1" in present:
        columns["attending_npi"] = npi(raw["PV1-7"])
    if "DG1" in present:
        dg1 = segments["DG1"]
        named = _named(dg1, "DG1", _DIAGNOSIS)
        columns |= diagnoses(named, dg1.message, lines.count, MAX_DIAGNOSES)
    if "ARV" in present:
        arv = segments["ARV"]
        columns["access_restrictions"] = restrictions(
            _named(arv, "ARV", _RESTRICTION), arv.message, lines.count
        )
    if "CON" in present:
        con = segments["CON"]
        columns["consents"] = consents(_named(con, "CON", _CONSENT), con.message, lines.count)
    frame = _apply_fallbacks(pl.DataFrame(columns))
    for message in _without_patient(frame, segments["PID"].has_segment()):
        problem = Problem("missing_segment", "PID", "PID: expected in a message about a patient")
        problems.setdefault(message, problem)
    return frame, problems


def _named(segment: Segment, name: str, fields: tuple[tuple[str, int], ...]) -> pl.DataFrame:
    """The fields of all segments of a name, by their own names."""
    return segment.fields.rename({f"{name}-{field}": column for column, field in fields})


def _without_patient(frame: pl.DataFrame, has_patient: np.ndarray) -> list[int]:
    is_about_patient = (frame["message_type"] == "ADT") & ~frame["trigger_event"].is_in(
        _WITHOUT_PATIENT
    ).fill_null(False)
    return np.flatnonzero(is_about_patient.fill_null(False).to_numpy() & ~has_patient).tolist()


def _columns(
    raw: pl.DataFrame, sources: list[ColumnSource], *, has_padding: bool
) -> dict[str, pl.Series]:
    """The columns of these sources, trimmed, empty values as null; timestamps stay in HL7 format.

    Each step is one Polars expression over all fields, because planning many small queries costs
    more than reading a small file. A field is split only at separators that occur in it.
    """
    components: dict[str, int] = {}
    for source in sources:
        components[str(source)] = max(components.get(str(source), 1), source.component)
    empty = {name for name in components if raw[name].null_count() == raw.height}
    # Searching the joined values once is faster than searching each value.
    joined = raw.select(pl.col(name).str.join("") for name in components).row(0, named=True)
    found = {name + mark for name, text in joined.items() for mark in "~^&" if mark in text}
    is_deleted = [name for name, n in components.items() if n > 1 and NULL in joined[name]]

    def whole(name: str) -> pl.Expr:
        text = pl.col(name)
        if name + "~" in found:
            text = text.str.splitn("~", 2).struct.field("field_0")
        if name + "^" not in found:
            return text.alias(name)
        n = components[name]
        parts = text.str.splitn("^", 2) if n == 1 else text.str.split_exact("^", n - 1)
        return parts.alias(name)

    def part(source: ColumnSource) -> pl.Expr:
        name = str(source)
        text = pl.col(name)
        if name in empty:
            return text.alias(source.column)
        if name + "^" in found:
            text = text.struct.field(f"field_{source.component - 1}")
        elif source.component > 1:
            text = pl.lit(None, pl.String)
        if name + "&" in found:
            text = text.str.splitn("&", 2).struct.field("field_0")
        if has_padding:
            text = text.str.strip_chars()
        if name in is_deleted:
            # Deleting a field deletes all its components.
            text = (
                pl.when(pl.col(f"{name} deleted").fill_null(False))
                .then(pl.lit(NULL))
                .otherwise(text)
            )
        return text.alias(source.column)

    def kept(source: ColumnSource) -> pl.Expr:
        text = pl.col(source.column)
        name = str(source)
        is_cut = has_padding or any(name + mark in found for mark in "~^&")
        if name in empty or not (is_cut or source.kind == "code"):
            return text
        is_kept = text != ""
        if source.kind == "code":
            is_kept = text.str.contains(_CODE) | (text == NULL)
        return pl.when(is_kept).then(text).alias(source.column)

    wholes = raw.select(
        *map(whole, components),
        *((pl.col(name) == NULL).alias(f"{name} deleted") for name in is_deleted),
    )
    # Two steps, because Polars computes an expression twice if it is used twice.
    return wholes.select(map(part, sources)).select(map(kept, sources)).to_dict()


def _convert_timestamps(columns: dict[str, pl.Series]) -> None:
    """Convert timestamps and dates to ISO 8601, all columns of a kind at once."""
    default = offsets(columns["message_at"])
    for kind in ("timestamp", "partial_timestamp", "day"):
        names = [
            source.column
            for source in COLUMN_SOURCES
            if source.kind == kind
            and source.column in columns
            and columns[source.column].null_count() < len(columns[source.column])
        ]
        if not names:
            continue
        height = len(columns[names[0]])
        stacked = pl.concat([columns[name] for name in names])
        tiled = default if default is None or len(names) == 1 else pl.concat([default] * len(names))
        written = iso_timestamps(stacked, tiled, kind)
        for n, name in enumerate(names):
            columns[name] = written.slice(n * height, height).alias(name)


def _apply_fallbacks(frame: pl.DataFrame) -> pl.DataFrame:
    """Fill empty columns from their fallbacks, and turn `""` into null with its column listed."""
    filled = []
    for name, others in _FALLBACKS.items():
        candidates = [column for column in (name, *others) if column in frame.columns]
        if candidates:
            filled.append(pl.coalesce(candidates).alias(name))
    frame = frame.with_columns(filled).drop(_FALLBACK_ONLY, strict=False)
    is_null = frame.select((pl.all() == NULL).any()).row(0, named=True)
    names = [name for name, is_any in is_null.items() if is_any]
    if not names:
        return frame
    nulled = [pl.when(pl.col(name) == NULL).then(pl.lit(name)) for name in names]
    listed = pl.concat_str(nulled, separator=",", ignore_nulls=True)
    return frame.with_columns(
        pl.when(listed != "").then(listed).alias("nulled_columns"),
        *(pl.when(pl.col(name) != NULL).then(pl.col(name)).alias(name) for name in names),
    )
