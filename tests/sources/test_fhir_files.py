"""FHIR files: lines, documents, Bundles, and broken ones. No record is lost, no note text is kept."""

from __future__ import annotations

import datetime as dt
import json
import random
import zipfile
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.contract import load_contracts
from sources.formats import fhir_resources
from sources.ingest import ingest
from sources.raw_zone import RawZone

ZONE = "America/New_York"
SEEN = dt.datetime(2025, 6, 1, tzinfo=dt.UTC)
ANN = {"resourceType": "Patient", "id": "ann", "birthDate": "1990-02-03"}
BOB = {"resourceType": "Patient", "id": "bob", "name": [{"family": "Böb"}]}
MEMBER = {"resourceType": "Group", "id": "g"}


class Read:
    """The result of ingesting one file."""

    def __init__(self, tmp_path: Path, content: bytes, name: str = "any.ndjson") -> None:
        path = tmp_path / "landing" / "ehr_fhir" / "2025-05-30" / name
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
        only = {"ehr_fhir": load_contracts()["ehr_fhir"]}
        (self.report,) = ingest(
            tmp_path / "landing", tmp_path / "raw", ZONE, SEEN, contracts=only
        ).files
        self.zone = RawZone(tmp_path / "raw", only)

    def rows(self, table: str) -> list[dict[str, Any]]:
        files = self.zone.files("ehr_fhir", table)
        found = pl.concat([pl.read_parquet(path) for path in files], how="diagonal")
        return found.sort("_source_row").rows(named=True)

    def ids(self, table: str = "Patient") -> list[str]:
        return [row["id"] for row in self.rows(table)]

    @property
    def reasons(self) -> list[tuple[str, int, str]]:
        return sorted((r.table_name, r.source_row, r.reason_code) for r in self.zone.rejects())

    @property
    def counts(self) -> dict[str, tuple[int, int, int]]:
        return {
            str(b.table_name): (b.rows_in, b.rows_loaded, b.rows_rejected)
            for b in self.zone.batches()
        }


def _lines(*resources: object) -> bytes:
    return b"".join(json.dumps(r).encode() + b"\n" for r in resources)


def _bundle(*entries: object, kind: str = "collection") -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries)}


@pytest.mark.parametrize(
    "content",
    [
        _lines(ANN, BOB),
        _lines(ANN, BOB).rstrip(),
        b"\xef\xbb\xbf" + _lines(ANN, BOB),
        _lines(ANN, BOB).replace(b"\n", b"\r\n"),
        b"\n  \n" + _lines(ANN) + b"\r\n\n \t\n" + _lines(BOB) + b"\n",
        json.dumps([ANN, BOB]).encode(),
        json.dumps([ANN, BOB], indent=2, ensure_ascii=False).encode(),
        b"\xef\xbb\xbf" + json.dumps(ANN, indent=1).encode() + json.dumps(BOB, indent=1).encode(),
        json.dumps(_bundle({"resource": ANN}, {"resource": BOB})).encode(),
        json.dumps(_bundle({"resource": ANN}, {"resource": BOB}), indent=4).encode(),
        _lines(_bundle({"resource": ANN}), _bundle({"resource": BOB}, kind="searchset")),
        json.dumps({"entry": [{"resource": ANN}, {"resource": BOB}], "resourceType": "Bundle"}, indent=1).encode(),
    ],
    ids=["lines", "no_last_end", "bom", "crlf", "blank_lines", "array", "pretty_array", "pretty_one_by_one", "bundle",
         "pretty_bundle", "bundle_lines", "type_last"],
)  # fmt: skip
def test_two_patients_are_read_from_every_file_layout(tmp_path: Path, content: bytes) -> None:
    read = Read(tmp_path, content)
    assert read.ids() == ["ann", "bob"]
    assert read.rows("Patient")[1]["family_name"] == "Böb"
    assert read.rows("Patient")[0]["birth_date"] == dt.date(1990, 2, 3)
    assert read.counts == {"Patient": (2, 2, 0)}


def test_record_numbers_continue_across_the_files_of_an_archive(tmp_path: Path) -> None:
    packed = tmp_path / "export.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("Patient.000.ndjson", _lines(ANN, "x"))
        archive.writestr("Patient.001.ndjson", _lines(BOB, MEMBER))
    read = Read(tmp_path, packed.read_bytes(), "export.zip")
    assert [(row["id"], row["_source_row"]) for row in read.rows("Patient")] == [
        ("ann", 1),
        ("bob", 2),
    ]
    assert [(row["id"], row["_source_row"]) for row in read.rows("resource")] == [("g", 2)]
    assert read.reasons == [("resource", 1, "bad_json")]


def test_every_resource_is_counted_whatever_its_type(tmp_path: Path) -> None:
    log = {"exportId": "e", "eventId": "kickoff"}
    read = Read(
        tmp_path, _lines(ANN, MEMBER, log, {"resourceType": "List", "id": "l", "entry": [{}]}, BOB)
    )
    assert read.counts == {"Patient": (2, 2, 0), "resource": (3, 2, 1)}
    assert [(row["resource_type"], row["id"]) for row in read.rows("resource")] == [
        ("Group", "g"),
        ("List", "l"),
    ]
    assert read.reasons == [("resource", 2, "no_resource_type")]


@pytest.mark.parametrize(
    ("broken", "table", "reason"),
    [
        (b'{"resourceType":"Patient","id":"x","na', "Patient", "bad_json"),
        (b'{"resourceType":"Patient","id":"x"} trailing', "Patient", "bad_json"),
        (b'{"resourceType":"Patient","id":"x","active":NaN}', "Patient", "bad_json"),
        (b"garbage", "resource", "bad_json"),
        (b'"text"', "resource", "bad_json"),
        (b"[1, 2]", "resource", "bad_json"),
        (b'{"resourceType":"Patient","id":"x","birthDate":"1990-13-01"}', "Patient", "bad_date"),
        (b'{"resourceType":"Patient","id":"x","birthDate":19900101}', "Patient", "bad_date"),
        (b'{"resourceType":"Patient","id":"x","birthDate":{"a":1}}', "Patient", "bad_json_type"),
        (b'{"resourceType":"Patient","id":"x","name":"Ann"}', "Patient", "bad_json_type"),
        (b'{"resourceType":"Patient","id":"x","name":{"family":"A"}}', "Patient", "bad_json_type"),
        (b'{"resourceType":"Patient","id":"x","identifier":["1"]}', "Patient", "bad_json_type"),
        (b'{"resourceType":"Patient","id":["x"]}', "Patient", "bad_json_type"),
        (b'{"resourceType":"Patient"}', "Patient", "missing_required"),
        (b'{"resourceType":"Patient","id":""}', "Patient", "missing_required"),
        (b'{"resourceType":"Patient","id":"x","active":"maybe"}', "Patient", "bad_boolean"),
        (b'{"resourceType":"Patient","id":"\xe9"}', "Patient", "bad_encoding"),
        (b'{"id":"x"}', "resource", "no_resource_type"),
        (b'{"resourceType":7,"id":"x"}', "resource", "no_resource_type"),
        (b'{"resourceType":null}', "resource", "no_resource_type"),
        (b'{"resourceType":{"a":"b"}}', "resource", "bad_json_type"),
        (b"[" * 5000, "resource", "bad_json"),
    ],
)  # fmt: skip
def test_broken_line_is_one_reject_and_other_lines_are_read(
    tmp_path: Path, broken: bytes, table: str, reason: str
) -> None:
    read = Read(tmp_path, _lines(ANN) + broken + b"\n" + _lines(BOB))
    assert read.ids() == ["ann", "bob"]
    assert read.reasons == [(table, 2 if table == "Patient" else 1, reason)]
    assert [row["_source_row"] for row in read.rows("Patient")] == [
        1,
        3 if table == "Patient" else 2,
    ]


@pytest.mark.parametrize("position", range(3))
def test_broken_line_is_rejected_at_any_position(tmp_path: Path, position: int) -> None:
    lines = [json.dumps(ANN).encode(), json.dumps(BOB).encode()]
    lines.insert(position, b'{"resourceType":"Patient","id":"cut","name":[{"fam')
    read = Read(tmp_path, b"\n".join(lines))
    assert read.ids() == ["ann", "bob"]
    assert read.reasons == [("Patient", position + 1, "bad_json")]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty_file"),
        (b" \n\n", "empty_file"),
        ("\ufeff{}".encode("utf-16-le"), "bad_encoding"),
        (b"just some text\nand more\n", "not_fhir"),
        (json.dumps(_bundle({"resource": ANN}), indent=1).encode()[:-20], "not_fhir"),
        (b'{\n "resourceType": "Patient",\n "id": \n}', "not_fhir"),
        (b"[1, 2]", "not_fhir"),
        (b'[{"resourceType": "Patient", "id": "a"}', "not_fhir"),
        (b'{\n "resourceType": "Patient",\n "id": "\xe9"\n}', "bad_encoding"),
    ],
)
def test_file_with_an_unknown_number_of_records_is_refused(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    read = Read(tmp_path, content, "x.json")
    assert (read.report.outcome, read.report.reason_code) == ("refused", reason)
    assert read.report.rows_in == 0


SURROGATE = r'{"resourceType":"Patient","id":"x","name":[{"family":"\ud800"}]}'
HUGE = '{"resourceType":"Patient","id":"x","multipleBirthInteger":' + "9" * 5000 + "}"
NESTED = '{"resourceType":"Patient","id":"x","zzz":' + "[" * 985 + "]" * 985 + "}"


@pytest.mark.parametrize("end", ["", "\n"], ids=["one line", "document"])
def test_number_of_5000_digits_rejects_only_its_entry(tmp_path: Path, end: str) -> None:
    entries = f'{{"resource":{HUGE}}},{end}{{"resource":{json.dumps(ANN)}}}'
    read = Read(
        tmp_path, f'{{{end}"resourceType":"Bundle","entry":[{entries}]}}'.encode(), "x.json"
    )
    assert read.ids() == ["ann"]
    assert read.reasons == [("Patient", 1, "bad_json")]


def test_half_a_surrogate_pair_becomes_a_question_mark(tmp_path: Path) -> None:
    bundle = f'{{\n"resourceType":"Bundle","entry":[{{"resource":{SURROGATE}}}]}}'
    read = Read(tmp_path, bundle.encode(), "x.json")
    assert [row["family_name"] for row in read.rows("Patient")] == ["?"]


def test_too_deeply_nested_bundle_is_rejected_as_a_whole(tmp_path: Path) -> None:
    bundle = f'{{"resourceType":"Bundle","entry":[{{"resource":{NESTED}}}]}}\n'
    read = Read(tmp_path, bundle.encode() + _lines(ANN))
    assert read.ids() == ["ann"]
    assert read.reasons == [("resource", 1, "bad_json")]


@pytest.mark.parametrize(
    "content", [b'{\n[1]: 2,\n"id": 3}', b'{\n{"a": 1}: 2}', b'{\n1: 2, "resourceType": "Bundle"}']
)
def test_document_with_keys_that_are_not_strings_is_refused(tmp_path: Path, content: bytes) -> None:
    read = Read(tmp_path, content, "x.json")
    assert (read.report.outcome, read.report.reason_code) == ("refused", "not_fhir")


def test_bundle_entries_resolve_references_and_delete_resources(tmp_path: Path) -> None:
    visit = {
        "resourceType": "Encounter",
        "subject": {"reference": "urn:uuid:p-1"},
        "status": "finished",
    }
    deletion = {
        "request": {"method": "DELETE", "url": "Patient/old"},
        "response": {"lastModified": "2025-05-01T00:00:00Z"},
    }
    read = Read(
        tmp_path,
        json.dumps(
            _bundle(
                {
                    "fullUrl": "urn:uuid:p-1",
                    "resource": ANN,
                    "request": {"method": "PUT", "url": "Patient/ann"},
                },
                {"fullUrl": "urn:uuid:e-1", "resource": visit},
                deletion,
                {"request": {"method": "DELETE", "url": "Patient?identifier=x|1"}},
                {"search": {"mode": "outcome"}},
                kind="transaction",
            ),
            indent=1,
        ).encode(),
    )
    (encounter,) = read.rows("Encounter")
    assert (encounter["id"], encounter["patient_id"]) == ("e-1", "ann")
    assert [(row["id"], row["is_deleted"]) for row in read.rows("Patient")] == [
        ("ann", None),
        ("old", True),
    ]
    assert read.rows("Patient")[1]["last_updated"] == dt.datetime(2025, 5, 1, tzinfo=dt.UTC)
    assert read.reasons == [("resource", 1, "bad_entry"), ("resource", 2, "bad_entry")]


def test_large_bundle_is_read_in_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fhir_resources, "_HEAD_BYTES", 64)
    monkeypatch.setattr(fhir_resources, "_BLOCK_ENTRIES", 3)
    entries = [{"resource": {**BOB, "id": f"p{n}", "multipleBirthInteger": n}} for n in range(40)]
    read = Read(tmp_path, json.dumps(_bundle(*entries)).encode())
    assert read.ids() == [f"p{n}" for n in range(40)]


def test_lines_longer_than_a_block_are_read_up_to_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fhir_resources, "BLOCK_BYTES", 100)
    monkeypatch.setattr(fhir_resources, "MAX_RECORD_BYTES", 300)
    long = {**BOB, "text": {"div": "x" * 150}}
    too_long = {**BOB, "text": {"div": "x" * 900}}
    read = Read(tmp_path, _lines(ANN, long, too_long, {**ANN, "id": "last"}))
    assert read.ids() == ["ann", "bob", "last"]
    assert read.reasons == [("Patient", 3, "record_too_long")]


SECRET = "shared in confidence"


def test_note_text_is_kept_nowhere(tmp_path: Path) -> None:
    noted = {
        "resourceType": "Observation", "id": "o", "status": "final", "effectiveDateTime": "not a date",
        "text": {"status": "generated", "div": SECRET}, "note": [{"text": SECRET}], "valueString": SECRET,
        "code": {"text": SECRET}, "component": [{"valueString": SECRET}],
    }  # fmt: skip
    answered = {
        "resourceType": "QuestionnaireResponse", "id": "q",
        "item": [{"linkId": "1", "text": SECRET, "answer": [{"valueString": SECRET}]}],
    }  # fmt: skip
    document = {"resourceType": "DocumentReference", "id": "d", "description": SECRET}
    typed = {"resourceType": {"text": SECRET}, "id": "t"}
    cut = json.dumps({"resourceType": "Observation", "id": "c", "note": SECRET})[:-3].encode()
    fine = {**noted, "id": "fine", "effectiveDateTime": "2025-01-01"}
    content = _lines(noted, answered, document, typed, fine) + cut + b"\n"
    Read(tmp_path, content)
    files = [path for path in (tmp_path / "raw").rglob("*") if path.is_file()]
    kept = b"".join(path.read_bytes() for path in files)
    tables = [pl.read_parquet(path) for path in files if path.suffix == ".parquet"]
    shown = "".join(str(frame.rows()) for frame in tables)
    assert SECRET.encode() not in kept
    assert SECRET not in shown
    rejects = [f for f in tables if "line" in f.columns and f.height]
    lines = [json.loads(line) for frame in rejects for line in frame["line"]]
    assert {"resourceType": "Observation", "id": "c"} in lines
    assert any(line.get("effective_at") == "not a date" for line in lines)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.sampled_from(["ann", "cut", "log", "blank", "note"]), max_size=12),
    st.integers(30, 300),
)
def test_block_size_does_not_change_the_records(
    tmp_path_factory: pytest.TempPathFactory, kinds: list[str], size: int
) -> None:
    """Wherever blocks end, every record is loaded or rejected exactly once, in order."""
    texts = {
        "ann": json.dumps(ANN), "cut": '{"resourceType":"Patient","id":', "log": '{"exportId":"e"}', "blank": "  ",
        "note": json.dumps({**ANN, "text": {"div": "x" * 60}}),
    }  # fmt: skip
    expected = {
        "Patient": sum(kind in ("ann", "cut", "note") for kind in kinds),
        "resource": kinds.count("log"),
    }
    content = "\n".join(["{}", *(texts[kind] for kind in kinds)]).encode()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(fhir_resources, "BLOCK_BYTES", size)
        read = Read(tmp_path_factory.mktemp("fhir"), content)
    counts = {table: found[0] for table, found in read.counts.items()}
    assert counts.get("Patient", 0) == expected["Patient"]
    assert counts["resource"] == expected["resource"] + 1
    assert len(read.ids()) == kinds.count("ann") + kinds.count("note")


def test_record_numbers_are_correct_for_any_order_of_types(tmp_path: Path) -> None:
    mixed = [{**ANN, "id": f"p{n}"} for n in range(50)] + [
        {**MEMBER, "id": f"g{n}"} for n in range(50)
    ]
    random.Random(7).shuffle(mixed)
    read = Read(tmp_path, _lines(*mixed))
    assert read.ids() == [r["id"] for r in mixed if r["resourceType"] == "Patient"]
    assert [row["_source_row"] for row in read.rows("resource")] == list(range(1, 51))
