"""Writes the sheets Today and Print from the same rows, each row read once.

Today is to be filled in and returned: its rows sort and filter. Print is the page for the huddle,
with a band per group.
"""

from __future__ import annotations

from collections.abc import Iterable

from xlsxwriter.worksheet import Worksheet

from publishing import layout
from publishing.layout import GROUPS, HEADER_ROW, MINIMUM_LINES, PRINT
from publishing.sheets import SheetWriter, finish_list
from publishing.today_text import print_cells, today_cells
from publishing.wording import Row


def write_today(writer: SheetWriter, rows: Iterable[Row], colleagues: str | None = None) -> None:
    """Write both sheets.

    Args:
        writer: the workbook's writer.
        rows: the listed clients, in the order of the list.
        colleagues: range of the names that a client can be passed to; None without a drop-down.
    """
    info = writer.info
    columns = layout.UNASSIGNED if info.owner is None else layout.TODAY
    today = writer.sheet("Today", columns, frozen_columns=2)
    page = _print_sheet(writer)
    last, print_row, band = HEADER_ROW, 0, None
    for last, row in enumerate(rows, HEADER_ROW + 1):
        writer.row(today, last, columns, today_cells(row, info), lines=MINIMUM_LINES)
        print_row += 1
        if row["worklist_group"] != band:
            band = row["worklist_group"]
            _write_band(writer, page, print_row + HEADER_ROW, band)
            print_row += 1
        writer.row(page, print_row + HEADER_ROW, PRINT, print_cells(row, info))
    first, last = finish_list(writer, today, columns, last)
    writer.rules(today, first, last, columns, layout.entry_rules(info.as_of, colleagues))
    page.print_area(0, 0, max(print_row + HEADER_ROW, HEADER_ROW + 1), len(PRINT) - 1)
    writer.paint(
        page, HEADER_ROW + 1, 0, max(print_row, 1) + HEADER_ROW, len(PRINT) - 1, "row_line"
    )


def _print_sheet(writer: SheetWriter) -> Worksheet:
    sheet = writer.sheet("Print", PRINT)
    sheet.set_tab_color("#B0B7BE")
    return sheet


def _write_band(writer: SheetWriter, sheet: Worksheet, row: int, group: str) -> None:
    """`C · Left hospital: visit within 7 days (1)`, across the page."""
    count = writer.info.groups.get(group, 0)
    sheet.set_row(row, 18)
    sheet.write_string(
        row, 0, f"{group} · {GROUPS.get(group, group)}  ({count})", writer.style("band")
    )
    for position in range(1, len(PRINT)):
        sheet.write_blank(row, position, None, writer.style("band"))
