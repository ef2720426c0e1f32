"""Writes the supervisors' CSV files.

`outreach/outreach_list.csv`: one row per listed client with the most urgent open task.
`outreach/unmatched_discharge.csv`: one row per discharge that matches no client.

Each file has all rows of its export: privacy rules are applied there. Format: RFC 4180, UTF-8
without byte order mark, CRLF. SQL formats all types as text; text columns also pass through
`cells.safe_cell`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import TextIO
from zoneinfo import ZoneInfo

import duckdb

from publishing import list_file
from publishing.cells import safe_cell
from publishing.encryption import Recipient
from publishing.list_file import ListFile
from publishing.release import Release

PATH = "outreach/outreach_list.csv"

# Name and kind of every column, in file order (reference/release.md#outreach-list).
COLUMNS: tuple[tuple[str, str], ...] = (
    ("rank", "number"),
    ("client_id", "text"),
    ("client_name", "text"),
    ("birth_date", "date"),
    ("age_years", "number"),
    ("phone", "digits"),
    ("ok_to_leave_message", "boolean"),
    ("ok_to_text", "boolean"),
    ("language", "text"),
    ("interpreter_needed", "boolean"),
    ("care_manager_id", "text"),
    ("lane", "number"),
    ("lane_name", "text"),
    ("tier", "text"),
    ("risk_score", "number"),
    ("why_now_1", "text"),
    ("why_now_2", "text"),
    ("why_now_3", "text"),
    ("action_needed", "text"),
    ("due_at", "instant"),
    ("overdue_hours", "tenths"),
    ("event_facility", "text"),
    ("event_setting", "text"),
    ("discharge_disposition", "text"),
    ("last_contact_at", "instant"),
    ("last_contact_outcome", "text"),
    ("attempts_14d", "number"),
    ("last_kept_visit_date", "date"),
    ("next_appointment_at", "instant"),
    ("open_referral_count", "number"),
    ("phq9_first", "number"),
    ("phq9_latest", "number"),
    ("phq9_change", "number"),
    ("phq9_latest_date", "date"),
    ("phq9_item9", "number"),
    ("cssrs_level", "text"),
    ("safety_plan_on_file", "boolean"),
    ("barriers", "text"),
    ("consent_status", "text"),
    ("part2_notice", "text"),
    ("is_spillover", "boolean"),
    ("data_as_of", "instant"),
    ("worklist_group", "text"),
    ("contact_person", "text"),
    ("contact_note", "text"),
    ("covering_for_staff_id", "text"),
    ("next_step", "text"),
)
# `source` to `candidate_client_id` are columns of the sender identity_decisions, so that a row can
# be returned as a decision.
_UNMATCHED_COLUMNS: tuple[tuple[str, str], ...] = (
    ("rank", "number"),
    ("facility_name", "text"),
    ("setting", "text"),
    ("discharged_at", "instant"),
    ("due_at", "instant"),
    ("overdue_hours", "tenths"),
    ("event_id", "text"),
    ("visit_number", "text"),
    ("source", "text"),
    ("source_scope", "text"),
    ("source_client_id", "text"),
    ("candidate_client_id", "text"),
    ("candidate_reason_code", "text"),
    ("data_as_of", "instant"),
)


OUTREACH = ListFile(
    PATH, "exports.export_outreach", COLUMNS, "care_manager_id nulls last, rank, client_id"
)
UNMATCHED = ListFile(
    "outreach/unmatched_discharge.csv",
    "exports.export_unmatched_discharge",
    _UNMATCHED_COLUMNS,
    "rank",
)


def write(
    connection: duckdb.DuckDBPyConnection,
    release: Release,
    zone: ZoneInfo,
    supervisors: Recipient | None = None,
    spec: ListFile = OUTREACH,
) -> int:
    """Write a CSV file into the release.

    Args:
        connection: the warehouse.
        release: the open release.
        zone: the agency's time zone; times are written with its offset.
        supervisors: recipient of the file, which is then encrypted as `<name>.csv.age`; None writes
            plain CSV.
        spec: the file to write.

    Returns:
        Rows written.

    Raises:
        ReleaseError: a column is missing from the relation.
    """
    rows = list_file.rows(connection, zone, spec)
    return list_file.write(
        release, spec.path, supervisors, lambda file: _write_csv(file, rows, spec)
    )


def _write_csv(file: TextIO, rows: Iterable[list[str | None]], spec: ListFile) -> int:
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([name for name, _ in spec.columns])
    is_text = [kind == "text" for _, kind in spec.columns]
    count = 0
    for row in rows:
        writer.writerow(
            safe_cell(value) if guarded and value else value
            for value, guarded in zip(row, is_text, strict=True)
        )
        count += 1
    return count
