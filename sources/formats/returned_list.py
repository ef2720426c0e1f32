"""Converts a workbook returned by a care manager or supervisor to CSV, whatever program saved it.

Excel (.xlsx, .xlsm, .xlsb, .xls), OpenDocument (.ods) and text saved from either. Must not be here:
value checks; the delimited reader applies them to the CSV. A sheet has titles above its header and
names of its own for columns (returned_header.py); a row without an entry is not a record. Every
sheet that is a list of a table of the contract is read, and only the contract's columns.

Nothing is lost: what a row lacks is taken from the workbook (the client from the task's other rows
or from the client's name cell, the staff member from the other rows), and every row with an entry
is also written as it was typed, table `returned_row`.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from sources.archive import check_members, refuse_damaged_archive
from sources.contract import Table
from sources.formats.returned_cells import is_time, read_cell
from sources.formats.returned_header import ListSheet, Row, find_list
from sources.reasons import FileRefusedError

AS_TYPED = "returned_row"  # the table of the rows as they were typed
_CLIENT, _TASK, _STAFF = "client_id", "task_key", "staff_id"
_DECIDED_BY = "decided_by"
_SAME_TIME = "same_time_number"
_EVENT = "event_at"
# A caseload's workbook is well below 1 MB unpacked.
_MAX_UNPACKED_BYTES = 64 << 20
_ZIP, _COMPOUND = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_DELIMITERS = (",", ";", "\t")

# Excel's date serial numbers count from one of two days.
_EPOCH_1900 = dt.date(1899, 12, 30)
_EPOCH_1904 = dt.date(1904, 1, 1)
_IS_1904 = re.compile(rb'date1904="(?:1|true)"')
_STAFF_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(frozen=True)
class ReturnedLists:
    """The lists of a returned workbook.

    Attributes:
        files: the CSV file of each table that has a list in the workbook, and of `returned_row`.
        staff_id: the staff member whose workbook it is, if its rows name only one.
    """

    files: dict[str, Path]
    staff_id: str | None


def read_returned_lists(
    path: Path, tables: Sequence[Table], out: Path, batch_id: str
) -> ReturnedLists:
    """Write the rows with an entry as CSV, one file per table, with the contract's column names.

    Args:
        path: the returned workbook or text file.
        tables: the contract's tables; the CSV columns and their types are theirs.
        out: the files are named `<out>.<table>.csv`. The columns `sheet` and `sheet_row`, where a
            table has them, say where each row was.
        batch_id: identifies the workbook in `returned_row.row_id`.

    Raises:
        FileRefusedError: not_a_workbook, not_a_csv, header_missing_column, archive_unsafe.
    """
    with path.open("rb") as file:
        start = file.read(len(_ZIP))
    if start in (_ZIP, _COMPOUND):
        epoch = _epoch(path) if start == _ZIP else _EPOCH_1900
        lists = _lists(_workbook_sheets(path), tables)
    else:
        epoch = _EPOCH_1900
        lists = next(
            (found for mark in _DELIMITERS if (found := _lists(_text_sheets(path, mark), tables))),
            [],
        )
    if not lists:
        raise FileRefusedError(
            "header_missing_column", f"no sheet has a header with {_CLIENT} and outcome"
        )
    return _Workbook(lists, tables, epoch, batch_id).write(out)


def is_saved_list(path: Path, table: Table) -> bool:
    """Whether a CSV file is a list saved from a workbook, and not a feed with the contract's header.

    A feed begins with a header that names every required column, and has no column `Client`.
    """
    with path.open("rb") as file:
        start = file.readline(1 << 16)
    if start.startswith(_UTF16_MARKS):
        return True  # a spreadsheet's `Unicode Text`
    line = start.decode("utf-8-sig", "replace")
    try:
        fields = {field.strip().casefold() for field in next(csv.reader([line]), [])}
    except csv.Error:
        return False  # the delimited reader refuses the file with the reason
    required = {column.name for column in table.columns if column.is_required}
    return "client" in fields or not required <= fields


class _Workbook:
    """The lists of one workbook, and what its rows know of each other."""

    def __init__(
        self, lists: list[ListSheet], tables: Sequence[Table], epoch: dt.date, batch_id: str
    ) -> None:
        self.lists, self.epoch, self.batch_id = lists, epoch, batch_id
        self.tables = {table.name: table for table in tables}
        rows = [found.texts(row) for found in lists for _, row in found.rows]
        self.client_of_task = {
            row[_TASK]: row[_CLIENT] for row in rows if row.get(_TASK) and row.get(_CLIENT)
        }
        staff = {row.get(name, "") for row in rows for name in (_STAFF, _DECIDED_BY)} - {""}
        self.staff_id = staff.pop() if len(staff) == 1 else None

    def write(self, out: Path) -> ReturnedLists:
        """Write the files of `read_returned_lists`."""
        entries: dict[str, list[dict[str, str]]] = {}
        as_typed: list[dict[str, str]] = []
        times: Counter[tuple[str, ...]] = Counter()
        for found in self.lists:
            of_table = entries.setdefault(found.table.name, [])
            for number, row in found.rows:
                typed = found.texts(row)
                if not typed[found.entry]:
                    continue
                entry = self._entry(found, typed, row)
                entry |= {"sheet": found.sheet, "sheet_row": str(number)}
                at = tuple(entry.get(name, "") for name in (_CLIENT, _STAFF, "contacted_at"))
                times[at] += 1
                if times[at] > 1:
                    entry[_SAME_TIME] = str(times[at])
                of_table.append(entry)
                as_typed.append(
                    {name: entry.get(name, "") for name in (_STAFF, _CLIENT, _TASK)}
                    | {"staff_id": entry.get(_STAFF) or entry.get(_DECIDED_BY, "")}
                    | {"row_id": f"{self.batch_id}:{len(as_typed) + 1}"}
                    | {"list_table": found.table.name, "list_row": str(len(of_table))}
                    | {"sheet": found.sheet, "sheet_row": str(number)}
                    | {"typed_cells": json.dumps(typed, ensure_ascii=False, sort_keys=True)}
                )
        if AS_TYPED in self.tables:
            entries[AS_TYPED] = as_typed
        is_id = self.staff_id is not None and _STAFF_ID.fullmatch(self.staff_id)
        return ReturnedLists(
            {name: _write_csv(out, self.tables[name], rows) for name, rows in entries.items()},
            self.staff_id if is_id else None,
        )

    def _entry(self, found: ListSheet, typed: dict[str, str], row: Row) -> dict[str, str]:
        """A row's values for the contract: cells in its notation, and what the row leaves out."""
        entry = {
            name: read_cell(text, found.column(name), self.epoch) for name, text in typed.items()
        }
        if not is_time(entry.get(_EVENT, "")):
            entry.pop(_EVENT, None)  # hidden, so no one could correct it
        names = {column.name for column in found.table.columns}
        if _CLIENT in names and not entry.get(_CLIENT):
            entry[_CLIENT] = self.client_of_task.get(entry.get(_TASK, "")) or found.named_client(
                row
            )
        for name in {_STAFF, _DECIDED_BY} & names:
            entry[name] = entry.get(name) or self.staff_id or ""
        defaults = {c.name: c.if_empty for c in found.table.columns if c.if_empty is not None}
        return entry | {name: entry.get(name) or text for name, text in defaults.items()}


def _lists(sheets: Iterator[tuple[str, list[Row]]], tables: Sequence[Table]) -> list[ListSheet]:
    return [
        found
        for name, rows in sheets
        for table in tables
        if table.list is not None and (found := find_list(name, rows, table)) is not None
    ]


def _write_csv(out: Path, table: Table, entries: list[dict[str, str]]) -> Path:
    target = out.with_name(f"{out.name}.{table.name}.csv")
    names = [column.name for column in table.columns]
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([entry.get(name, "") for name in names] for entry in entries)
    return target


def _epoch(path: Path) -> dt.date:
    """The day that Excel's serial numbers count from; checks the archive before it is unpacked."""
    try:
        with refuse_damaged_archive(), zipfile.ZipFile(path) as archive:
            # Only the unpacked size matters, not the compression ratio.
            check_members(archive.infolist(), 0, _MAX_UNPACKED_BYTES)
            is_excel = "xl/workbook.xml" in archive.namelist()
            is_1904 = is_excel and _IS_1904.search(archive.read("xl/workbook.xml"))
            return _EPOCH_1904 if is_1904 else _EPOCH_1900
    except FileRefusedError as error:
        if error.code in ("archive_truncated", "archive_corrupt"):
            raise _unreadable() from error
        raise


def _workbook_sheets(path: Path) -> Iterator[tuple[str, list[Row]]]:
    try:
        book = CalamineWorkbook.from_path(path)
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            yield name, [[_text(value) for value in row] for row in sheet.iter_rows()]
    except PasswordError as error:
        raise FileRefusedError(
            "not_a_workbook", "the workbook has a password: save it without one"
        ) from error
    except CalamineError as error:
        raise _unreadable() from error


def _unreadable() -> FileRefusedError:
    return FileRefusedError("not_a_workbook", "the file is not readable as a workbook")


def _text(value: object) -> str:
    """A cell as text; dates and times as ISO 8601, rounded to the second."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        return (value + dt.timedelta(microseconds=500_000)).replace(microsecond=0).isoformat()
    return value.isoformat() if isinstance(value, dt.date) else str(value).strip()


def _text_sheets(path: Path, delimiter: str) -> Iterator[tuple[str, list[Row]]]:
    content = path.read_bytes()
    try:
        # Excel's `Unicode Text` is UTF-16, its `CSV (Comma delimited)` the Windows code page.
        is_utf16 = content.startswith(_UTF16_MARKS)
        text = content.decode("utf-16" if is_utf16 else "utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        yield "", [[field.strip() for field in fields] for fields in rows]
    except csv.Error as error:
        raise FileRefusedError("not_a_csv", f"not readable as CSV: {error}") from error
