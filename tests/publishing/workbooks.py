"""Writes workbooks in tests and reads them as a spreadsheet program does."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
from openpyxl.worksheet.worksheet import Worksheet
from sample_exports import AS_OF, ZONE

from publishing import workbook
from publishing.release import Feed, Release

HEADER = 7


def written(
    connection: duckdb.DuckDBPyConnection, published: Path, feeds: tuple[Feed, ...] = ()
) -> dict[str, bytes]:
    """Write all workbooks and return their bytes by file name."""
    with Release(published, AS_OF) as release:
        workbook.write(connection, release, ZONE, feeds)
        return {path.name: path.read_bytes() for path in (release.directory / "outreach").iterdir()}


def open_book(content: bytes) -> Any:
    """Open a workbook with openpyxl."""
    return openpyxl.load_workbook(io.BytesIO(content))


def columns(sheet: Worksheet) -> dict[str, int]:
    """Positions of the titles in the header, from 1."""
    return {cell.value: cell.column for cell in sheet[HEADER]}


def table(sheet: Worksheet) -> list[dict[str, Any]]:
    """Rows below the header as title to value."""
    header, *rows = sheet.iter_rows(min_row=HEADER, values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]
