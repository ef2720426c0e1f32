"""Writes one workbook per care manager, and `unassigned.xlsx` for clients without a care manager.

Every care manager with clients gets one, with or without a task today. The workbook property
`created` is as_of, so that equal rows give equal bytes. workbook_rows.py selects the rows; each
sheet has a module of its own.
"""

from __future__ import annotations

import io
import re
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import BinaryIO
from zoneinfo import ZoneInfo

import duckdb
from xlsxwriter import Workbook

from publishing import sent_back, workbook_rows
from publishing.caseload_sheets import colleagues_range, write_caseload, write_more_calls
from publishing.encryption import SUPERVISORS, Recipient
from publishing.help_sheet import write_help
from publishing.layout import NAMES
from publishing.release import Feed, Release, ReleaseError
from publishing.sent_back import SentBack
from publishing.sheets import SheetWriter
from publishing.today_sheet import write_today
from publishing.wording import Cover, WorkbookInfo
from publishing.workbook_rows import OwnerRows

UNASSIGNED = "unassigned"
_SHEETS_BEFORE = ("Today", "My caseload", "Case review", "More calls")
_SHEETS_AFTER = ("Changes", "Print", "Help", NAMES)
_STAFF_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_LARGE = 1_000  # from this many clients on, rows are written through a temporary file


@dataclass(frozen=True)
class _Rows:
    """The rows of all workbooks, in owner order."""

    listed: OwnerRows
    caseload: OwnerRows
    changes: OwnerRows
    returned: Mapping[str | None, SentBack]


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
        zone: the agency's time zone, in which times are shown.
        feeds: freshness of the senders; a late one puts a banner on every list.
        recipients: by staff_id, and `supervisors` for unassigned clients; with a key the file is
            `<staff_id>.xlsx.age`.
        return_folder: where workbooks are returned, for the help; None if there is none.

    Returns:
        Number of listed clients in all workbooks.

    Raises:
        ReleaseError: a care_manager_id is not a valid file name.
    """
    as_of = release.as_of.astimezone(zone)
    returned = sent_back.read(connection, zone)
    infos = [
        replace(info, returned=_summary(returned.get(info.owner), as_of.year))
        for info in _infos(connection, as_of, tuple(feeds), return_folder)
    ]
    _check_file_names([info.owner for info in infos if info.owner is not None])
    keys = recipients or {}
    rows = _Rows(
        OwnerRows(connection, workbook_rows.LISTED_CLIENTS, zone),
        OwnerRows(connection, workbook_rows.CASELOAD_CLIENTS, zone),
        OwnerRows(connection, workbook_rows.CHANGES, zone),
        returned,
    )
    for info in infos:
        recipient = keys.get(SUPERVISORS if info.owner is None else info.owner)
        relative = f"outreach/{info.owner or UNASSIGNED}.xlsx"
        if recipient is None:
            _write_workbook(release.file(relative), info, rows, release)
            release.add(relative, info.clients)
            continue
        relative += ".age"
        with _unencrypted_buffer(info, release.directory) as plain:
            _write_workbook(plain, info, rows, release)
            plain.seek(0)
            content_hash = recipient.content_hash(plain)
            plain.seek(0)
            with release.file(relative).open("wb") as encrypted:
                recipient.encrypt_stream(plain, encrypted)
        release.add(relative, info.clients, content_hash=content_hash)
    return sum(info.clients for info in infos)


def _infos(
    connection: duckdb.DuckDBPyConnection,
    as_of: datetime,
    feeds: tuple[Feed, ...],
    return_folder: str | None,
) -> list[WorkbookInfo]:
    """Context of every workbook, in the order of the owners."""
    colleagues = tuple(name for (name,) in connection.execute(workbook_rows.COLLEAGUES).fetchall())
    listed = connection.execute(workbook_rows.GROUPS).fetchall()
    groups = {
        owner: {group: count for _, group, count, _ in rows}
        for owner, rows in groupby(listed, key=lambda row: row[0])
    }
    notices = {owner: notice for owner, _, _, notice in listed if notice}
    covered = connection.execute(workbook_rows.COVERS).fetchall()
    covers = {
        owner: tuple(Cover(name, until, clients) for _, name, until, clients in rows)
        for owner, rows in groupby(covered, key=lambda row: row[0])
    }
    return [
        WorkbookInfo(
            owner=owner,
            owner_name=name,
            groups=groups.get(owner, {}),
            caseload=caseload,
            as_of=as_of,
            feeds=feeds,
            notice=notices.get(owner),
            covers=covers.get(owner, ()),
            colleagues=colleagues,
            return_folder=return_folder,
        )
        for owner, caseload, name in connection.execute(workbook_rows.OWNERS).fetchall()
    ]


def _write_workbook(
    target: Path | BinaryIO, info: WorkbookInfo, rows: _Rows, release: Release
) -> None:
    # The temporary files of a large workbook have names, which a killed run would leave behind. A
    # workbook that will be encrypted (no Path) is written in memory at any size.
    large = _is_large(info) and isinstance(target, Path)
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
    writer = SheetWriter(book, info)
    # The order of the sheets; their rows are written later, Today and Print side by side.
    for name in _SHEETS_BEFORE:
        book.add_worksheet(name)
    sent_back.write(book, rows.returned.get(info.owner), info.owner, info.as_of)
    for name in _SHEETS_AFTER:
        book.add_worksheet(name)
    write_today(writer, rows.listed.rows_of(info.owner), colleagues_range(writer))
    consents = write_caseload(
        writer, rows.caseload.rows_of(info.owner), rows.changes.rows_of(info.owner)
    )
    write_more_calls(writer)
    write_help(writer, consents)
    book.close()


def _summary(returned: SentBack | None, year: int) -> str:
    """The outcome of the last returned workbook, for the lines above the lists."""
    if returned is None:
        return ""
    where = f" (sheet {sent_back.SHEET})" if returned.look else ""
    return sent_back.summary(returned, year) + where


def _is_large(info: WorkbookInfo) -> bool:
    return max(info.clients, info.caseload) >= _LARGE


def _utc_wall_time(as_of: datetime) -> datetime:
    return as_of.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)


def _unencrypted_buffer(info: WorkbookInfo, directory: Path) -> BinaryIO:
    # Unnamed in both cases: a killed run leaves no plain copy.
    return tempfile.TemporaryFile(dir=directory) if _is_large(info) else io.BytesIO()


def _check_file_names(owners: list[str]) -> None:
    wrong = [name for name in owners if not _STAFF_ID.fullmatch(name) or name in (".", "..")]
    if wrong:
        # The message omits the value: it may be a person's name in the wrong column.
        raise ReleaseError(
            f"{len(wrong)} values of care_manager_id in exports.export_workbook_client are not valid file names:"
            " expected 1 to 64 letters, digits, dots, underscores or hyphens (and not '.' or '..'). Correct staff_id in"
            " feed ehr, tables staff and assignment, and deliver them again"
        )
    if UNASSIGNED in owners:
        raise ReleaseError(
            f"staff_id {UNASSIGNED!r} is reserved for the workbook of unassigned clients: use another staff_id in"
            " feed ehr"
        )
