"""Writes the sheet Help, one line of text per row."""

from __future__ import annotations

import math

from publishing.help_text import help_lines
from publishing.layout import LETTER
from publishing.sheets import SheetWriter

_WIDTH = 105
_CHARACTERS = 118  # that fit on a line
_POINTS = 15


def write_help(writer: SheetWriter, consents: tuple[str, ...] = ()) -> None:
    """Write the sheet.

    Args:
        writer: the workbook's writer.
        consents: one line per consent under which Part 2 records are shown.
    """
    sheet = writer.book.get_worksheet_by_name("Help")
    sheet.set_column(0, 0, _WIDTH)
    writer.page(sheet, LETTER, landscape=False)
    for row, (style, line) in enumerate(help_lines(writer.info, consents)):
        lines = math.ceil(len(line) / _CHARACTERS)
        sheet.set_row(row, 24 if style in ("section", "title") else _POINTS * lines + 2)
        sheet.write_string(row, 0, line, writer.style(style))
