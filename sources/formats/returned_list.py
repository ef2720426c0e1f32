"""Converts an outreach list returned by a care manager to CSV, whatever program saved it.

Excel (.xlsx, .xls), OpenDocument (.ods) and CSV saved from either. Must not be here: value checks;
the delimited reader applies them to the CSV. A list has titles above its header, names of its own
for columns, and one row per client; a row without an outcome is not a contact. Every sheet with a
client and an outcome column is read, and only the contract's columns.

Dates and times become ISO 8601. Typed texts are read in the US order: `6/30/2026 10:15 AM`.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from sources.archive import check_members, refuse_damaged_archive
from sources.contract import Column, Table
from sources.reasons import FileRefusedError

# The columns that make a sheet a list of contacts.
_CLIENT, _OUTCOME = "client_id", "outcome"
_SHEET, _ROW = "sheet", "sheet_row"
_HEADER_WITHIN_ROWS = 20  # titles and notices may precede the header
# A caseload's workbook is well below 1 MB unpacked.
_MAX_UNPACKED_BYTES = 64 << 20
_ZIP, _COMPOUND = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"

# An Excel date serial number: days since the epoch, with the time of day as its fraction.
_EPOCH_1900 = dt.date(1899, 12, 30)
_EPOCH_1904 = dt.date(1904, 1, 1)
_SECONDS_A_DAY = 86_400
_IS_1904 = re.compile(rb'date1904="(?:1|true)"')
_SERIAL = re.compile(r"[0-9]{1,7}(?:\.[0-9]{1,20})?")
_ISO_TIMESTAMP = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T.*")
_US_DATE = re.compile(r"([0-9]{1,2})[/-]([0-9]{1,2})[/-]([0-9]{4}|[0-9]{2})(?:,? +(.+))?")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))? ?(?:([ap])\.?m\.?)?", re.IGNORECASE)

Row = list[str]


def returned_list_to_csv(path: Path, table: Table, target: Path) -> None:
    """Write the rows with an outcome as CSV, with the contract's column names.

    Args:
        path: the returned workbook or CSV file.
        table: the contract's table; it decides which columns are dates.
        target: the CSV file to write. The columns `sheet` and `sheet_row`, where the contract has
            them, say where each row was.

    Raises:
        FileRefusedError: not_a_workbook, header_missing_column, archive_unsafe.
    """
    with path.open("rb") as file:
        start = file.read(len(_ZIP))
    if start in (_ZIP, _COMPOUND):
        epoch = _epoch(path) if start == _ZIP else _EPOCH_1900
        sheets = _workbook_sheets(path)
    else:
        epoch = _EPOCH_1900
        sheets = iter([("", _csv_rows(path))])
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        names = [column.name for column in table.columns]
        writer.writerow(names)
        n_lists = 0
        for sheet, rows in sheets:
            entries = _entries(sheet, rows, table, epoch)
            if entries is not None:
                n_lists += 1
                writer.writerows([entry.get(name, "") for name in names] for entry in entries)
    if not n_lists:
        raise FileRefusedError(
            "header_missing_column", f"no sheet has a header with {_CLIENT} and {_OUTCOME}"
        )


def is_saved_list(path: Path, table: Table) -> bool:
    """Whether a CSV file is a list saved from a workbook, and not a feed with the contract's header.

    A feed begins with a header that names every required column, and has no column `Client`.
    """
    with path.open("rb") as file:
        line = file.readline(1 << 16).decode("utf-8-sig", "replace")
    try:
        fields = {field.strip().casefold() for field in next(csv.reader([line]), [])}
    except csv.Error:
        return False  # the delimited reader refuses the file with the reason
    required = {column.name for column in table.columns if column.is_required}
    return "client" in fields or not required <= fields


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


def _workbook_sheets(path: Path) -> Iterator[tuple[str, Iterator[Row]]]:
    try:
        book = CalamineWorkbook.from_path(path)
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            yield name, ([_text(value) for value in row] for row in sheet.iter_rows())
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


def _csv_rows(path: Path) -> Iterator[Row]:
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Excel's `CSV (Comma delimited)` uses the Windows code page.
        text = content.decode("cp1252", "replace")
    try:
        for fields in csv.reader(io.StringIO(text, newline="")):
            yield [field.strip() for field in fields]
    except csv.Error as error:
        raise FileRefusedError("not_a_csv", f"not readable as CSV: {error}") from error


def _entries(
    sheet: str, rows: Iterator[Row], table: Table, epoch: dt.date
) -> Iterator[dict[str, str]] | None:
    """The rows with an outcome, as column name to text; None if the sheet is not a list."""
    known = {
        _key(text): column for column in table.columns for text in (*column.header, column.name)
    }
    for header_row, cells in enumerate(islice(rows, _HEADER_WITHIN_ROWS), 1):
        columns = {at: known[key] for at, key in enumerate(map(_key, cells)) if key in known}
        if {_CLIENT, _OUTCOME} <= {column.name for column in columns.values()}:
            defaults = {c.name: c.if_empty for c in table.columns if c.if_empty is not None}
            return (
                entry
                | {name: entry.get(name) or text for name, text in defaults.items()}
                | {_SHEET: sheet, _ROW: str(number)}
                for number, row in enumerate(rows, header_row + 1)
                if (entry := _entry(row, columns, epoch))[_OUTCOME]
            )
    return None


def _entry(row: Row, columns: dict[int, Column], epoch: dt.date) -> dict[str, str]:
    entry: dict[str, str] = {}
    for position, column in columns.items():
        value = row[position] if position < len(row) else ""
        if column.type in ("date", "timestamp"):
            value = _iso(value, column.type, epoch)
        elif column.values is not None:
            value = " ".join(value.strip(" .!").split())
        # A header text may occur twice: the first column with a value counts.
        entry[column.name] = entry.get(column.name) or value
    return entry


def _key(text: str) -> str:
    """A header text without case, blanks and punctuation."""
    return re.sub(r"[\W_]+", "", text.casefold())


def _iso(text: str, kind: str, epoch: dt.date) -> str:
    """A date with or without time as ISO 8601; unreadable texts unchanged."""
    if _SERIAL.fullmatch(text):
        days, seconds = divmod(round(float(text) * _SECONDS_A_DAY), _SECONDS_A_DAY)
        if days > (dt.date.max - epoch).days:
            return text
        day = epoch + dt.timedelta(days=days)
        minutes, second = divmod(seconds, 60)
        time = dt.time(*divmod(minutes, 60), second).isoformat()
        text = day.isoformat() if text.isdigit() else f"{day}T{time}"
    elif found := _US_DATE.fullmatch(text):
        day, time = _us_date(found), _clock_time(found[4] or "")
        text = text if day is None or time is None else f"{day}T{time}".rstrip("T")
    # A date column needs no time of day.
    return text.partition("T")[0] if kind == "date" and _ISO_TIMESTAMP.fullmatch(text) else text


def _us_date(found: re.Match[str]) -> str | None:
    month, day, year = int(found[1]), int(found[2]), int(found[3])
    try:
        return dt.date(year if year > 99 else 2000 + year, month, day).isoformat()
    except ValueError:
        return None


def _clock_time(text: str) -> str | None:
    """A time of day as ISO 8601; empty for an empty text, None if it is not a time."""
    found = _TIME.fullmatch(text.strip())
    if found is None:
        return None if text.strip() else ""
    hour, half = int(found[1]), (found[4] or "").lower()
    if half and not 1 <= hour <= 12:
        return None
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return dt.time(hour, int(found[2]), int(found[3] or 0)).isoformat()
    except ValueError:
        return None
