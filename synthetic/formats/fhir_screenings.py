"""Responses of `screenings` as FHIR resources: QuestionnaireResponse with items, Observation for a total only.

Must not be here: scoring.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from synthetic.formats import fhir_json as fhir
from synthetic.formats.fhir_files import write
from synthetic.formats.fhir_mapping import (
    HL7,
    ResourceMapping,
    column_text,
    date_time,
    mapped,
    meta,
    patient,
)
from synthetic.formats.row_files import read, rewrite

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
# Columns with the same value in all rows of a response.
_HEAD = ("client_id", "instrument", "administered_at", "status", "program_id")
_TYPES = {
    "response_id": "id", "client_id": "id", "instrument": "text", "administered_at": "timestamp",
    "item_number": "number", "item_value": "number", "total_score": "number", "status": "text",
    "program_id": "text",
}  # fmt: skip


def _item_code() -> pl.Expr:
    name = pl.concat_str("instrument", "item_number", separator="/")
    return name.replace_strict(_ITEMS, default=None, return_dtype=pl.String)


def _total_code() -> pl.Expr:
    return mapped("instrument", _TOTALS)


def _is_positive_item_9() -> pl.Expr:
    """Whether the answer is positive on item 9 of the PHQ-9 or PHQ-9M."""
    is_phq9 = pl.col("instrument").is_in(["phq9", "phq9m"])
    is_item = pl.col("item_number") == str(_SAFETY_ITEM)
    return (is_phq9 & is_item & (pl.col("item_value") != "0")).fill_null(False)


def _is_representable() -> pl.Expr:
    is_item = pl.col("item_number").is_not_null()
    has_total = pl.col("total_score").is_not_null()
    is_declined = pl.col("status") == _DECLINED
    is_coded = _item_code().is_not_null() & pl.col("item_value").is_in(list(_ANSWERS))
    is_total = pl.col("item_value").is_null() & (has_total != is_declined)
    return (
        pl.when(is_item).then(is_coded & ~has_total & ~is_declined).otherwise(is_total)
        & ~_is_positive_item_9()
        & _total_code().is_not_null()
        & pl.col("status").is_in(list(_OBSERVATION_STATUSES))
        & pl.all_horizontal(pl.col("client_id", "administered_at").is_not_null())
    )


_ROW = ResourceMapping(
    SOURCE, "response", "", "response_id", _TYPES, lambda _: fhir.const(""), _is_representable()
)


def convert(landing: Path, to: Path, zone: str) -> None:
    """Move the representable responses to resources. Memory is bounded by the largest file plus 40 bytes per row."""
    files = sorted((landing / SOURCE).glob("*/response_*.csv"))
    if not files:
        return
    representable = _representable(files, zone)
    for place, path in enumerate(files):
        rows = read(path)
        full = _ROW.completed(rows)
        response = full.select(_hash("response_id")).to_series()
        here = representable.filter(pl.col("file") == place)
        suffix = path.stem.removeprefix("response")
        first = full.unique(maintain_order=True)
        for is_form, resource, build in (
            (True, "QuestionnaireResponse", _forms),
            (False, "Observation", _observations),
        ):
            chosen = here.filter(pl.col("is_form") == is_form)["response"].implode()
            rows_of = first.filter(_hash("response_id").is_in(chosen))
            write(*build(rows_of, zone), to / path.parent.name / f"{resource}{suffix}.ndjson")
        rewrite(rows.filter(~response.is_in(representable["response"].implode())), path)


def _hash(*names: str) -> pl.Expr:
    return pl.struct(names).hash()


def _representable(files: list[Path], zone: str) -> pl.DataFrame:
    """Representable responses, with the file that has all their rows; re-sent rows are not converted.

    Returns:
        Columns response (hash of its id), file (position in `files`), is_form.
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
                is_representable=_ROW.is_representable(full.columns, zone),
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
            is_representable=pl.col("is_representable").all()
            & (pl.col("file").n_unique() == 1)
            & (pl.col("key").n_unique() == pl.len())
            & (pl.col("head").n_unique() == 1)
            # The two forms share their item codes: without its total, a PHQ-9M is read as a PHQ-9.
            & (has_total | ~pl.col("needs_total").any()),
        )
        .filter("is_representable")
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
            id=column_text("response_id"),
            meta=meta(),
            status=fhir.text(mapped("status", _RESPONSE_STATUSES)),
            subject=patient(),
            authored=date_time(pl.col("administered_at"), zone),
            item=fhir.arr(fhir.raw(pl.col("item"))),
        )
    )


def _observations(rows: pl.DataFrame, zone: str) -> tuple[pl.DataFrame, fhir.Json]:
    absent = pl.when(pl.col("status") == _DECLINED).then(pl.lit("asked-declined"))
    return rows, (
        fhir.obj(
            resourceType=fhir.const("Observation"),
            id=column_text("response_id"),
            meta=meta(),
            status=fhir.text(mapped("status", _OBSERVATION_STATUSES)),
            category=fhir.arr(
                fhir.concept(fhir.coding(f"{HL7}/observation-category", pl.lit("survey")))
            ),
            code=fhir.concept(fhir.coding(_LOINC, _total_code())),
            subject=patient(),
            effectiveDateTime=date_time(pl.col("administered_at"), zone),
            valueInteger=fhir.raw(pl.col("total_score")),
            dataAbsentReason=fhir.concept(fhir.coding(f"{HL7}/data-absent-reason", absent)),
        )
    )
