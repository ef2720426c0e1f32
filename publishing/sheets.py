"""Writes rows and pages of a workbook: formats, header lines, row heights, printing, drop-downs.

Rows are written once, from top to bottom, so that large workbooks can be streamed. The module of
each sheet says what is on it; layout.py has the columns and styles.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from publishing import layout, wording
from publishing.cell_text import Cell, Rich, Styled
from publishing.cells import safe_cell
from publishing.layout import HEADER_ROW, LINE_POINTS, STYLES, Column
from publishing.text_width import line_count
from publishing.wording import WorkbookInfo

_TONES: dict[str, dict[str, Any]] = {
    "": {},
    "RED": layout.RED,
    "AMBER": layout.AMBER,
    "GRAY": layout.GRAY,
}
# Cell formats of their parts' fonts, for texts in one part.
_FONT_KEYS = ("bold", "font_color", "font_strikeout", "font_size")


class SheetWriter:
    """Writes the sheets of one workbook."""

    def __init__(self, book: Workbook, info: WorkbookInfo) -> None:
        self.book = book
        self.info = info
        self._formats: dict[tuple[str, ...], Format] = {}

    def sheet(self, name: str, columns: Sequence[Column], *, frozen_columns: int = 1) -> Worksheet:
        """Set up a sheet with header lines and a header in row `HEADER_ROW`."""
        sheet = self.book.get_worksheet_by_name(name)
        self.page(sheet, layout.LEGAL)
        sheet.repeat_rows(HEADER_ROW)
        sheet.freeze_panes(HEADER_ROW + 1, frozen_columns)
        self.columns(sheet, columns)
        self.head_lines(sheet)
        self.header(sheet, HEADER_ROW, columns)
        return sheet

    def columns(self, sheet: Worksheet, columns: Sequence[Column]) -> None:
        """Set widths; empty entry cells take their format from the column."""
        for position, column in enumerate(columns):
            style = self.style(column.style) if column.style.startswith("entry") else None
            hidden = {"hidden": True} if column.hidden else {}
            sheet.set_column(position, position, column.width, style, hidden)

    def page(self, sheet: Worksheet, paper: int, *, landscape: bool = True) -> None:
        """Set a page of one width, with a footer on every page."""
        if landscape:
            sheet.set_landscape()
        sheet.set_paper(paper)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.2, right=0.2, top=0.2, bottom=0.32)
        sheet.hide_gridlines(2)
        name = safe_cell(wording.footer_text(self.info)).replace("&", "&&")
        sheet.set_footer(
            f"&L&8Confidential: names and health data&C&8{name}&R&8&P of &N", {"margin": 0.15}
        )

    def head_lines(self, sheet: Worksheet) -> None:
        """Write the lines above the header; rows of empty lines are hidden."""
        for row, (style, line) in enumerate(wording.head_lines(self.info)):
            if line:
                height = 20 if style == "title" else 15
                fill = self.style(style) if style == "banner" else None
                sheet.set_row(row, height, fill)
                sheet.write_string(row, 0, line, self.style(style))
            else:
                sheet.set_row(row, None, None, {"hidden": True})

    def header(self, sheet: Worksheet, row: int, columns: Sequence[Column]) -> None:
        """Write the titles of the columns."""
        sheet.set_row(row, 29)
        for position, column in enumerate(columns):
            style = "header_entry" if column.is_entry else "header"
            sheet.write_string(row, position, column.title, self.style(style))

    def row(
        self,
        sheet: Worksheet,
        row: int,
        columns: Sequence[Column],
        cells: Sequence[Cell],
        *,
        tone: str = "",
        lines: int = 1,
    ) -> None:
        """Write a row.

        Args:
            sheet: the sheet.
            row: zero-based row, below all rows written before.
            columns: the columns, one per cell.
            cells: text, `Rich`, `Styled`, number, date or local time; None for an empty cell.
            tone: fill of all cells without a tone of their own.
            lines: lines of text for which the row has room at least.
        """
        height = lines
        for value, column in zip(cells, columns, strict=True):
            text = value.plain if isinstance(value, Rich) else value
            if isinstance(text, str) and not column.hidden:
                is_bold = STYLES[column.style].get("bold", False)
                height = max(height, line_count(text, column.width, bold=is_bold))
        # Set before the cells: a streamed row cannot change later. Some programs do not fit heights.
        sheet.set_row(row, LINE_POINTS * height + layout.ROW_POINTS)
        for position, (value, column) in enumerate(zip(cells, columns, strict=True)):
            self.cell(sheet, row, position, column.style, value, tone)

    def cell(
        self, sheet: Worksheet, row: int, position: int, style: str, value: Cell, tone: str = ""
    ) -> None:
        """Write a cell; see `row`."""
        num_format = None
        if isinstance(value, Styled):
            tone, num_format, value = value.tone or tone, value.num_format, value.value
        if value is None:
            if tone:
                sheet.write_blank(row, position, None, self.style(style, tone))
        elif isinstance(value, Rich):
            self._rich(sheet, row, position, style, value, tone)
        elif isinstance(value, str):
            sheet.write_string(row, position, value, self.style(style, tone))
        elif isinstance(value, date):
            if num_format is None and value.year != self.info.as_of.year:
                style = f"{style}_with_year" if f"{style}_with_year" in STYLES else style
            sheet.write_datetime(row, position, value, self.style(style, tone, num_format))
        else:
            sheet.write_number(row, position, value, self.style(style, tone, num_format))

    def paint(
        self, sheet: Worksheet, top: int, left: int, bottom: int, right: int, style: str
    ) -> None:
        """Style a range, with its empty cells."""
        rule = {"type": "no_errors", "format": self.style(style)}
        sheet.conditional_format(top, left, bottom, right, rule)

    def rules(
        self,
        sheet: Worksheet,
        top: int,
        bottom: int,
        columns: Sequence[Column],
        rules: Mapping[str, Mapping[str, Any]],
    ) -> None:
        """Set the drop-downs and checks of the entry columns, and lock the hidden keys."""
        for position, column in enumerate(columns):
            rule = rules.get(column.title) if column.is_entry else None
            if column.hidden:
                rule = layout.locked_rule(column.title)
            if rule:
                sheet.data_validation(top, position, bottom, position, dict(rule))

    def style(self, name: str, tone: str = "", num_format: str | None = None) -> Format:
        """Return the cell format of a style, with a fill and a number format."""
        key = (name, tone, num_format or "")
        made = self._formats.get(key)
        if made is None:
            properties = {**STYLES[name], **_TONES[tone]}
            if num_format:
                properties["num_format"] = num_format
            made = self._formats[key] = self.book.add_format(properties)
        return made

    def _rich(
        self, sheet: Worksheet, row: int, position: int, style: str, value: Rich, tone: str
    ) -> None:
        if len(value.parts) == 1:
            ((font, text),) = value.parts
            sheet.write_string(row, position, text, self._cell_of_font(style, font, tone))
            return
        runs: list[Any] = []
        for font, text in value.parts:
            runs += [self.style(font), text]
        sheet.write_rich_string(row, position, *runs, self.style(style, tone))

    def _cell_of_font(self, style: str, font: str, tone: str) -> Format:
        key = (style, tone, "", font)
        made = self._formats.get(key)
        if made is None:
            of_font = {name: STYLES[font][name] for name in _FONT_KEYS if name in STYLES[font]}
            made = self._formats[key] = self.book.add_format(
                {**STYLES[style], **_TONES[tone], **of_font}
            )
        return made


def finish_list(
    writer: SheetWriter, sheet: Worksheet, columns: Sequence[Column], last: int
) -> tuple[int, int]:
    """Add the filter, the print area and the lines between rows.

    Returns:
        First and last row that can be filled in; an empty list has one.
    """
    first, last = HEADER_ROW + 1, max(last, HEADER_ROW + 1)
    for left, right in _runs([column.is_entry for column in columns]):
        writer.paint(sheet, first, left, last, right, "entry_area")
    writer.paint(sheet, first, 0, last, len(columns) - 1, "row_line")
    sheet.autofilter(HEADER_ROW, 0, last, len(columns) - 1)
    printed = [position for position, column in enumerate(columns) if column.is_printed]
    sheet.print_area(0, 0, last, max(printed))
    return first, last


def _runs(flags: Iterable[bool]) -> list[tuple[int, int]]:
    """First and last position of each run of true flags."""
    runs: list[tuple[int, int]] = []
    for position, flag in enumerate(flags):
        if flag and runs and runs[-1][1] == position - 1:
            runs[-1] = (runs[-1][0], position)
        elif flag:
            runs.append((position, position))
    return runs
