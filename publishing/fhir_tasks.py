"""Writes the open tasks of the lists as FHIR R4 Tasks, for record systems (off by default).

`outreach/fhir_task.ndjson`: one resource per line (NDJSON, UTF-8, LF), in the order of the lists.
`exports.export_fhir_task` has the meaning of every element; this module only gives it the form of
https://hl7.org/fhir/R4/task.html. Clients and staff are identifiers without names. No narrative.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, TextIO
from zoneinfo import ZoneInfo

import duckdb

from publishing import list_file
from publishing.encryption import RECORD_SYSTEM, SUPERVISORS, Recipient
from publishing.list_file import ListFile
from publishing.release import Release

PATH = "outreach/fhir_task.ndjson"
RELATION = "exports.export_fhir_task"
# Systems of our identifiers and codes (reference/release.md#fhir-tasks).
TASK, CLIENT, STAFF = "urn:caseload:task", "urn:caseload:client", "urn:caseload:staff"
TASK_TYPE, LANE = "urn:caseload:task-type", "urn:caseload:lane"
# Security label of Part 2 information, as in the feed ehr_fhir (rules/privacy.md#part-2-labels).
_PART2_LABEL = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode",
    "code": "42CFRPart2",
}
# Name and kind of the columns that become elements.
_COLUMNS: tuple[tuple[str, str], ...] = (
    ("task_key", "text"),
    ("status", "text"),
    ("intent", "text"),
    ("priority", "text"),
    ("task_type", "text"),
    ("lane", "number"),
    ("lane_name", "text"),
    ("action_needed", "text"),
    ("client_id", "text"),
    ("authored_at", "instant"),
    ("owner_staff_id", "text"),
    ("why_now", "text"),
    ("part2_notice", "text"),
    ("due_at", "instant"),
    ("data_as_of", "instant"),
    ("is_part2", "boolean"),
)
_TASKS = ListFile(
    PATH, RELATION, _COLUMNS, "owner_staff_id nulls last, rank, is_primary desc, task_key"
)


def write(
    connection: duckdb.DuckDBPyConnection,
    release: Release,
    zone: ZoneInfo,
    recipients: dict[str, Recipient],
) -> int:
    """Write the tasks into the release.

    Args:
        connection: the warehouse.
        release: the open release.
        zone: the agency's time zone; times are written with its offset.
        recipients: keys by recipient. The file is encrypted for `record_system`, without such a key
            for the supervisors, without both it is plain.

    Returns:
        Tasks written.

    Raises:
        ReleaseError: a column is missing from the relation.
    """
    recipient = recipients.get(RECORD_SYSTEM) or recipients.get(SUPERVISORS)
    rows = list_file.rows(connection, zone, _TASKS)
    return list_file.write(release, PATH, recipient, lambda file: _write_lines(file, rows))


def _write_lines(file: TextIO, rows: Iterable[list[str | None]]) -> int:
    names = [name for name, _ in _COLUMNS]
    count = 0
    for values in rows:
        row = dict(zip(names, values, strict=True))
        file.write(json.dumps(_resource(row), ensure_ascii=False, separators=(",", ":")) + "\n")
        count += 1
    return count


def _resource(row: dict[str, str | None]) -> dict[str, Any]:
    """Return the resource of a row, with the elements in the standard's order."""
    elements = {
        "resourceType": "Task",
        "id": row["task_key"],
        "meta": {"security": [_PART2_LABEL]} if row["is_part2"] == "true" else None,
        "identifier": [{"system": TASK, "value": row["task_key"]}],
        "status": row["status"],
        "intent": row["intent"],
        "priority": row["priority"],
        "code": {
            "coding": [
                {"system": TASK_TYPE, "code": row["task_type"]},
                {"system": LANE, "code": row["lane"], "display": row["lane_name"]},
            ],
            "text": row["lane_name"],
        },
        "description": row["action_needed"],
        "for": _reference("Patient", CLIENT, row["client_id"]),
        "authoredOn": row["authored_at"],
        "lastModified": row["data_as_of"],
        "owner": _reference("Practitioner", STAFF, row["owner_staff_id"]),
        "reasonCode": {"text": row["why_now"]},
        "note": [{"text": row["part2_notice"]}] if row["part2_notice"] else None,
        "restriction": {"period": {"end": row["due_at"]}},
    }
    return {name: value for name, value in elements.items() if value is not None}


def _reference(resource_type: str, system: str, value: str | None) -> dict[str, Any] | None:
    """Return a reference by identifier: the receiver knows the resource under its own id."""
    if value is None:
        return None
    return {"type": resource_type, "identifier": {"system": system, "value": value}}
