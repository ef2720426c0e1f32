"""Writes one workbook per team for its supervisor: `outreach/supervisor_<team>.xlsx`.

Its rows contain no Part 2 record. Choices come back like care managers' entries
(rules/returned-workbooks.md#decisions). supervisor_layout.py has the sheets.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from publishing import sent_back
from publishing.cells import safe_cell
from publishing.dates import time_text
from publishing.encryption import SUPERVISORS, Recipient
from publishing.layout import NAMES
from publishing.release import Release
from publishing.sent_back import SentBack
from publishing.supervisor_layout import SHEETS, Column, Sheet

_NAME_ROW, _HEADER_ROW = 2, 3  # zero-based; the first is hidden and has the feed's names
_MOST_CHOICES = 255  # characters of a drop-down's list in the file format
_NO_TEAM = "no_team"
_PLAIN: dict[str, Any] = {"font_size": 10, "valign": "top", "text_wrap": True}
_ENTRY = {**_PLAIN, "bg_color": "#EAF2FB", "border": 1, "border_color": "#9DB4CE"}
_HEADER = {**_PLAIN, "bold": True, "font_color": "#FFFFFF"}
_DATE, _TIME = {"num_format": "d mmm yyyy"}, {"num_format": "ddd d mmm yyyy hh:mm"}
_ENTRY_TIME = {"num_format": "yyyy-mm-dd hh:mm"}  # a workbook saved as CSV keeps the shown text
_STYLES: dict[str, dict[str, Any]] = {
    "title": {"font_size": 13, "bold": True, "font_color": "#1F3A5F"},
    "line": {"font_size": 11},
    "text": _PLAIN,
    "name": {**_PLAIN, "bold": True},
    "key": {**_PLAIN, "font_color": "#4A545D"},
    "date": {**_PLAIN, **_DATE, "align": "left"},
    "time": {**_PLAIN, **_TIME, "align": "left"},
    "different": {**_PLAIN, "bg_color": "#FDF7D2", "bold": True},
    "different_date": {**_PLAIN, **_DATE, "align": "left", "bg_color": "#FDF7D2", "bold": True},
    "entry": _ENTRY,
    "entry_time": {**_ENTRY, **_ENTRY_TIME, "align": "left"},
    "header": {**_HEADER, "bg_color": "#1F3A5F"},
    "header_entry": {**_HEADER, "bg_color": "#2F66A0"},
}
_TEAMS = "select distinct team from exports.export_supervisor_staff order by team nulls last"
_SUPERVISORS = """
    select team, min(staff_id) from marts.dim_staff where role = 'supervisor' group by team
"""
_CARE_MANAGERS = """
    select staff_name || ' · ' || staff_id from exports.export_supervisor_staff
    order by staff_name, staff_id
"""


def write(
    connection: duckdb.DuckDBPyConnection,
    release: Release,
    zone: ZoneInfo,
    recipients: Mapping[str, Recipient] | None = None,
) -> int:
    """Write the workbooks of all teams into the release.

    Args:
        connection: the warehouse.
        release: the open release.
        zone: the agency's time zone.
        recipients: by staff_id, and `supervisors`; with a key the file is `<name>.xlsx.age`.

    Returns:
        Number of workbooks.
    """
    keys = recipients or {}
    supervisors = dict(connection.execute(_SUPERVISORS).fetchall())
    returned = sent_back.read(connection, zone)
    rows = {sheet.name: _rows(connection, sheet, zone) for sheet in SHEETS}
    care_managers = [label for (label,) in connection.execute(_CARE_MANAGERS).fetchall()]
    teams = [team for (team,) in connection.execute(_TEAMS).fetchall()]
    for team in teams:
        supervisor = supervisors.get(team)
        name = f"supervisor_{_slug(team)}"
        buffer = io.BytesIO()
        book = _TeamWorkbook(
            buffer, supervisor or name, release.as_of.astimezone(zone), care_managers
        )
        book.write(
            {name: _of_team(found, team) for name, found in rows.items()},
            team,
            returned.get(supervisor),
        )
        recipient = keys.get(supervisor or "") or keys.get(SUPERVISORS)
        count = sum(len(_of_team(found, team)) for found in rows.values())
        _add(release, f"outreach/{name}.xlsx", buffer.getvalue(), count, recipient)
    return len(teams)


def _slug(team: str | None) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "_", team)[:50] if team else _NO_TEAM


def _add(
    release: Release, relative: str, content: bytes, rows: int, recipient: Recipient | None
) -> None:
    if recipient is None:
        release.file(relative).write_bytes(content)
        release.add(relative, rows)
        return
    release.file(f"{relative}.age").write_bytes(recipient.encrypt(content))
    release.add(f"{relative}.age", rows, content_hash=recipient.content_hash(content))


def _rows(
    connection: duckdb.DuckDBPyConnection, sheet: Sheet, zone: ZoneInfo
) -> list[dict[str, Any]]:
    parameters = {"zone": zone.key} if "$zone" in sheet.query else {}
    found = connection.execute(sheet.query, parameters)
    names = [column[0] for column in found.description or ()]
    rows = [dict(zip(names, values, strict=True)) for values in found.fetchall()]
    # A row without a team is every supervisor's, so that none is left out.
    return [row | {"_team": row[sheet.team] if sheet.team else None} for row in rows]


def _of_team(rows: list[dict[str, Any]], team: str | None) -> list[dict[str, Any]]:
    return [row for row in rows if row["_team"] in (None, team)]


class _TeamWorkbook:
    """One team's workbook."""

    def __init__(
        self, target: io.BytesIO, decided_by: str, as_of: datetime, care_managers: list[str]
    ) -> None:
        self._book = Workbook(
            target,
            {
                "in_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        created = as_of.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)
        self._book.set_properties({"title": "Supervisor", "created": created})
        self._made: dict[str, Format] = {}
        self._as_of = as_of
        self._care_managers = [safe_cell(label) for label in care_managers]
        self._filled = {
            "decided_by": decided_by,
            "decided_at": as_of.replace(tzinfo=None, second=0),
        }

    def write(
        self, rows: Mapping[str, list[dict[str, Any]]], team: str | None, returned: SentBack | None
    ) -> None:
        """Write all sheets and close the workbook."""
        for sheet in SHEETS:
            self._sheet(sheet, rows[sheet.name], team)
        names = self._book.add_worksheet(NAMES)
        names.very_hidden()
        for position, label in enumerate(self._care_managers):
            names.write_string(position, 0, label)
        sent_back.write(self._book, returned, str(self._filled["decided_by"]), self._as_of)
        self._book.close()

    def _style(self, name: str) -> Format:
        if name not in self._made:
            self._made[name] = self._book.add_format(_STYLES[name])
        return self._made[name]

    def _sheet(self, spec: Sheet, rows: list[dict[str, Any]], team: str | None) -> None:
        sheet = self._book.add_worksheet(spec.name)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.freeze_panes(_HEADER_ROW + 1, 1)
        count = spec.summary(rows) if spec.summary else len(rows)
        title = f"{spec.name} · {team or 'no team'} · {count} · {time_text(self._as_of, None)}"
        sheet.write_string(0, 0, safe_cell(title), self._style("title"))
        sheet.write_string(1, 0, spec.hint, self._style("line"))
        sheet.set_row(_NAME_ROW, None, None, {"hidden": True})
        for position, column in enumerate(spec.columns):
            sheet.set_column(position, position, column.width)
            style = "header_entry" if column.style.startswith("entry") else "header"
            sheet.write_string(_HEADER_ROW, position, column.title, self._style(style))
            if column.feed:
                sheet.write_string(_NAME_ROW, position, column.feed, self._style("key"))
        for number, row in enumerate(rows, _HEADER_ROW + 1):
            different = _different(row, spec)
            for position, column in enumerate(spec.columns):
                style = column.style
                if column.value in different:
                    style = "different_date" if style == "date" else "different"
                self._cell(sheet, (number, position), column, row, self._style(style))
        for position, column in enumerate(spec.columns):
            source = self._source(column)
            if source and rows:
                rule = {"validate": "list", "source": source, "error_type": "warning"}
                last = _HEADER_ROW + len(rows)
                sheet.data_validation(_HEADER_ROW + 1, position, last, position, rule)

    def _cell(
        self,
        sheet: Worksheet,
        at: tuple[int, int],
        column: Column,
        row: Mapping[str, Any],
        style: Format,
    ) -> None:
        value = self._filled.get(column.value or "") or row.get(column.value or "")
        if column.choices == "candidates":
            choices = [safe_cell(each) for each in (row["candidates"] or "").split(";") if each]
            if choices and len(",".join(choices)) <= _MOST_CHOICES:
                rule = {"validate": "list", "source": choices, "error_type": "warning"}
                sheet.data_validation(*at, *at, rule)
        if value is None or value == "":
            sheet.write_blank(*at, None, style)
        elif isinstance(value, date):
            sheet.write_datetime(*at, value, style)
        elif isinstance(value, str):
            # Keys come back, so they stay as they are.
            text = value if column.feed else safe_cell(value.replace(";", "\n"))
            sheet.write_string(*at, text, style)
        else:
            sheet.write_number(*at, value, style)

    def _source(self, column: Column) -> list[str] | str | None:
        """The drop-down of a whole column; None if it has none or one per row."""
        if column.choices == "care_managers":
            count = len(self._care_managers)
            return f"={NAMES}!$A$1:$A${count}" if count else None
        return None if isinstance(column.choices, str) else list(column.choices)


def _different(row: Mapping[str, Any], spec: Sheet) -> set[str]:
    """Columns whose values differ between the two sides; a missing value differs from none."""
    found = set()
    for one, other in spec.compared:
        left, right = row[one], row[other]
        if left is not None and right is not None and _bare(left) != _bare(right):
            found |= {one, other}
    return found


def _bare(value: object) -> str:
    return re.sub(r"[\W_]+", "", str(value).casefold())
