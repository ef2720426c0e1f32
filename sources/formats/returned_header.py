"""Finds the lists on a returned sheet: which row is the header, and which column is which.

People rename, reorder and insert columns and rows. A header text is compared without case, blanks
and punctuation, with the contract's other texts for the column. A hidden row of the contract's own
names above the visible header is a header too. Where the text of an entry column is unknown, its
values show what it is. Must not be here: the values' notation (returned_cells.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sources.contract import Column, Table
from sources.formats.returned_cells import canonical, is_time, key_of

_HEADER_WITHIN_ROWS = 20  # titles and notices may precede the header
# Columns with a client's name, which may end in the client's id: `Ana Ruiz · C000144`.
_CLIENT_NAMES = ("client", "clientname", "whichclient", "chooseclient")
_NAMED_CLIENT = re.compile(r"(?:^|[·|(\[]|\s[-–]\s)\s*([^\s·|()\[\]]+)\s*[)\]]?$")

Row = list[str]


@dataclass(frozen=True)
class ListSheet:
    """A list of a table on one sheet.

    Attributes:
        sheet: the sheet's name.
        table: the contract's table.
        columns: position to column.
        client_name_at: position of a column with the client's name, or None.
        rows: the rows below the header with their row numbers, from 1.
    """

    sheet: str
    table: Table
    columns: dict[int, Column]
    client_name_at: int | None
    rows: list[tuple[int, Row]]

    @property
    def entry(self) -> str:
        """The column whose value makes a row a record."""
        assert self.table.list is not None
        return self.table.list.entry

    def column(self, name: str) -> Column:
        """The column of that name."""
        return next(column for column in self.columns.values() if column.name == name)

    def texts(self, row: Row) -> dict[str, str]:
        """The row's cells by column; of two columns with the same header, the first with a value."""
        found: dict[str, str] = {}
        for position, column in self.columns.items():
            value = row[position] if position < len(row) else ""
            found[column.name] = found.get(column.name) or value
        return found

    def named_client(self, row: Row) -> str:
        """The client id at the end of the client's name; empty if there is none."""
        if self.client_name_at is None or self.client_name_at >= len(row):
            return ""
        found = _NAMED_CLIENT.search(row[self.client_name_at])
        return found[1] if found else ""


def find_list(sheet: str, rows: list[Row], table: Table) -> ListSheet | None:
    """The list of a table on a sheet, or None."""
    assert table.list is not None
    known = {
        key_of(text): column for column in table.columns for text in (column.name, *column.header)
    }
    candidates = []
    for header_row, cells in enumerate(rows[:_HEADER_WITHIN_ROWS], 1):
        keys = [key_of(cell) for cell in cells]
        columns = {at: known[key] for at, key in enumerate(keys) if key in known}
        names = {column.name for column in columns.values()}
        client_at = next((at for at, key in enumerate(keys) if key in _CLIENT_NAMES), None)
        has_key = bool(names & set(table.list.keys)) or (
            client_at is not None and "client_id" in table.list.keys
        )
        if has_key and (table.list.entry in names or _has_time(columns)):
            found = _below(sheet, rows, table, (header_row, columns, client_at))
            if table.list.entry in names:
                return _completed(found)
            candidates.append(found)
    return next(filter(None, map(_with_entry, candidates)), None)


def _has_time(columns: dict[int, Column]) -> bool:
    return any(column.type == "timestamp" for column in columns.values())


def _below(
    sheet: str, rows: list[Row], table: Table, header: tuple[int, dict[int, Column], int | None]
) -> ListSheet:
    header_row, columns, client_at = header
    below = [
        (number, row)
        for number, row in enumerate(rows[header_row:], header_row + 1)
        if not _repeats_header(row, columns, table)
    ]
    return ListSheet(sheet, table, columns, client_at, below)


def _repeats_header(row: Row, columns: dict[int, Column], table: Table) -> bool:
    """Whether a row has header texts in the columns of the keys or of the entry."""
    assert table.list is not None
    decisive = (*table.list.keys, table.list.entry)
    return any(
        at < len(row)
        and key_of(row[at]) in {key_of(text) for text in (column.name, *column.header)}
        for at, column in columns.items()
        if column.name in decisive
    )


def _unknown(found: ListSheet) -> dict[int, list[str]]:
    """Values of the columns that the header does not name, by position."""
    width = max((len(row) for _, row in found.rows), default=0)
    return {
        at: [row[at] if at < len(row) else "" for _, row in found.rows]
        for at in range(width)
        if at not in found.columns and at != found.client_name_at
    }


def _with_entry(found: ListSheet) -> ListSheet | None:
    """The list with the column whose values are those of the entry column, or None."""
    assert found.table.list is not None
    entry = next(c for c in found.table.columns if c.name == found.table.list.entry)
    counts = {
        at: (sum(canonical(value, entry) is not None for value in values), -at)
        for at, values in _unknown(found).items()
        if 2 * sum(canonical(value, entry) is not None for value in values) > sum(map(bool, values))
    }
    if not counts:
        return None
    at = max(counts, key=lambda position: counts[position])
    columns = {**found.columns, at: entry}
    return ListSheet(found.sheet, found.table, columns, found.client_name_at, found.rows)


def _completed(found: ListSheet) -> ListSheet:
    """The list with its time column, where the header has none and one column's values are times.

    Due times and dates of earlier contacts are on rows without an entry too; the time of the entry
    is not.
    """
    missing = [
        column
        for column in found.table.columns
        if column.type == "timestamp"
        and column.is_value_required
        and column not in found.columns.values()
    ]
    if len(missing) != 1:
        return found
    is_entry = [bool(found.texts(row)[found.entry]) for _, row in found.rows]
    fitting = [
        at
        for at, values in _unknown(found).items()
        if any(values)
        and all(
            is_time(value) and has_entry
            for value, has_entry in zip(values, is_entry, strict=True)
            if value
        )
    ]
    if len(fitting) != 1:
        return found
    columns = {**found.columns, fitting[0]: missing[0]}
    return ListSheet(found.sheet, found.table, columns, found.client_name_at, found.rows)
