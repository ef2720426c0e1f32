"""How care managers save and return a workbook: as it is, renamed, rearranged, as text, twice."""

from __future__ import annotations

import csv
import io
import os
import random
from collections.abc import Callable, Iterable
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from tests.simulation.answers import Answer, Row

_HEADER_ROW = 7
_SENT_BACK_HEADER_ROW = 5
TODAY, MORE, SENT_BACK = "Today", "More calls", "Sent back"


@dataclass(frozen=True)
class Line:
    """A line of the sheet Sent back: its problem and its cells, as text."""

    row: int
    client: str
    client_id: str
    problem: str
    outcome: str
    cells: dict[str, Any]


class Workbook:
    """A released workbook, open on somebody's desk."""

    def __init__(self, name: str, content: bytes) -> None:
        self.name = name
        self.book = openpyxl.load_workbook(io.BytesIO(content))

    def rows(self) -> list[tuple[int, Row]]:
        """The rows of Today with their row numbers."""
        sheet = self.book[TODAY]
        at = _header(sheet, _HEADER_ROW)
        found = []
        for number in range(_HEADER_ROW + 1, sheet.max_row + 1):
            client_id = sheet.cell(number, at["client_id"]).value
            if client_id:
                values = [sheet.cell(number, at[name]).value for name in ("Client", "task_key", "staff_id", "event_at")]  # fmt: skip
                client, task_key, staff_id, event_at = values
                row = Row(client_id, str(client), task_key or "", staff_id or "", event_at)
                found.append((number, row))
        return found

    def clients(self) -> list[str]:
        """The names in the drop-down of More calls."""
        return [str(cell.value) for cell in self.book["Names"]["A"] if cell.value]

    def sent_back(self) -> list[Line]:
        """The lines of the sheet Sent back."""
        if SENT_BACK not in self.book.sheetnames:
            return []
        sheet = self.book[SENT_BACK]
        at = _header(sheet, _SENT_BACK_HEADER_ROW)
        lines = []
        for number in range(_SENT_BACK_HEADER_ROW + 1, sheet.max_row + 1):
            cells = {title: sheet.cell(number, column).value for title, column in at.items()}
            if cells["What is wrong"]:
                texts = [str(cells[name] or "") for name in ("Client", "Client id", "What is wrong", "What happened")]  # fmt: skip
                client, client_id, problem, outcome = texts
                lines.append(Line(number, client, client_id, problem, outcome, cells))
        return lines

    def correct(self, line: Line, cells: dict[str, object]) -> None:
        """Type into a line of Sent back."""
        sheet = self.book[SENT_BACK]
        at = _header(sheet, _SENT_BACK_HEADER_ROW)
        for title, value in cells.items():
            sheet.cell(line.row, at[title]).value = value

    def enter(self, number: int, answer: Answer) -> None:
        """Type an answer into its row of Today."""
        _type(self.book[TODAY], number, answer.cells)

    def insert_again(self, number: int, answer: Answer) -> None:
        """Insert a second row for the same client below the last one, with its keys."""
        sheet = self.book[TODAY]
        last = max(row for row, _ in self.rows()) + 1
        for column in range(1, sheet.max_column + 1):
            sheet.cell(last, column).value = copy(sheet.cell(number, column).value)
        for title in ("When you called", "How", "What happened", "Try again on", "Minutes"):
            sheet.cell(last, _header(sheet, _HEADER_ROW)[title]).value = None
        _type(sheet, last, answer.cells)

    def log_call(self, place: int, client: str, answer: Answer) -> None:
        """Enter a call on a row of More calls."""
        _type(self.book[MORE], _HEADER_ROW + 1 + place, {"Client": client, **answer.cells})

    def name_caller(self, staff_id: str) -> None:
        """Enter the caller's staff id on every answered row of the unassigned list."""
        sheet = self.book[TODAY]
        at = _header(sheet, _HEADER_ROW)
        for number, _ in self.rows():
            if sheet.cell(number, at["What happened"]).value:
                sheet.cell(number, at["staff_id"]).value = staff_id

    def saved(self) -> bytes:
        """The file."""
        buffer = io.BytesIO()
        self.book.save(buffer)
        return buffer.getvalue()


def _header(sheet: Worksheet, row: int) -> dict[str, int]:
    return {str(cell.value): cell.column for cell in sheet[row] if cell.value}


def _type(sheet: Worksheet, number: int, cells: dict[str, object]) -> None:
    at = _header(sheet, _HEADER_ROW)
    for title, value in cells.items():
        sheet.cell(number, at[title]).value = value


def _as_it_is(book: Workbook, draw: random.Random) -> Iterable[tuple[str, bytes]]:
    yield f"{book.name}.xlsx", book.saved()


def _own_name(book: Workbook, draw: random.Random) -> Iterable[tuple[str, bytes]]:
    yield f"{book.name}/my calls {draw.choice(('mon', 'final', 'v2'))}.xlsx", book.saved()


def _renamed(book: Workbook, draw: random.Random) -> Iterable[tuple[str, bytes]]:
    sheet = book.book[TODAY]
    at = _header(sheet, _HEADER_ROW)
    sheet.cell(_HEADER_ROW, at["What happened"]).value = draw.choice(("Result", "what happened?", "OUTCOME"))  # fmt: skip
    sheet.cell(_HEADER_ROW, at["When you called"]).value = draw.choice(("When", "Date / Time", "called at"))  # fmt: skip
    sheet.title = "list"
    yield f"{book.name}.xlsx", book.saved()


def _rearranged(book: Workbook, draw: random.Random) -> Iterable[tuple[str, bytes]]:
    sheet = book.book[TODAY]
    sheet.insert_cols(2)
    sheet.cell(_HEADER_ROW, 2).value = "my own column"
    sheet.insert_rows(1, draw.choice((1, 2)))
    yield f"{book.name}.xlsx", book.saved()


def _other_sheet(book: Workbook, draw: random.Random) -> Iterable[tuple[str, bytes]]:
    source, target = book.book[TODAY], book.book.create_sheet("done")
    answered = _header(source, _HEADER_ROW)["What happened"]
    for number in range(_HEADER_ROW, source.max_row + 1):
        if number == _HEADER_ROW or source.cell(number, answered).value:
            target.append([cell.value for cell in source[number]])
            if number > _HEADER_ROW:
                for cell in source[number]:
                    cell.value = None
    yield f"{book.name}.xlsx", book.saved()


def _text(delimiter: str, encoding: str) -> Callable[..., Iterable[tuple[str, bytes]]]:
    def save(book: Workbook, draw: random.Random) -> Iterable[tuple[str, bytes]]:
        buffer = io.StringIO(newline="")
        writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n")
        for row in book.book[TODAY].iter_rows(values_only=True):
            writer.writerow([_displayed(value) for value in row])
        yield f"{book.name}.csv", buffer.getvalue().encode(encoding, "replace")

    return save


def _displayed(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return value.isoformat() if isinstance(value, date) else "" if value is None else str(value)


# Ways to save with their shares.
WAYS: dict[str, tuple[int, Callable[..., Iterable[tuple[str, bytes]]]]] = {
    "as it is": (8, _as_it_is),
    "another file name": (4, _own_name),
    "renamed columns and sheet": (3, _renamed),
    "inserted rows and column": (3, _rearranged),
    "rows moved to another sheet": (2, _other_sheet),
    "CSV": (2, _text(",", "utf-8-sig")),
    "CSV with semicolons, Windows code page": (1, _text(";", "cp1252")),
    "Unicode text": (1, _text("\t", "utf-16")),
}
KEEPS_ALL_SHEETS = frozenset(list(WAYS)[:5])


def put(folder: Path, files: Iterable[tuple[str, bytes]], saved_at: datetime) -> None:
    """Save files in the return folder, half an hour after each other."""
    for number, (name, content) in enumerate(files):
        path = folder / f"{saved_at:%Y-%m-%d}" / name if "/" not in name else folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        seconds = saved_at.timestamp() + 1800 * number
        os.utime(path, (seconds, seconds))
