"""Responses of `screenings` as FHIR resources: a filled-in form as QuestionnaireResponse, a lone total or level as Observation.

Must not be here: how answers are scored.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from synthetic.formats import fhir_json as fhir
from synthetic.formats.fhir_files import write
from synthetic.formats.fhir_kinds import HL7, Kind, mapped, meta, moment, patient, said
from synthetic.formats.row_files import keep, read

SOURCE = "screenings"
_LOINC = "http://loinc.org"
_TOTALS = {
    "phq9": "44261-6", "phq9m": "89204-2", "gad7": "70274-6", "audit_c": "75626-2", "dast10": "82667-7",
}  # fmt: skip
_PHQ9 = (
    "44250-9", "44255-8", "44259-0", "44254-1", "44251-7", "44258-2", "44252-5", "44253-3", "44260-8",
)  # fmt: skip
_GAD7 = ("69725-0", "68509-9", "69733-4", "69734-2", "69735-9", "69689-8", "69736-7")
_ITEMS = {
    f"{instrument}/{number}": code
    for instrument, codes in (("phq9", _PHQ9), ("phq9m", _PHQ9), ("gad7", _GAD7))
    for number, code in enumerate(codes, start=1)
}
_ANSWERS = {"0": "LA6568-5", "1": "LA6569-3", "2": "LA6570-1", "3": "LA6571-9"}
_SAFETY_ITEM = 9
_RESPONSE_STATUSES = {"completed": "completed", "in_progress": "in-progress"}
_OBSERVATION_STATUSES = {"completed": "final", "in_progress": "preliminary", "declined": "final"}
_DECLINED = "declined"
# What the rows of a response have in common.
_HEAD = ("client_id", "instrument", "administered_at", "status", "program_id")
_TYPES = {
    "response_id": "id", "client_id": "id", "instrument": "text", "administered_at": "moment",
    "item_number": "number", "item_value": "number", "total_score": "number", "status": "text",
    "program_id": "text",
}  # fmt: skip


def _item_code() -> pl.Expr:
    name = pl.concat_str("instrument", "item_number", separator="/")
    return name.replace_strict(_ITEMS, default=None, return_dtype=pl.String)


def _total_code() -> pl.Expr:
    return mapped("instrument", _TOTALS)


def _is_danger() -> pl.Expr:
    """An answer that says danger: the safety item of both PHQ-9 forms."""
    is_phq9 = pl.col("instrument").is_in(["phq9", "phq9m"])
    is_item = pl.col("item_number") == str(_SAFETY_ITEM)
    return (is_phq9 & is_item & (pl.col("item_value") != "0")).fill_null(False)


def _tellable() -> pl.Expr:
    is_item = pl.col("item_number").is_not_null()
    has_total = pl.col("total_score").is_not_null()
    is_declined = pl.col("status") == _DECLINED
    said_item = _item_code().is_not_null() & pl.col("item_value").is_in(list(_ANSWERS))
    said_total = pl.col("item_value").is_null() & (has_total != is_declined)
    return (
        pl.when(is_item).then(said_item & ~has_total & ~is_declined).otherwise(said_total)
        & ~_is_danger()
        & _total_code().is_not_null()
        & pl.col("status").is_in(list(_OBSERVATION_STATUSES))
        & pl.all_horizontal(pl.col("client_id", "administered_at").is_not_null())
    )


_ROW = Kind(SOURCE, "response", "", "response_id", _TYPES, lambda _: fhir.const(""), _tellable())


def transcribe(landing: Path, to: Path, zone: str) -> None:
    """Replace responses by resources; memory is that of the largest file, and 40 bytes a row of all."""
    files = sorted((landing / SOURCE).glob("*/response_*.csv"))
    if not files:
        return
    told = _told(files, zone)
    for place, path in enumerate(files):
        rows = read(path)
        full = _ROW.completed(rows)
        response = full.select(_hash("response_id")).to_series()
        here = told.filter(pl.col("file") == place)
        suffix = path.stem.removeprefix("response")
        first = full.unique(maintain_order=True)
        for is_form, resource, tell in (
            (True, "QuestionnaireResponse", _forms),
            (False, "Observation", _observations),
        ):
            chosen = here.filter(pl.col("is_form") == is_form)["response"].implode()
            rows_of = first.filter(_hash("response_id").is_in(chosen))
            write(*tell(rows_of, zone), to / path.parent.name / f"{resource}{suffix}.ndjson")
        keep(rows.filter(~response.is_in(told["response"].implode())), path)


def _hash(*names: str) -> pl.Expr:
    return pl.struct(names).hash()


def _told(files: list[Path], zone: str) -> pl.DataFrame:
    """Responses that can be told, with the file that has all their rows: what comes again later says nothing new.

    Returns:
        Columns response (hash of its id), file (place among the files), is_form.
    """
    known = []
    for place, path in enumerate(files):
        full = _ROW.completed(read(path))
        known.append(
            full.select(
                response=_hash("response_id"),
                row=_hash(*sorted(full.columns)),
                key=_hash("item_number"),
                head=_hash(*_HEAD),
                is_delivered=_ROW.is_tellable(full.columns, zone),
                is_item=pl.col("item_number").is_not_null(),
                needs_total=pl.col("instrument") == "phq9m",
                file=pl.lit(place, pl.UInt32),
            )
        )
    rows = pl.concat(known).unique(("response", "row"), keep="first", maintain_order=True)
    is_form = pl.col("is_item").any()
    has_total = (~pl.col("is_item")).any()
    return (
        rows.group_by("response")
        .agg(
            pl.col("file").first(),
            is_form=is_form,
            is_delivered=pl.col("is_delivered").all()
            & (pl.col("file").n_unique() == 1)
            & (pl.col("key").n_unique() == pl.len())
            & (pl.col("head").n_unique() == 1)
            # forms share questions: without its total, a PHQ-9M is taken for a PHQ-9
            & (has_total | ~pl.col("needs_total").any()),
        )
        .filter("is_delivered")
        .select("response", "file", "is_form")
    )


def _forms(rows: pl.DataFrame, zone: str) -> tuple[pl.DataFrame, fhir.Json]:
    is_item = pl.col("item_number").is_not_null()
    code = pl.when(is_item).then(_item_code()).otherwise(_total_code())
    answer = fhir.obj(
        valueCoding=fhir.coding(_LOINC, mapped("item_value", _ANSWERS)),
        valueInteger=fhir.raw(pl.col("total_score")),
    )
    item = fhir.obj(linkId=fhir.text(code), answer=fhir.arr(answer))
    forms = (
        rows.with_columns(item=item.text())
        .group_by("response_id", *_HEAD, maintain_order=True)
        .agg(pl.col("item").str.join(","))
    )
    return forms, (
        fhir.obj(
            resourceType=fhir.const("QuestionnaireResponse"),
            id=said("response_id"),
            meta=meta(),
            status=fhir.text(mapped("status", _RESPONSE_STATUSES)),
            subject=patient(),
            authored=moment(pl.col("administered_at"), zone),
            item=fhir.arr(fhir.raw(pl.col("item"))),
        )
    )


def _observations(rows: pl.DataFrame, zone: str) -> tuple[pl.DataFrame, fhir.Json]:
    absent = pl.when(pl.col("status") == _DECLINED).then(pl.lit("asked-declined"))
    return rows, (
        fhir.obj(
            resourceType=fhir.const("Observation"),
            id=said("response_id"),
            meta=meta(),
            status=fhir.text(mapped("status", _OBSERVATION_STATUSES)),
            category=fhir.arr(
                fhir.concept(fhir.coding(f"{HL7}/observation-category", pl.lit("survey")))
            ),
            code=fhir.concept(fhir.coding(_LOINC, _total_code())),
            subject=patient(),
            effectiveDateTime=moment(pl.col("administered_at"), zone),
            valueInteger=fhir.raw(pl.col("total_score")),
            dataAbsentReason=fhir.concept(fhir.coding(f"{HL7}/data-absent-reason", absent)),
        )
    )
