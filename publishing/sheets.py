"""Writes the sheets of a care manager's workbook: Today, Open tasks, Huddle, Instructions.

Rows are written once, from top to bottom, so that large workbooks can be streamed. layout.py has
the columns and styles, wording.py the cell texts, workbook.py selects the rows.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from publishing import layout, wording
from publishing.cells import safe_cell
from publishing.layout import HEADER_ROW, LINE_POINTS, STYLES, Column
from publishing.wording import Row, WorkbookInfo

_LAST_FIRST_CALL_LANE = 2  # lanes 0 to 2: safety, 24-hour call, 7-day visit
_FIRST_CALLS_SHOWN = 25  # as many as fit on the page


@dataclass
class _HuddleCounts:
    """Counts and first calls for the sheet Huddle, collected while Today is written."""

    lanes: dict[tuple[int, str], list[int]] = field(default_factory=dict)
    tiers: dict[str, int] = field(default_factory=dict)
    first_calls: list[tuple[Any, ...]] = field(default_factory=list)

    def count(self, row: Row, state: str) -> None:
        lane = self.lanes.setdefault((row["lane"], row["lane_name"] or ""), [0, 0, 0])
        lane[0] += 1
        lane[1] += state == wording.OVERDUE
        lane[2] += state == wording.SOON
        self.tiers[row["tier"]] = self.tiers.get(row["tier"], 0) + 1
        if row["lane"] <= _LAST_FIRST_CALL_LANE and len(self.first_calls) < _FIRST_CALLS_SHOWN:
            name, task = wording.text(row["client_name"]), wording.text(row["lane_name"])
            self.first_calls.append(
                (row["rank"], name, task, wording.why(row), row["due_at"], state)
            )


@dataclass(frozen=True)
class _ColumnFormat:
    """How to write a column.

    Attributes:
        format: its cell format.
        width: in characters.
        wraps: whether texts wrap.
        other_year: for dates, the format that shows the year; None for other columns.
    """

    format: Format
    width: float
    wraps: bool
    other_year: Format | None


class SheetWriter:
    """Writes the sheets of one workbook. Call the methods in their order here."""

    def __init__(self, book: Workbook, info: WorkbookInfo) -> None:
        self._book = book
        self._info = info
        self._formats: dict[str, Format] = {}
        self._huddle_counts = _HuddleCounts()

    def today(self, rows: Iterable[Row]) -> None:
        """Write the sheet Today: one row per client, with outcome columns."""
        info = self._info
        sheet = self._list("Today", layout.TODAY)
        if info.owner is None:  # filled in by the care manager who takes the client
            sheet.set_column(layout.STAFF_ID, layout.STAFF_ID, 12, self._style("entry"))
        columns = self._column_formats(layout.TODAY)
        last = HEADER_ROW
        for last, row in enumerate(rows, HEADER_ROW + 1):
            state = wording.due_state(row, info.as_of)
            self._huddle_counts.count(row, state)
            self._write(sheet, last, columns, wording.today_cells(row, state, info))
        last = max(last, HEADER_ROW + 1)
        first = HEADER_ROW + 1
        self._paint(sheet, first, layout.FIRST_ENTRY, last, layout.LAST_ENTRY, "entry_area")
        if info.owner is None:
            self._paint(sheet, first, layout.STAFF_ID, last, layout.STAFF_ID, "entry_area")
        self._paint(sheet, first, 0, last, len(layout.TODAY) - 1, "row_line")
        sheet.autofilter(HEADER_ROW, 0, last, len(layout.TODAY) - 1)
        sheet.print_area(0, 0, last, len(layout.TODAY_PRINTED) - 1)
        rules = layout.entry_rules(info.as_of)
        for position, column in enumerate(layout.TODAY):
            if column.title in rules:
                sheet.data_validation(first, position, last, position, rules[column.title])

    def open_tasks(self, rows: Iterable[Row]) -> None:
        """Write the sheet Open tasks: the listed clients' other open tasks."""
        sheet = self._list("Open tasks", layout.OPEN_TASKS)
        columns = self._column_formats(layout.OPEN_TASKS)
        last = HEADER_ROW
        for last, row in enumerate(rows, HEADER_ROW + 1):
            state = wording.due_state(row, self._info.as_of)
            self._write(sheet, last, columns, wording.task_cells(row, state))
        last = max(last, HEADER_ROW + 1)
        self._paint(sheet, HEADER_ROW + 1, 0, last, len(layout.OPEN_TASKS) - 1, "row_line")
        sheet.autofilter(HEADER_ROW, 0, last, len(layout.OPEN_TASKS) - 1)

    def huddle(self) -> None:
        """Write the sheet Huddle, one page: counts by task and tier, and the first calls."""
        sheet = self._book.add_worksheet("Huddle")
        self._page(sheet)
        sheet.fit_to_pages(1, 1)
        for position, width in enumerate(layout.HUDDLE_WIDTHS):
            sheet.set_column(position, position, width)
        self._head_lines(sheet)
        plain = self._style("text")
        row = HEADER_ROW
        self._header(sheet, row, ("", "Task", "Clients", "Due"))
        for (_, name), (clients, overdue, soon) in sorted(self._huddle_counts.lanes.items()):
            row += 1
            sheet.write_string(row, 1, safe_cell(name), plain)
            sheet.write_string(row, 2, str(clients), plain)
            sheet.write_string(row, 3, f"{overdue} overdue, {soon} due today", plain)
        row += 2
        self._header(sheet, row, ("", "Tier", "Clients"))
        for tier in ("critical", "high", "rising", "standard"):
            row += 1
            sheet.write_string(row, 1, tier, plain)
            sheet.write_string(row, 2, str(self._huddle_counts.tiers.get(tier, 0)), plain)
        row += 2
        self._header(sheet, row, ("#", "Call first", "Task", "Why now", "Due", "State"))
        columns = [
            self._column_format(style, width, wraps=width > 20)
            for style, width in zip(
                ("number", "name", "text", "text", "datetime", "middle"),
                layout.HUDDLE_WIDTHS,
                strict=True,
            )
        ]
        first = row + 1
        for cells in self._huddle_counts.first_calls:
            row += 1
            self._write(sheet, row, columns, cells)
        self._paint(sheet, first, 0, max(row, first), len(columns) - 1, "row_line")

    def instructions(self) -> None:
        """Write the sheet Instructions."""
        sheet = self._book.add_worksheet("Instructions")
        sheet.set_column(0, 0, 80)
        sheet.set_paper(1)
        sheet.fit_to_pages(1, 0)
        for row, (style, line) in enumerate(wording.instructions(self._info)):
            lines = math.ceil(len(line) / 84)
            sheet.set_row(row, 22 if style in ("section", "title") else 15.5 * lines)
            sheet.write_string(row, 0, line, self._style(style))

    def _style(self, name: str) -> Format:
        made = self._formats.get(name)
        if made is None:
            made = self._formats[name] = self._book.add_format(STYLES[name])
        return made

    def _column_formats(self, columns: Sequence[Column]) -> list[_ColumnFormat]:
        return [self._column_format(each.style, each.width, wraps=each.wraps) for each in columns]

    def _column_format(self, style: str, width: float, *, wraps: bool) -> _ColumnFormat:
        with_year = f"{style}_with_year"
        other_year = self._style(with_year) if with_year in STYLES else None
        return _ColumnFormat(self._style(style), width, wraps, other_year)

    def _page(self, sheet: Worksheet) -> None:
        sheet.set_landscape()
        sheet.set_paper(1)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        as_of = wording.as_of_text(self._info.as_of)
        sheet.set_footer(f"&L&8{as_of}&C&8Confidential&R&8&P / &N")

    def _head_lines(self, sheet: Worksheet) -> None:
        info = self._info
        owner = info.owner or "Clients without a care manager"
        clients = f"{info.clients} client{'' if info.clients == 1 else 's'}"
        title = f"{owner} · {clients} · {wording.as_of_text(info.as_of)}"
        for row, line, style, height in (
            (0, safe_cell(info.notice or ""), "notice", 17),
            (1, title, "title", 21),
            (2, wording.banner_text(info), "banner", 19),
        ):
            if line:
                sheet.set_row(row, height, self._style(style))
                sheet.write_string(row, 0, line, self._style(style))
            else:
                sheet.set_row(row, None, None, {"hidden": True})

    def _list(self, name: str, columns: Sequence[Column]) -> Worksheet:
        sheet = self._book.add_worksheet(name)
        self._page(sheet)
        sheet.repeat_rows(HEADER_ROW)
        sheet.freeze_panes(HEADER_ROW + 1, 2)
        for position, column in enumerate(columns):
            # Empty entry cells take their number format from the column.
            style = self._style(column.style) if column.style.startswith("entry") else None
            hidden = {"hidden": True} if column.hidden else {}
            sheet.set_column(position, position, column.width, style, hidden)
        self._head_lines(sheet)
        self._header(sheet, HEADER_ROW, [column.title for column in columns])
        return sheet

    def _header(self, sheet: Worksheet, row: int, titles: Iterable[str]) -> None:
        sheet.set_row(row, 29)
        for position, title in enumerate(titles):
            if title:
                style = "header_entry" if title in layout.ENTRY_TITLES else "header"
                sheet.write_string(row, position, title, self._style(style))

    def _write(
        self,
        sheet: Worksheet,
        row: int,
        columns: Sequence[_ColumnFormat],
        cells: tuple[Any, ...],
    ) -> None:
        lines = 1
        for value, column in zip(cells, columns, strict=True):
            if column.wraps and value:
                lines = max(lines, _lines(value, column.width))
        # Set before the cells: a streamed row cannot change later. Some programs do not fit
        # heights.
        sheet.set_row(row, LINE_POINTS * lines + 2)
        for position, (value, column) in enumerate(zip(cells, columns, strict=True)):
            if value is None:
                continue
            if isinstance(value, str):
                # A tier or due state is the name of its own style.
                style = self._style(value) if value in STYLES else column.format
                sheet.write_string(row, position, value, style)
            elif column.other_year is not None:
                is_this_year = value.year == self._info.as_of.year
                style = column.format if is_this_year else column.other_year
                sheet.write_datetime(row, position, value, style)
            else:
                sheet.write_number(row, position, value, column.format)

    def _paint(
        self, sheet: Worksheet, top: int, left: int, bottom: int, right: int, style: str
    ) -> None:
        sheet.conditional_format(
            top,
            left,
            bottom,
            right,
            {"type": "no_errors", "format": self._style(style)},
        )


def _lines(value: str, width: float) -> int:
    """Estimate the lines of a text in a column."""
    if "\n" not in value:
        return math.ceil(len(value) / width) if len(value) > width else 1
    return sum(math.ceil(max(1, len(part)) / width) for part in value.split("\n"))
