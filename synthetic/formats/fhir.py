"""The agency's record (`ehr`) as FHIR R4 resources in bulk NDJSON (hl7.org/fhir/uv/bulkdata), by the sender `ehr_fhir`.

Must not be here: new facts, random draws; what a resource looks like (`fhir_*.py`).
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from synthetic.formats import fhir_json as fhir
from synthetic.formats import fhir_screenings
from synthetic.formats.fhir_files import keep, with_all_columns, write
from synthetic.formats.fhir_kinds import Kind, is_deleted
from synthetic.formats.fhir_permissions import CONSENT, SERVICE_REQUEST, TASK
from synthetic.formats.fhir_record import CONDITION, PATIENT
from synthetic.formats.fhir_services import APPOINTMENT, ENCOUNTER

NAME, SPEAKER = "fhir", "ehr_fhir"
# Tasks stand before the referrals that they carry out: both are told of the same rows.
_KINDS = (PATIENT, CONDITION, APPOINTMENT, ENCOUNTER, CONSENT, TASK, SERVICE_REQUEST)


def transcribe(landing: Path, zone: str) -> None:
    """Replace rows of the record by resources, and files that then are empty; the same files give the same bytes.

    Args:
        landing: the senders' deliveries, `<sender>/<YYYY-MM-DD>/<table>*.csv`; memory is that of the largest file as FHIR, and
            16 bytes a row of all.
        zone: the agency's, in which its moments are written.
    """
    for kind in _KINDS:
        _transcribe(kind, landing, zone)
    fhir_screenings.transcribe(landing, landing / SPEAKER, zone)


def _transcribe(kind: Kind, landing: Path, zone: str) -> None:
    files = sorted((landing / kind.source).glob(f"*/{kind.table}_*.csv"))
    untold = _untold(kind, files, zone)
    for path in files:
        rows = pl.read_csv(path, infer_schema=False)
        full = with_all_columns(rows, kind)
        is_told = full.select(~_hash(kind).is_in(untold)).to_series()
        if not is_told.any():
            continue
        told, to = full.filter(is_told), landing / SPEAKER / path.parent.name
        name = f"{kind.resource}{path.stem.removeprefix(kind.table)}.ndjson"
        write(told.filter(~is_deleted()).select(kind.told(zone)), to / name)
        write(told.filter(is_deleted()).select(_withdrawal(kind)), to / f"deleted_{name}")
        if not kind.is_beside:
            keep(rows.filter(~is_told), path)


def _hash(kind: Kind) -> pl.Expr:
    return pl.col(kind.key).hash()


def _untold(kind: Kind, files: list[Path], zone: str) -> pl.Series:
    """Records (hashes of their ids) that cannot be told in one delivery, and so are told in none."""
    found = [pl.Series("key", [], pl.UInt64)]
    clocks = []
    for path in files:
        full = with_all_columns(pl.read_csv(path, infer_schema=False), kind)
        said = kind.is_tellable(full.columns, zone)
        found.append(full.filter(~said).select(_hash(kind).alias("key")).to_series().unique())
        if kind.changed is not None:
            clocks.append(full.select(_hash(kind).alias("key"), clock=kind.changed))
    if clocks:
        turned_back = pl.concat(clocks).filter(
            pl.col("clock") < pl.col("clock").shift().over("key")
        )
        found.append(turned_back["key"])
    return pl.concat(found).unique().implode()


def _withdrawal(kind: Kind) -> pl.Expr:
    """What a bulk export says of a resource that is gone: a Bundle with the request that deleted it."""
    url = fhir.text(kind.resource + "/" + pl.col(kind.key))
    return fhir.obj(
        resourceType=fhir.const("Bundle"),
        type=fhir.const("transaction"),
        entry=fhir.arr(fhir.obj(request=fhir.obj(method=fhir.const("DELETE"), url=url))),
    )
