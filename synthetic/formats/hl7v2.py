r"""The alerts of `adt/event` as HL7 v2 messages (v2.5.1 chapters 2, 3, 6; data types: 2.A), one file per file of alerts.

Each file is a batch (FHS, BHS, messages, BTS, FTS; 2.10.3), a message is ADT (3.3) with MSH, EVN, PID, PV1 and DG1:
event_id MSH-10; sending_facility_id MSH-4, PV1-3.4; facility_name PV1-3.9; visit_number PV1-19; patient_class PV1-2;
source_patient_id, medicaid_id PID-3 (MR, MA); first_name, last_name PID-5; birth_date PID-7; sex PID-8; diagnosis_code
DG1-3; discharge_disposition_code PV1-36; admitted_from PV1-14; received_at MSH-7, when the exchange made the message;
event_at EVN-2 and EVN-6, and PV1-44 of an arrival, PV1-45 of a departure, PID-29 of a death; event_type MSH-9.2.
What moments say is kept: a bare day stays one, every time has its offset.

Not carried: facility_type. HL7 has no field for the kind of a facility (PL.6 tells a ward from a clinic, not a psychiatric
hospital from an emergency center). The agency's list of providers (ehr.provider) says it of the same NPI.

Some alerts stay CSV, in the file they came in; the sender takes both:

- `closed`: no trigger says that an exchange gave up waiting for an end. A withdrawn row (`is_deleted`): nor does one that.
- What a trigger and a class would say otherwise: an admission of the class emergency (A01 with E is an arrival), an arrival
  of any other (A04 without E is no alert); an arrival without a class.
- Rows without a patient id, event id or received_at: PID-3, MSH-10 and MSH-7 are required. A death without a visit number:
  A03 with PID-30 is one, but it is believed only where A13 could name the visit and take it back.
- Alerts that came again in other words, a duplicate's own event_id and received_at among them: a CSV row takes the place of
  the earlier one, a message stands beside it. What came again word for word is the same message again.
- A cancellation with a bare day: messages are told apart by MSH-7 within a day, alerts are not, so they would say more.
- Values that no message can hold: control characters, `""` (in HL7: delete the value), moments written otherwise.

Must not be here: new facts, random draws, other senders.
"""

from __future__ import annotations

from functools import reduce
from pathlib import Path

import polars as pl

from synthetic.formats.row_files import complete, keep, read

NAME, SOURCE = "hl7v2", "adt"
_TABLE = "event"
_END = "\r"
# The escape character itself comes first, or it would escape the escapes.
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
_MOMENT = r"^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)([+-]\d\d):(\d\d)$"
_UNSPEAKABLE = r"[\x00-\x1f\x7f]|^\x22\x22$"
# What makes an alert with a patient id the same alert when it comes again (contract of adt.event; see its `first_of`).
_KEY = (
    "sending_facility_id", "visit_number", "source_patient_id", "medicaid_id", "event_type", "event_at",
)  # fmt: skip
_UNTOLD = ("facility_type",)
_COLUMNS = (
    "event_id", "sending_facility_id", "facility_name", "visit_number", "event_type", "patient_class",
    "event_at", "source_patient_id", "medicaid_id", "first_name", "last_name", "birth_date", "sex",
    "diagnosis_code", "discharge_disposition_code", "admitted_from", "received_at", "is_deleted",
)  # fmt: skip


def transcribe(folder: Path, to: Path) -> None:
    """Replace files of alerts by files of messages, and what has to stay CSV by itself; the same files give the same bytes.

    Args:
        folder: the sender's deliveries, `<YYYY-MM-DD>/event*.csv`; memory is that of its largest file, and 16 bytes an alert.
        to: folder of the deliveries of messages, by the same days.
    """
    files = sorted(folder.glob(f"*/{_TABLE}*.csv"))
    if not files:
        return
    reworded = _reworded(files)
    for path in files:
        alerts = read(path)
        full = complete(alerts, (*_COLUMNS, *_UNTOLD))
        is_delivered = full.select(_is_tellable() & ~_hash(_KEY).is_in(reworded)).to_series()
        if not is_delivered.any():
            continue
        lines = full.filter(is_delivered).select(_message()).to_series()
        told = to / path.parent.name / f"{path.stem}.hl7"
        told.parent.mkdir(parents=True, exist_ok=True)
        told.write_bytes(_batch(lines, path.parent.name).encode())
        keep(alerts.filter(~is_delivered), path)


def _reworded(files: list[Path]) -> pl.Series:
    """Keys (as hashes) of the alerts that came more than once, and not always in the same words."""
    rows = pl.concat(
        complete(read(path), (*_COLUMNS, *_UNTOLD)).select(
            key=_hash(_KEY), content=_hash((*_COLUMNS, *_UNTOLD))
        )
        for path in files
    )
    contents = rows.group_by("key").agg(pl.col("content").n_unique())
    return contents.filter(pl.col("content") > 1)["key"].implode()


def _hash(names: tuple[str, ...]) -> pl.Expr:
    return pl.struct(names).hash()


def _is_tellable() -> pl.Expr:
    """Whether a message can say what the row says; see the module's text."""
    kind, ward, at = pl.col("event_type"), pl.col("patient_class"), pl.col("event_at")
    is_day = at.str.contains(_DAY)
    said = (
        kind.is_in(list(_TRIGGERS))
        & pl.when(kind == "presented")
        .then(ward == "emergency")
        .when(kind == "admit")
        .then(ward.ne_missing("emergency"))
        .otherwise(ward.is_null() | ward.is_in(list(_CLASSES)))
        & (is_day | at.str.contains(_MOMENT))
        & ~(is_day & kind.is_in(list(_CANCELLED)))
        & ((kind != "deceased") | pl.col("visit_number").is_not_null())
        & pl.col("received_at").str.contains(_MOMENT)
        & pl.col("event_id").is_not_null()
        & pl.any_horizontal(pl.col("source_patient_id", "medicaid_id").is_not_null())
        & pl.col("birth_date").str.contains(_DAY).fill_null(True)
        & (pl.col("is_deleted").str.to_lowercase().is_in(["false", "0", "f", "no", "n"])).fill_null(
            True
        )
        & ~pl.any_horizontal(
            pl.col(name).str.contains(_UNSPEAKABLE).fill_null(False) for name in _COLUMNS
        )
    )
    return said.fill_null(False)


def _message() -> pl.Expr:
    """The segments of a message as one text, each ended by CR."""
    kind, at = pl.col("event_type"), _moment("event_at")
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
    medicaid = _kept(
        pl.concat_str(_text("medicaid_id"), pl.lit("^^^MEDICAID^MA")), of="medicaid_id"
    )
    number = _kept(
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
                6: _moment("received_at"),
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
                7: _moment("birth_date"),
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
        _kept(
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
    """A segment with these fields, numbered from the name on; those between are empty, none at the end."""
    parts = [pl.lit(name)]
    parts += [fields.get(number, pl.lit("")) for number in range(1, max(fields) + 1)]
    return pl.concat_str(
        pl.concat_str(*parts, separator="|").str.strip_chars_end("|"), pl.lit(_END)
    )


def _kept(text: pl.Expr, of: str) -> pl.Expr:
    return pl.when(pl.col(of).is_not_null()).then(text)


def _text(name: str) -> pl.Expr:
    """A value with HL7's own characters escaped (2.7.1), empty where there is none."""
    value = pl.col(name).fill_null("")
    return reduce(lambda text, pair: text.str.replace_all(*pair, literal=True), _ESCAPES, value)


def _moment(name: str) -> pl.Expr:
    """A moment or day of ISO 8601 as DTM, in its own precision."""
    text = pl.col(name).fill_null("")
    whole = text.str.replace(_MOMENT, "${1}${2}${3}${4}${5}${6}${7}${8}")
    return (
        pl.when(text.str.contains(_DAY))
        .then(text.str.replace_all("-", "", literal=True))
        .otherwise(whole)
    )


def _batch(messages: pl.Series, day: str) -> str:
    """A file of one batch; day is that of its delivery, ISO."""
    header = rf"|^~\&|EXCHANGE||||{day.replace('-', '')}{_END}"
    return "".join((f"FHS{header}BHS{header}", *messages, f"BTS|{len(messages)}{_END}FTS|1{_END}"))
