"""Builds real HTML tables: headings that sort by a link, numbers aligned and as numbers.

A heading's link keeps all other values of the page's address, so that a sorted table can be
bookmarked and works without a script. All texts are escaped here.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from dashboards.escaping import printable

_WIDE = 7  # columns from which the first one needs room of its own
_SHORT = 20  # rows that fit on a printed page
Value = str | int | float | Decimal | None


@dataclass(frozen=True)
class Cell:
    """A cell.

    Attributes:
        text: what readers see.
        value: what the column is sorted by; the text if None.
        link: address that the text leads to.
    """

    text: str
    value: Value = None
    link: str | None = None


@dataclass(frozen=True)
class Column:
    """A column.

    Attributes:
        key: its name in the address.
        heading: its heading.
        is_number: True aligns it to the right.
    """

    key: str
    heading: str
    is_number: bool = False


@dataclass(frozen=True)
class Table:
    """A table with a caption.

    Attributes:
        key: its name in the address.
        caption: what its rows are.
        columns: the first one names the row.
        rows: cells in the order of the columns.
    """

    key: str
    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]


def render(table: Table, address: Mapping[str, str]) -> str:
    """Return the table as HTML.

    Args:
        table: the table.
        address: the values of the page's address; `sort_<key>` names a column of the table, with a
            leading `-` for descending order.
    """
    parameter = f"sort_{table.key}"
    chosen = address.get(parameter, "")
    rows = _sorted_rows(table, chosen)
    head = "".join(_heading(column, chosen, parameter, address) for column in table.columns)
    body = "".join(_row(table.columns, row) for row in rows)
    size = "wide" if len(table.columns) > _WIDE else "narrow"
    length = "short" if len(rows) <= _SHORT else "long"
    return (
        f'<div class="caseload-table {size} {length}"><table><caption>{_text(table.caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _sorted_rows(table: Table, chosen: str) -> Sequence[Sequence[Cell]]:
    keys = [column.key for column in table.columns]
    name, is_descending = chosen.removeprefix("-"), chosen.startswith("-")
    if name not in keys:
        return table.rows
    place = keys.index(name)
    has_value = [row for row in table.rows if _is_sortable(row[place], table.columns[place])]
    without = [row for row in table.rows if not _is_sortable(row[place], table.columns[place])]
    # Counts that are not shown come last in both directions.
    return [*sorted(has_value, key=lambda row: _order(row[place]), reverse=is_descending), *without]


def _is_sortable(cell: Cell, column: Column) -> bool:
    return cell.value is not None or not column.is_number


def _order(cell: Cell) -> tuple[bool, float, str]:
    value = cell.text if cell.value is None else cell.value
    if isinstance(value, str):
        return True, 0.0, value.casefold()
    return False, float(value), ""


def _heading(column: Column, chosen: str, parameter: str, address: Mapping[str, str]) -> str:
    order = {column.key: "ascending", f"-{column.key}": "descending"}.get(chosen)
    following = f"-{column.key}" if order == "ascending" else column.key
    link = "?" + urlencode({**address, parameter: following})
    arrow = {"ascending": " ▲", "descending": " ▼"}.get(order or "", "")
    sort = f' aria-sort="{order}"' if order else ""
    style = ' class="number"' if column.is_number else ""
    return (
        f'<th scope="col"{sort}{style}><a href="{html.escape(link)}">{_text(column.heading)}'
        f'<span aria-hidden="true">{arrow}</span></a></th>'
    )


def _row(columns: Sequence[Column], cells: Sequence[Cell]) -> str:
    parts = []
    for place, (column, cell) in enumerate(zip(columns, cells, strict=True)):
        text = _text(cell.text)
        if cell.link is not None:
            text = f'<a href="{html.escape(cell.link)}">{text}</a>'
        style = ' class="number"' if column.is_number else ""
        parts.append(
            f'<th scope="row"{style}>{text}</th>' if not place else f"<td{style}>{text}</td>"
        )
    return f"<tr>{''.join(parts)}</tr>"


def _text(text: str) -> str:
    return html.escape(printable(text))
