r"""Alerts of `adt/event` as HL7 v2 messages (v2.5.1 chapters 2, 3, 6; data types: 2.A), one file per CSV file.

Each file is a batch (FHS, BHS, messages, BTS, FTS; 2.10.3) of ADT messages (3.3) with MSH, EVN, PID, PV1 and DG1:
event_id MSH-10; sending_facility_id MSH-4, PV1-3.4; facility_name PV1-3.9; visit_number PV1-19; patient_class PV1-2;
source_patient_id, medicaid_id PID-3 (MR, MA); first_name, last_name PID-5; birth_date PID-7; sex PID-8; diagnosis_code
DG1-3; discharge_disposition_code PV1-36; admitted_from PV1-14; received_at MSH-7 (message creation);
event_at EVN-2, EVN-6, PV1-44 (arrival), PV1-45 (departure), PID-29 (death); event_type MSH-9.2.
Timestamps keep their precision: a date without a time stays a date, and every time has its offset.

Not converted: facility_type. HL7 has no field for it: PL.6 distinguishes a ward from a clinic, but not a psychiatric
hospital from an emergency center. `ehr.provider` has the type of the same NPI.

These alerts stay CSV in their file; the sender `adt` accepts both:

- `closed`: no trigger event means that the exchange closed a visit without a discharge. Deleted rows (`is_deleted`): no
  trigger event deletes an alert.
- Events that trigger and class would change: an admission with class emergency (A01 with E reads as an arrival), an
  arrival with another class (A04 without E is not an alert), an arrival without a class.
- Rows without a patient id, event id or received_at: PID-3, MSH-10 and MSH-7 are required. A death without a visit
  number: the reader accepts A03 with PID-30 only if an A13 could cancel that visit.
- Alerts re-sent with changes, including a duplicate's own event_id or received_at: a CSV row replaces the earlier row,
  a message does not. An identical re-sent row becomes an identical message.
- A cancellation with a date but no time: MSH-7 orders messages within a day, which would add information.
- Values that a message cannot represent: control characters, `""` (which means "delete the value" in HL7), timestamps
  in another format.

Must not be here: new facts, random draws, other senders.
"""

from __future__ import annotations

from functools import reduce
from pathlib import Path

import polars as pl

from synthetic.formats.row_files import complete, read, rewrite

NAME, SOURCE = "hl7v2", "adt"
_TABLE = "event"
_END = "\r"
# The escape character comes first, so that later escapes are not escaped again.
_ESCAPES = (("\\", "\\E\\"), ("|", "\\F\\"), ("^", "\\S\\"), ("~", "\\R\\"), ("&", "\\T\\"))
_TRIGGERS = {
    "admit": "A01",
    "transfer": "A02",
    "discharge": "A03",
    "deceased": "A03",
    "presented": "A04",
    "cancelled_admit": "A11",
    "cancelled_discharge": "A13",
}
_FROM_EMERGENCY = "A06"
# MSH-9.3 (table 0354): several triggers share one structure.
_STRUCTURES = {"A04": "ADT_A01", "A11": "ADT_A09", "A13": "ADT_A01"}
_CLASSES = {"inpatient": "I", "emergency": "E", "observation": "OBS", "outpatient": "O"}
_NO_CLASS = "U"
_CANCELLED = ("cancelled_admit", "cancelled_discharge")
_ARRIVED, _LEFT = ("admit", "presented"), ("discharge", "deceased")
_DAY = r"^\d{4}-\d\d-\d\d$"
_TIMESTAMP = r"^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)([+-]\d\d):(\d\d)$"
_UNSUPPORTED_CHARACTERS = r"[\x00-\x1f\x7f]|^\x22\x22$"
# Key of an alert with a patient id across deliveries (contract of adt.event, `first_of`).
_KEY = (
    "sending_facility_id", "visit_number", "source_patient_id", "medicaid_id", "event_type", "event_at",
)  # fmt: skip
_UNSUPPORTED_COLUMNS = ("facility_type",)
_COLUMNS = (
    "event_id", "sending_facility_id", "facility_name", "visit_number", "event_type", "patient_class",
    "event_at", "source_patient_id", "medicaid_id", "first_name", "last_name", "birth_date", "sex",
    "diagnosis_code", "discharge_disposition_code", "admitted_from", "received_at", "is_deleted",
)  # fmt: skip


def convert(folder: Path, to: Path) -> None:
    """Move the representable alerts to message files; the same input gives the same bytes.

    Args:
        folder: Deliveries of `adt`, `<YYYY-MM-DD>/event*.csv`. Memory is bounded by the largest file plus 16 bytes per
            alert.
        to: Folder of the message deliveries, with the same delivery days.
    """
    files = sorted(folder.glob(f"*/{_TABLE}*.csv"))
    if not files:
        return
    changed = _changed(files)
    for path in files:
        alerts = read(path)
        full = complete(alerts, (*_COLUMNS, *_UNSUPPORTED_COLUMNS))
        is_representable = full.select(
            _is_representable() & ~_hash(_KEY).is_in(changed)
        ).to_series()
        if not is_representable.any():
            continue
        lines = full.filter(is_representable).select(_message()).to_series()
        batch = to / path.parent.name / f"{path.stem}.hl7"
        batch.parent.mkdir(parents=True, exist_ok=True)
        batch.write_bytes(_batch(lines, path.parent.name).encode())
        rewrite(alerts.filter(~is_representable), path)


def _changed(files: list[Path]) -> pl.Series:
    """Keys (as hashes) of the alerts that were re-sent with changes."""
    rows = pl.concat(
        complete(read(path), (*_COLUMNS, *_UNSUPPORTED_COLUMNS)).select(
            key=_hash(_KEY), content=_hash((*_COLUMNS, *_UNSUPPORTED_COLUMNS))
        )
        for path in files
    )
    contents = rows.group_by("key").agg(pl.col("content").n_unique())
    return contents.filter(pl.col("content") > 1)["key"].implode()


def _hash(names: tuple[str, ...]) -> pl.Expr:
    return pl.struct(names).hash()


def _is_representable() -> pl.Expr:
    """Whether a message can represent the row; the module docstring has the reasons."""
    kind, ward, at = pl.col("event_type"), pl.col("patient_class"), pl.col("event_at")
    is_day = at.str.contains(_DAY)
    condition = (
        kind.is_in(list(_TRIGGERS))
        & pl.when(kind == "presented")
        .then(ward == "emergency")
        .when(kind == "admit")
        .then(ward.ne_missing("emergency"))
        .otherwise(ward.is_null() | ward.is_in(list(_CLASSES)))
        & (is_day | at.str.contains(_TIMESTAMP))
        & ~(is_day & kind.is_in(list(_CANCELLED)))
        & ((kind != "deceased") | pl.col("visit_number").is_not_null())
        & pl.col("received_at").str.contains(_TIMESTAMP)
        & pl.col("event_id").is_not_null()
        & pl.any_horizontal(pl.col("source_patient_id", "medicaid_id").is_not_null())
        & pl.col("birth_date").str.contains(_DAY).fill_null(True)
        & (pl.col("is_deleted").str.to_lowercase().is_in(["false", "0", "f", "no", "n"])).fill_null(
            True
        )
        & ~pl.any_horizontal(
            pl.col(name).str.contains(_UNSUPPORTED_CHARACTERS).fill_null(False) for name in _COLUMNS
        )
    )
    return condition.fill_null(False)


def _message() -> pl.Expr:
    """The segments of a message as one text; each cancellations with CR."""
    kind, at = pl.col("event_type"), _timestamp("event_at")
    trigger = (
        pl.when(
            (kind == "admit")
            & (pl.col("patient_class") == "inpatient")
            & (pl.col("admitted_from") == "emergency")
        )
        .then(pl.lit(_FROM_EMERGENCY))
        .otherwise(kind.replace_strict(_TRIGGERS))
    )
    structure = trigger.replace_strict(_STRUCTURES, default=pl.concat_str(pl.lit("ADT_"), trigger))
    facility, has_died = _text("sending_facility_id"), kind == "deceased"
    medicaid = _if_present(
        pl.concat_str(_text("medicaid_id"), pl.lit("^^^MEDICAID^MA")), of="medicaid_id"
    )
    number = _if_present(
        pl.concat_str(_text("source_patient_id"), pl.lit("^^^"), facility, pl.lit("^MR")),
        of="source_patient_id",
    )
    place = pl.concat_str(pl.lit("^^^"), facility, pl.lit("^^^^^"), _text("facility_name"))
    segments = (
        _segment(
            "MSH",
            {
                1: pl.lit("^~\\&"),
                2: pl.lit("EXCHANGE"),
                3: facility,
                6: _timestamp("received_at"),
                8: pl.concat_str(pl.lit("ADT^"), trigger, pl.lit("^"), structure),
                9: _text("event_id"),
                10: pl.lit("P"),
                11: pl.lit("2.5.1"),
                17: pl.lit("UNICODE UTF-8"),
            },
        ),
        _segment("EVN", {2: at, 6: at}),
        _segment(
            "PID",
            {
                1: pl.lit("1"),
                3: pl.concat_str(number, medicaid, separator="~", ignore_nulls=True),
                5: pl.concat_str(
                    _text("last_name"), pl.lit("^"), _text("first_name"), pl.lit("^^^^^L")
                ),
                7: _timestamp("birth_date"),
                8: _text("sex"),
                29: pl.when(has_died).then(at).otherwise(pl.lit("")),
                30: pl.when(has_died).then(pl.lit("Y")).otherwise(pl.lit("")),
            },
        ),
        _segment(
            "PV1",
            {
                1: pl.lit("1"),
                2: pl.col("patient_class").replace_strict(_CLASSES, default=_NO_CLASS),
                3: place,
                14: _text("admitted_from"),
                19: _text("visit_number"),
                36: _text("discharge_disposition_code"),
                44: pl.when(kind.is_in(list(_ARRIVED))).then(at).otherwise(pl.lit("")),
                45: pl.when(kind.is_in(list(_LEFT))).then(at).otherwise(pl.lit("")),
            },
        ),
        _if_present(
            _segment(
                "DG1",
                {
                    1: pl.lit("1"),
                    3: pl.concat_str(_text("diagnosis_code"), pl.lit("^^I10C")),
                    6: pl.when(kind.is_in(list(_LEFT))).then(pl.lit("F")).otherwise(pl.lit("A")),
                },
            ),
            of="diagnosis_code",
        ),
    )
    return pl.concat_str(*segments, ignore_nulls=True).alias("message")


def _segment(name: str, fields: dict[int, pl.Expr]) -> pl.Expr:
    """A segment with these fields by number; missing fields between them are empty, trailing ones omitted."""
    parts = [pl.lit(name)]
    parts += [fields.get(number, pl.lit("")) for number in range(1, max(fields) + 1)]
    return pl.concat_str(
        pl.concat_str(*parts, separator="|").str.strip_chars_end("|"), pl.lit(_END)
    )


def _if_present(text: pl.Expr, of: str) -> pl.Expr:
    return pl.when(pl.col(of).is_not_null()).then(text)


def _text(name: str) -> pl.Expr:
    """A value with HL7 delimiters escaped (2.7.1); empty if null."""
    value = pl.col(name).fill_null("")
    return reduce(lambda text, pair: text.str.replace_all(*pair, literal=True), _ESCAPES, value)


def _timestamp(name: str) -> pl.Expr:
    """An ISO 8601 timestamp or date as DTM, with the same precision."""
    text = pl.col(name).fill_null("")
    whole = text.str.replace(_TIMESTAMP, "${1}${2}${3}${4}${5}${6}${7}${8}")
    return (
        pl.when(text.str.contains(_DAY))
        .then(text.str.replace_all("-", "", literal=True))
        .otherwise(whole)
    )


def _batch(messages: pl.Series, day: str) -> str:
    """A file with one batch; `day` is the delivery day (ISO)."""
    header = rf"|^~\&|EXCHANGE||||{day.replace('-', '')}{_END}"
    return "".join((f"FHS{header}BHS{header}", *messages, f"BTS|{len(messages)}{_END}FTS|1{_END}"))
