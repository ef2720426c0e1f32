"""FHIR R4 Tasks of the lists: elements, validity, privacy, equal bytes, encryption."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import duckdb
import pyrage
import pytest
from sample_exports import AS_OF, NOTICE, ZONE, make_exports

from publishing import disclosures, fhir_tasks
from publishing.encryption import parse_recipients
from publishing.release import Release, ReleaseError
from tests.fhir_r4 import InvalidTaskError, validated_task


def _content(
    connection: duckdb.DuckDBPyConnection,
    published: Path,
    keys: dict[str, str] | None = None,
) -> bytes:
    with Release(published, AS_OF) as release:
        fhir_tasks.write(connection, release, ZONE, parse_recipients(dict(keys or {})))
        (path,) = (path for path in release.directory.rglob("*") if path.is_file())
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert path.name == ("fhir_task.ndjson.age" if keys else "fhir_task.ndjson")
        return path.read_bytes()


@pytest.fixture
def resources(exports: duckdb.DuckDBPyConnection, tmp_path: Path) -> list[dict[str, Any]]:
    lines = _content(exports, tmp_path).decode().splitlines()
    return [json.loads(line) for line in lines]


def test_every_open_task_is_a_valid_r4_task(resources: list[dict[str, Any]]) -> None:
    assert len(resources) == 8
    for resource in resources:
        assert validated_task(resource).id == resource["identifier"][0]["value"]


@pytest.mark.parametrize(
    "broken",
    [
        {"status": None},
        {"intent": None},
        {"status": "open"},
        {"intent": "command"},
        {"priority": "high"},
        {"authoredOn": "2026-06-30 12:00"},
        {"lastModified": "2020-01-01T00:00:00-05:00"},
        {"id": "a b"},
        {"restriction": {"end": "2026-06-30"}},
        {"for": "Patient/1"},
        {"reasonCode": [{"text": "a list in R5 only"}]},
        {"due": "2026-06-30"},
    ],
)
def test_the_validator_refuses_a_broken_task(
    broken: dict[str, Any], resources: list[dict[str, Any]]
) -> None:
    changed = {k: v for k, v in {**resources[0], **broken}.items() if v is not None}
    with pytest.raises(InvalidTaskError):
        validated_task(changed)


def test_elements_of_a_task(resources: list[dict[str, Any]]) -> None:
    (task,) = (resource for resource in resources if resource["id"] == "tC10")
    assert list(task) == [
        "resourceType", "id", "identifier", "status", "intent", "priority", "code", "description",
        "for", "authoredOn", "lastModified", "owner", "reasonCode", "restriction",
    ]  # fmt: skip
    assert task == {
        "resourceType": "Task",
        "id": "tC10",
        "identifier": [{"system": "urn:caseload:task", "value": "tC10"}],
        "status": "ready",
        "intent": "plan",
        "priority": "asap",
        "code": {
            "coding": [
                {"system": "urn:caseload:task-type", "code": "discharge_inpatient"},
                {
                    "system": "urn:caseload:lane",
                    "code": "1",
                    "display": "Discharge: call within 24 hours",
                },
            ],
            "text": "Discharge: call within 24 hours",
        },
        "description": "Call",
        "for": {
            "type": "Patient",
            "identifier": {"system": "urn:caseload:client", "value": "C1"},
        },
        "authoredOn": "2026-06-28T08:00:00-04:00",
        "lastModified": "2026-06-29T23:59:59-04:00",
        "owner": {
            "type": "Practitioner",
            "identifier": {"system": "urn:caseload:staff", "value": "cm.1"},
        },
        "reasonCode": {"text": "Discharged yesterday, not yet reached"},
        "restriction": {"period": {"end": "2026-06-29T08:00:00-04:00"}},
    }


def test_tasks_follow_the_order_of_the_lists(resources: list[dict[str, Any]]) -> None:
    # Care managers in byte order, unassigned clients last, the row's task before the others.
    assert [resource["id"] for resource in resources] == [
        "tC30", "tC31", "tC10", "tC11", "tC20", "tC21", "tC40", "tC41",
    ]  # fmt: skip


def test_task_of_a_client_without_an_owner_is_requested(resources: list[dict[str, Any]]) -> None:
    unassigned = [r for r in resources if r["for"]["identifier"]["value"] == "C4"]
    assert [r["status"] for r in unassigned] == ["requested", "requested"]
    assert not any("owner" in r for r in unassigned)


def test_only_tasks_with_part_2_records_have_the_label_and_the_notice(
    resources: list[dict[str, Any]],
) -> None:
    label = {
        "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode",
        "code": "42CFRPart2",
    }
    for resource in resources:
        if resource["for"]["identifier"]["value"] == "C2":
            assert resource["meta"] == {"security": [label]}
            assert resource["note"] == [{"text": NOTICE}]
        else:
            assert "meta" not in resource
            assert "note" not in resource


def test_no_name_number_or_score_of_a_client_is_in_the_file(
    exports: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    text = _content(exports, tmp_path).decode()
    for hidden in (
        "Rivera",
        "Ngũgĩ",
        "HYPERLINK",
        "5185550100",
        "1980-02-29",
        "PHQ-9 of 21",
        "div",
    ):
        assert hidden not in text


def test_a_text_with_line_ends_stays_one_resource(
    exports: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    reason = 'Left "Oak\nHouse" \u2028 Ngũgĩ\\'
    exports.execute("update exports.export_fhir_task set why_now = ?", [reason])
    lines = _content(exports, tmp_path).decode().removesuffix("\n").split("\n")
    assert [json.loads(line)["reasonCode"]["text"] for line in lines] == [reason] * 8


def test_equal_exports_give_equal_bytes(exports: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    first = _content(exports, tmp_path)
    exports.execute(
        "create or replace table exports.export_fhir_task as"
        " select * from exports.export_fhir_task order by task_key desc"
    )
    exports.execute("set TimeZone = 'Asia/Kathmandu'")
    assert _content(exports, tmp_path) == first


def test_lists_without_tasks_give_an_empty_file_that_is_logged(tmp_path: Path) -> None:
    connection = make_exports(duckdb.connect(), ())
    connection.execute(
        "create table exports.export_disclosure as select '' as file_name, '' as recipient,"
        " '' as client_id, '' as column_class, false as is_part2, '' as consent_id, '' as purpose"
    )
    with Release(tmp_path, AS_OF) as release:
        assert fhir_tasks.write(connection, release, ZONE, {}) == 0
        (row,) = disclosures.read(connection, release)
    assert (row.file, row.recipient, row.client_id, row.columns) == (
        "outreach/fhir_task.ndjson", "record_system", None, "fhir_task",
    )  # fmt: skip


def test_a_missing_column_is_reported(exports: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    exports.execute("alter table exports.export_fhir_task drop column priority")
    with pytest.raises(ReleaseError, match="export_fhir_task has no column priority"):
        _content(exports, tmp_path)


@pytest.mark.parametrize("recipients", [("record_system", "supervisors"), ("supervisors",)])
def test_the_record_systems_key_encrypts_before_the_supervisors(
    recipients: tuple[str, ...], exports: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    plain = _content(exports, tmp_path / "plain")
    identities = {name: pyrage.x25519.Identity.generate() for name in recipients}
    keys = {name: str(identity.to_public()) for name, identity in identities.items()}
    encrypted = _content(exports, tmp_path, keys)
    assert pyrage.decrypt(encrypted, [identities[recipients[0]]]) == plain
    for other in recipients[1:]:
        with pytest.raises(pyrage.DecryptError):
            pyrage.decrypt(encrypted, [identities[other]])


def test_times_keep_the_agencys_offset_around_a_clock_change(
    exports: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    exports.execute(
        "update exports.export_fhir_task set authored_at = timestamptz '2026-03-08 06:59:00+00',"
        " due_at = timestamptz '2026-03-08 07:01:00+00'"
    )
    for line in _content(exports, tmp_path).decode().splitlines():
        task = json.loads(line)
        assert task["authoredOn"] == "2026-03-08T01:59:00-05:00"
        assert task["restriction"]["period"]["end"] == "2026-03-08T03:01:00-04:00"
