"""Writes the sheets My caseload, Case review, Changes, More calls, and the hidden lists of names.

The caseload's rows are read once: the sheets about clients are written side by side.
"""

from __future__ import annotations

from collections.abc import Iterable

from publishing import layout
from publishing.caseload_text import (
    caseload_cells,
    client_label,
    consent_text,
    is_off_the_list,
    review_cells,
)
from publishing.change_text import change_cells, tier_cells
from publishing.layout import CASE_REVIEW, CASELOAD, CHANGES, HEADER_ROW, NAMES
from publishing.sheets import SheetWriter, finish_list
from publishing.wording import Row

_MINIMUM_LINES = 2


def colleagues_range(writer: SheetWriter) -> str | None:
    """The range of the colleagues' names, column B after the clients'; None without any."""
    count = len(writer.info.colleagues)
    return f"{NAMES}!$B$1:$B${count}" if count else None


def write_caseload(
    writer: SheetWriter, rows: Iterable[Row], changes: Iterable[Row]
) -> tuple[str, ...]:
    """Write the sheets My caseload, Case review, Changes and Names.

    Args:
        writer: the workbook's writer.
        rows: all clients of the caseload, in the order of their names.
        changes: the clients who came to the list or left it.

    Returns:
        One line per client whose row rests on a consent, for the sheet Help.
    """
    consents: list[str] = []
    info = writer.info
    caseload = writer.sheet("My caseload", CASELOAD)
    review = writer.sheet("Case review", CASE_REVIEW)
    names = writer.book.get_worksheet_by_name(NAMES)
    names.very_hidden()
    changed_sheet = writer.sheet("Changes", CHANGES)
    changed = HEADER_ROW
    for changed, row in enumerate(changes, HEADER_ROW + 1):
        writer.row(changed_sheet, changed, CHANGES, change_cells(row, info))
    reviewed, position = HEADER_ROW, 0
    for position, row in enumerate(rows, 1):
        tone = "GRAY" if is_off_the_list(row) else ""
        writer.row(
            caseload,
            HEADER_ROW + position,
            CASELOAD,
            caseload_cells(row, info),
            tone=tone,
            lines=_MINIMUM_LINES,
        )
        names.write_string(position - 1, 0, client_label(row))
        if row["part2_notice"]:
            consents.append(consent_text(row, info))
        if position <= len(info.colleagues):
            names.write_string(position - 1, 1, info.colleagues[position - 1])
        if row["is_case_review"]:
            reviewed += 1
            writer.row(review, reviewed, CASE_REVIEW, review_cells(row, info))
        if (cells := tier_cells(row)) is not None:
            changed += 1
            writer.row(changed_sheet, changed, CHANGES, cells)
    for later in range(position, len(info.colleagues)):
        names.write_string(later, 1, info.colleagues[later])
    finish_list(writer, caseload, CASELOAD, HEADER_ROW + position)
    finish_list(writer, review, CASE_REVIEW, reviewed)
    finish_list(writer, changed_sheet, CHANGES, changed)
    return tuple(consents)


def write_more_calls(writer: SheetWriter) -> None:
    """Write the sheet More calls: blank rows with a drop-down of all clients."""
    info = writer.info
    is_unassigned = info.owner is None
    columns = layout.MORE_CALLS_UNASSIGNED if is_unassigned else layout.MORE_CALLS
    sheet = writer.sheet("More calls", columns)
    for row in range(HEADER_ROW + 1, HEADER_ROW + 1 + layout.MORE_CALLS_ROWS):
        sheet.set_row(row, layout.LINE_POINTS + 4)
        if info.owner is not None:
            writer.cell(sheet, row, len(columns) - 1, "key", info.owner)
    first, last = finish_list(writer, sheet, columns, HEADER_ROW + layout.MORE_CALLS_ROWS)
    clients = f"{NAMES}!$A$1:$A${info.caseload}" if info.caseload else None
    rules = layout.entry_rules(info.as_of, colleagues_range(writer), clients)
    writer.rules(sheet, first, last, columns, rules)
