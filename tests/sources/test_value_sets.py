"""Value sets from terminology servers: a FHIR expansion gives the same rows as a CSV."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import duckdb

from sources.ingest import ingest
from sources.raw_zone import RawZone

ICD10, SNOMED = "http://hl7.org/fhir/sid/icd-10-cm", "http://snomed.info/sct"
SET = {
    "resourceType": "ValueSet",
    "url": "http://example.org/ValueSet/ours",
    "identifier": [{"value": "ours"}, {"value": "urn:oid:2.16.840.1.113883.3.1"}],
    "title": "Ours",
}
NESTED = [
    {
        "abstract": True,
        "display": "Heading",
        "contains": [{"system": ICD10, "code": "F32.1", "contains": [{"system": ICD10, "code": "F32.11"}]}],
    },
    {"system": SNOMED, "code": "1"},
]  # fmt: skip


def _landed(folder: Path, **files: object) -> RawZone:
    landing = folder / "landing" / "valuesets" / "2026-01-01"
    landing.mkdir(parents=True)
    for name, content in files.items():
        (landing / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    ingest(folder / "landing", folder / "raw", "America/New_York", dt.datetime.now(dt.UTC))
    return RawZone(folder / "raw")


def _codes(zone: RawZone) -> list[tuple[str, ...]]:
    files = [str(path) for path in zone.files("valuesets", "code")]
    return duckdb.sql(
        "select value_set, value_set_oid, value_set_title, code_system, code"
        f" from read_parquet({files}, union_by_name = true) order by code"
    ).fetchall()


def test_nested_codes_are_listed_once_each(tmp_path: Path) -> None:
    zone = _landed(tmp_path, ours={**SET, "expansion": {"contains": NESTED}})
    known = (SET["url"], "urn:oid:2.16.840.1.113883.3.1", "Ours")
    assert _codes(zone) == [
        (*known, SNOMED, "1"),
        (*known, ICD10, "F32.1"),
        (*known, ICD10, "F32.11"),
    ]
    assert list(zone.rejects()) == []


def test_value_set_without_expansion_is_rejected(tmp_path: Path) -> None:
    composed = {**SET, "compose": {"include": [{"system": SNOMED, "concept": [{"code": "7"}]}]}}
    zone = _landed(tmp_path, composed=composed, empty={**SET, "expansion": {"contains": []}})
    assert _codes(zone) == []
    found = [(reject.reason_code, reject.detail) for reject in zone.rejects()]
    assert found == [("missing_required", "expansion: expected a value")] * 2
