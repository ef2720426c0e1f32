"""Writes one workbook per care manager, and `unassigned.xlsx` for clients without a care manager.

`exports.export_outreach` and `exports.export_task` are each read once, ordered by owner, so that
only one owner's rows are in memory. The workbook property `created` is as_of, so that equal rows
give equal bytes. sheets.py writes the sheets.
"""

from __future__ import annotations

import io
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

import duckdb
from xlsxwriter import Workbook

from publishing import sent_back
from publishing.encryption import SUPERVISORS, Recipient
from publishing.release import Feed, Release, ReleaseError
from publishing.sent_back import SentBack
from publishing.sheets import SheetWriter
from publishing.wording import WorkbookInfo

UNASSIGNED = "unassigned"
_STAFF_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_ROWS_AT_ONCE = 2_000
_LARGE = 1_000  # from this many clients on, rows are written through a temporary file

# A staff member without clients today still gets back what could not be read.
_OWNERS = """
    with listed as (
        select care_manager_id, count(*) as clients, min(part2_notice) as notice
        from exports.export_outreach
        group by care_manager_id
    ),
    sent as (
        select staff_id, max(look_count) as look_count from exports.export_return
        where look_count > 0 or refusal_reason_code is not null
        group by staff_id
    )
    select coalesce(care_manager_id, staff_id) as owner, coalesce(clients, 0), notice
    from listed
    full join sent on care_manager_id is not distinct from staff_id
    order by owner nulls last
"""
_LISTED_CLIENTS = """
    select
        listed.care_manager_id, listed.rank, listed.client_id, listed.client_name, listed.birth_date,
        listed.age_years, listed.phone, listed.ok_to_leave_message, listed.ok_to_text,
        listed.language, listed.interpreter_needed, listed.lane, listed.lane_name, listed.tier,
        listed.why_now_1, listed.why_now_2, listed.why_now_3, listed.action_needed,
        timezone($zone, listed.due_at) as due_at, listed.overdue_hours, listed.event_facility,
        listed.event_setting, listed.discharge_disposition,
        timezone($zone, listed.last_contact_at) as last_contact_at, listed.last_contact_outcome,
        listed.attempts_14d, listed.last_kept_visit_date,
        timezone($zone, listed.next_appointment_at) as next_appointment_at,
        listed.open_referral_count, listed.phq9_first, listed.phq9_latest, listed.phq9_change,
        listed.phq9_latest_date, listed.phq9_item9, listed.cssrs_level, listed.safety_plan_on_file,
        listed.barriers, listed.part2_notice, listed.is_spillover, task.task_key
    from exports.export_outreach as listed
    left join exports.export_task as task
        on listed.client_id = task.client_id and task.is_primary
    order by listed.care_manager_id nulls last, listed.rank, listed.client_id
"""
_OTHER_TASKS = """
    select
        care_manager_id, rank, client_id, client_name, phone, ok_to_leave_message, ok_to_text,
        lane_name, task_key, why_now, action_needed, timezone($zone, opened_at) as opened_at,
        timezone($zone, due_at) as due_at, overdue_hours
    from exports.export_task
    where not is_primary
    order by care_manager_id nulls last, rank, client_id, lane, due_at, task_key
"""


def write(
    connection: duckdb.DuckDBPyConnection,
    release: Release,
    zone: ZoneInfo,
    feeds: Iterable[Feed] = (),
    recipients: Mapping[str, Recipient] | None = None,
    return_folder: str | None = None,
) -> int:
    """Write all workbooks into the release.

    Args:
        connection: the warehouse.
        release: the open release.
        zone: the agency's time zone, in which due times are shown.
        feeds: freshness of the senders; a late one puts a banner on every sheet.
        recipients: by staff_id, and `supervisors` for unassigned clients; with a key the file is
            `<staff_id>.xlsx.age`.
        return_folder: where workbooks are returned, for the instructions; None if there is none.

    Returns:
        Number of clients in all workbooks.

    Raises:
        ReleaseError: a care_manager_id is not a valid file name.
    """
    owners = connection.execute(_OWNERS).fetchall()
    _check_file_names([owner for owner, _, _ in owners if owner is not None])
    as_of = release.as_of.astimezone(zone)
    freshness = tuple(feeds)
    keys = recipients or {}
    listed = _OwnerRows(connection, _LISTED_CLIENTS, zone)
    others = _OwnerRows(connection, _OTHER_TASKS, zone)
    returned = sent_back.read(connection, zone)
    for owner, clients, notice in owners:
        info = WorkbookInfo(owner, clients, as_of, freshness, notice, return_folder)
        recipient = keys.get(SUPERVISORS if owner is None else owner)
        relative = f"outreach/{owner or UNASSIGNED}.xlsx"
        if recipient is None:
            _write_workbook(
                release.file(relative), info, listed, others, release, returned.get(owner)
            )
            release.add(relative, clients)
            continue
        relative += ".age"
        with _unencrypted_buffer(clients, release.directory) as plain:
            _write_workbook(plain, info, listed, others, release, returned.get(owner))
            plain.seek(0)
            content_hash = recipient.content_hash(plain)
            plain.seek(0)
            with release.file(relative).open("wb") as encrypted:
                recipient.encrypt_stream(plain, encrypted)
        release.add(relative, clients, content_hash=content_hash)
    return sum(clients for _, clients, _ in owners)


class _OwnerRows:
    """Rows of a query, one owner at a time, in owner order."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, query: str, zone: ZoneInfo) -> None:
        # A separate cursor, because both relations are read in parallel.
        self._cursor = connection.cursor()
        self._cursor.execute(query, {"zone": zone.key})
        self._names = [column[0] for column in self._cursor.description or ()]
        self._rows = self._read()
        self._next = next(self._rows, None)

    def _read(self) -> Iterator[tuple[Any, ...]]:
        while chunk := self._cursor.fetchmany(_ROWS_AT_ONCE):
            yield from chunk

    def rows_of(self, owner: str | None) -> Iterator[dict[str, Any]]:
        """Yield the owner's rows. Call it in owner order; rows of owners in between are skipped."""
        while self._next is not None and _sorts_before(self._next[0], owner):
            self._next = next(self._rows, None)
        while self._next is not None and self._next[0] == owner:
            yield dict(zip(self._names, self._next, strict=True))
            self._next = next(self._rows, None)


def _sorts_before(one: str | None, other: str | None) -> bool:
    if one is None or other is None:
        return one is not None
    return one.encode() < other.encode()


def _write_workbook(
    target: Path | BinaryIO,
    info: WorkbookInfo,
    listed: _OwnerRows,
    others: _OwnerRows,
    release: Release,
    returned: SentBack | None,
) -> None:
    # The temporary files of a large workbook have names, which a killed run would leave behind. A
    # workbook that will be encrypted (no Path) is written in memory at any size.
    large = info.clients >= _LARGE and isinstance(target, Path)
    book = Workbook(
        str(target) if isinstance(target, Path) else target,
        {
            "constant_memory": large,
            "in_memory": not large,
            "tmpdir": str(release.directory),
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties({"title": "Outreach list", "created": _utc_wall_time(info.as_of)})
    sheets = SheetWriter(book, info)
    sheets.today(listed.rows_of(info.owner))
    sheets.open_tasks(others.rows_of(info.owner))
    sent_back.write(book, returned, info.owner, info.as_of)
    sheets.huddle()
    sheets.instructions()
    book.close()


def _utc_wall_time(as_of: datetime) -> datetime:
    return as_of.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)


def _unencrypted_buffer(clients: int, directory: Path) -> BinaryIO:
    # Unnamed in both cases: a killed run leaves no plain copy.
    return tempfile.TemporaryFile(dir=directory) if clients >= _LARGE else io.BytesIO()


def _check_file_names(owners: list[str]) -> None:
    wrong = [name for name in owners if not _STAFF_ID.fullmatch(name) or name in (".", "..")]
    if wrong:
        # The message omits the value: it may be a person's name in the wrong column.
        raise ReleaseError(
            f"{len(wrong)} values of care_manager_id in exports.export_outreach are not valid file names: expected"
            " 1 to 64 letters, digits, dots, underscores or hyphens (and not '.' or '..'). Correct staff_id in"
            " feed ehr, tables staff and assignment, and deliver them again"
        )
    if UNASSIGNED in owners:
        raise ReleaseError(
            f"staff_id {UNASSIGNED!r} is reserved for the workbook of unassigned clients: use another staff_id in"
            " feed ehr"
        )
