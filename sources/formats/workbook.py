"""Converts an outreach workbook returned by a care manager (.xlsx, ECMA-376 part 1) to CSV.

Must not be here: value checks; the delimited reader applies them to the CSV. The first sheet with
the contract's columns within its first rows is read: only those columns, and only rows with an
outcome. The workbook lists every client, and a row without an outcome is not a contact.
"""

from __future__ import annotations

import csv
import datetime as dt
import posixpath
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

from sources.archive import check_members, refuse_damaged_archive
from sources.contract import Table
from sources.header import Header, match_header
from sources.reasons import FileRefusedError

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_HEADER_WITHIN_ROWS = 20  # titles and notices may precede the header
_OUTCOME = "outcome"
_EPOCH_1900 = dt.datetime(1899, 12, 30)  # noqa: DTZ001  local time in the agency's zone
_EPOCH_1904 = dt.datetime(1904, 1, 1)  # noqa: DTZ001
_SECONDS_A_DAY = 86400
# An Excel date serial number with the time of day as its fraction; the last date is 9999-12-31.
_SERIAL = re.compile(r"[0-9]{1,7}(?:\.[0-9]+)?")
_LAST_SERIAL = 2_958_465
_REFERENCE = re.compile(r"([A-Z]{1,3})[0-9]+", re.IGNORECASE)
# A caseload's workbook is well below 1 MB. The parsed XML tree takes about ten times the size of
# the XML.
_MAX_XML_BYTES = 64 << 20


def workbook_to_csv(path: Path, table: Table, target: Path) -> None:
    """Write the rows with an outcome as CSV.

    Args:
        path: the workbook.
        table: the contract's table; serial numbers in its date and timestamp columns become ISO
            8601.
        target: the CSV file to write.

    Raises:
        FileRefusedError: not_a_workbook, header_missing_column, note_text, archive_unsafe.
    """
    try:
        with refuse_damaged_archive():
            archive = zipfile.ZipFile(path)
        with archive:
            # Only the size of the XML matters, not the compression ratio.
            check_members(archive.infolist(), 0, _MAX_XML_BYTES)
            _convert(archive, table, target)
    except FileRefusedError as error:
        if error.code in ("archive_truncated", "archive_corrupt"):
            raise _unreadable() from error
        raise
    except ET.ParseError as error:
        raise _unreadable() from error


def _unreadable() -> FileRefusedError:
    return FileRefusedError("not_a_workbook", "the file is not readable as an .xlsx workbook")


def _convert(archive: zipfile.ZipFile, table: Table, target: Path) -> None:
    book = _tree(archive, "xl/workbook.xml")
    properties = book.find(f"{_MAIN}workbookPr")
    is_1904 = properties is not None and properties.get("date1904") in ("1", "true")
    epoch = _EPOCH_1904 if is_1904 else _EPOCH_1900
    texts = _shared_texts(archive)
    required = [column.name for column in table.columns if column.is_required]
    for name in _sheets(archive, book):
        rows = _rows(_tree(archive, name), texts)
        for fields in (row for row, _ in zip(rows, range(_HEADER_WITHIN_ROWS), strict=False)):
            if set(required) <= {str(value).strip().casefold() for value in fields.values()}:
                _write(rows, fields, table, epoch, target)
                return
    raise FileRefusedError(
        "header_missing_column", f"no sheet has a header with {', '.join(required)}"
    )


def _write(
    rows: Iterator[dict[int, str]],
    fields: dict[int, str],
    table: Table,
    epoch: dt.datetime,
    target: Path,
) -> None:
    positions = sorted(fields)
    header: Header = match_header([fields[position] for position in positions], table)
    names = {
        position: name
        for position, name in zip(positions, header.names, strict=True)
        if name is not None
    }
    types = {column.name: column.type for column in table.columns}
    filled_in = next(position for position, name in names.items() if name == _OUTCOME)
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names.values())
        for row in rows:
            if row.get(filled_in, "").strip():
                writer.writerow(
                    _iso(row.get(position, ""), types[name], epoch)
                    for position, name in names.items()
                )


def _iso(value: str, kind: str, epoch: dt.datetime) -> str:
    """A cell as CSV text; Excel serial numbers in date and timestamp columns become ISO 8601."""
    text = value.strip()
    is_serial = _SERIAL.fullmatch(text) is not None and float(text) < _LAST_SERIAL
    if kind not in ("date", "timestamp") or not is_serial:
        return text
    timestamp = epoch + dt.timedelta(seconds=round(float(text) * _SECONDS_A_DAY))
    return timestamp.date().isoformat() if kind == "date" else timestamp.isoformat()


def _sheets(archive: zipfile.ZipFile, book: ET.Element) -> list[str]:
    relations = {
        relation.get("Id"): relation.get("Target", "")
        for relation in _tree(archive, "xl/_rels/workbook.xml.rels")
    }
    found = [relations.get(sheet.get(_RELATION), "") for sheet in book.iter(f"{_MAIN}sheet")]
    return [posixpath.normpath(posixpath.join("xl", name)).lstrip("/") for name in found]


def _shared_texts(archive: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    items = _tree(archive, "xl/sharedStrings.xml").iter(f"{_MAIN}si")
    return ["".join(part.text or "" for part in item.iter(f"{_MAIN}t")) for item in items]


def _tree(archive: zipfile.ZipFile, name: str) -> ET.Element:
    if name not in archive.namelist():
        raise _unreadable()
    with refuse_damaged_archive():
        content = archive.read(name)
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise FileRefusedError(
            "archive_unsafe",
            "the workbook's XML declares entities; expected a workbook saved by Excel",
        )
    try:
        return ET.fromstring(content)  # noqa: S314  no entity is declared, so none can expand
    except (LookupError, ValueError) as error:
        # An encoding that Python does not know, or a multi-byte encoding that expat does not
        # support.
        raise _unreadable() from error


def _rows(sheet: ET.Element, texts: list[str]) -> Iterator[dict[int, str]]:
    """Rows as column position to text, one at a time; rows without values are skipped."""
    for row in sheet.iter(f"{_MAIN}row"):
        cells: dict[int, str] = {}
        position = -1
        for cell in row.iter(f"{_MAIN}c"):
            reference = cell.get("r")
            position = _column(reference) if reference else position + 1
            value = _value(cell, texts)
            if value:
                cells[position] = value
        if cells:
            yield cells


def _column(reference: str) -> int:
    """The column position of a cell reference: A1 -> 0, AA7 -> 26."""
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        raise _unreadable()
    position = 0
    for letter in found[1].upper():
        position = position * 26 + ord(letter) - ord("A") + 1
    return position - 1


def _value(cell: ET.Element, texts: list[str]) -> str:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return "".join(part.text or "" for part in cell.iter(f"{_MAIN}t"))
    written = cell.find(f"{_MAIN}v")
    value = "" if written is None else written.text or ""
    if kind == "s":
        number = int(value) if re.fullmatch("[0-9]{1,9}", value) else len(texts)
        if number >= len(texts):
            raise _unreadable()
        return texts[number]
    if kind == "b":
        return "true" if value == "1" else "false"
    if kind == "n" and value.endswith(".0"):
        return value.removesuffix(".0")
    return value
