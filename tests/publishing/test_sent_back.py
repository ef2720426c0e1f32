"""The sheet Sent back: its words, and corrected cells on their way back through the feed's reader."""

from __future__ import annotations

import io
import json
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import openpyxl
import polars as pl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from sample_exports import AS_OF, ZONE
from xlsxwriter import Workbook

from publishing import sent_back, workbook
from publishing.release import Release
from publishing.sent_back import SentBack
from sources.contract import load_contracts
from sources.ingest import ingest
from sources.raw_zone import RawZone

CONTRACTS = {"outreach_log": load_contracts()["outreach_log"]}
DAY = date(2026, 6, 29)


def wrong(
    column: str | None,
    reason: str | None,
    *,
    client: str = "C1",
    table: str = "contact",
    **cells: str,
) -> dict[str, Any]:
    """A row of exports.export_sent_back."""
    typed = {"client_id": client, "task_key": f"t{client}", "staff_id": "cm.1"} | cells
    return {
        "staff_id": "cm.1", "client_id": client, "client_name": None, "task_key": f"t{client}",
        "list_table": table, "sheet": "Today", "sheet_row": 7, "reason_code": reason,
        "column_name": column, "is_deciding": True, "typed_cells": json.dumps(typed),
    }  # fmt: skip


def write(found: SentBack) -> Any:
    """The workbook with the sheet Sent back, opened with openpyxl."""
    buffer = io.BytesIO()
    book = Workbook(buffer, {"strings_to_formulas": False})
    book.add_worksheet("Today").write_row(0, 0, ["client_id", "outcome", "task_key", "staff_id"])
    sent_back.write(book, found, "cm.1", datetime(2026, 6, 30, tzinfo=ZoneInfo("America/New_York")))
    book.close()
    return openpyxl.load_workbook(buffer)


def cells(sheet: Worksheet) -> list[dict[str, Any]]:
    """Rows of the sheet by header text."""
    header, *rows = sheet.iter_rows(min_row=5, values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


@pytest.mark.parametrize(
    ("counts", "refusal", "expected"),
    [
        ((13, 11, 2), None, "You sent 13 on Mon 29 Jun: 11 counted, 2 need a look"),
        ((2, 1, 1), None, "You sent 2 on Mon 29 Jun: 1 counted, 1 needs a look"),
        ((13, 13, 0), None, "You sent 13 on Mon 29 Jun: all counted"),
        ((0, 0, 0), None, "Your workbook of Mon 29 Jun had no outcomes"),
        (
            (0, 0, 0), "not_a_workbook",
            ("A workbook of Mon 29 Jun could not be opened. Save it again as an Excel workbook (.xlsx)"
            " without a password, and return it."),
        ),
        (
            (1, 1, 0), "unreadable",
            ("You sent 1 on Mon 29 Jun: all counted. A workbook of Mon 29 Jun could not be read. Save it"
            " again as an Excel workbook (.xlsx), and return it."),
        ),
    ],
)  # fmt: skip
def test_the_summary_says_what_came_of_the_last_return(
    counts: tuple[int, int, int], refusal: str | None, expected: str
) -> None:
    assert sent_back.summary(SentBack(DAY, *counts, refusal), 2026) == expected


def test_each_row_has_its_problem_in_words_and_its_cells_as_typed() -> None:
    rows = (
        wrong("contacted_at", "bad_timestamp", contacted_at="yesterday", outcome="Reached"),
        wrong(
            "event_at, contacted_at", "rule_not_before_event", contacted_at="2026-06-01T09:00:00"
        ),
        wrong("instructions_reviewed", "bad_boolean", instructions_reviewed="=1+1"),
        wrong(None, None, outcome="Reached", contacted_at="2026-06-29T09:15:00"),
        wrong("is_confirmed", "value_not_allowed", table="confirmation"),
    )
    sheet = write(SentBack(DAY, 5, 1, 4, rows=rows))["Sent back"]
    assert sheet["A1"].value == "You sent 5 on Mon 29 Jun: 1 counted, 4 need a look"
    assert sheet.row_dimensions[4].hidden
    time, event, boolean, copy, other = cells(sheet)
    assert time["What is wrong"] == (
        "The time could not be read. Enter it like 6/30/2026 10:15 AM. (Sheet Today, row 7)"
    )
    assert (time["When you called"], time["What happened"]) == ("yesterday", "Reached")
    assert event["What is wrong"].startswith("The time is before the event of this row")
    assert event["When you called"] == datetime(2026, 6, 1, 9)
    assert boolean["Instructions reviewed"] == "'=1+1"
    assert copy["What is wrong"] == (
        "Your copies of this row disagree. Here: Reached, Mon 29 Jun 09:15. All count as tries. This"
        " one decides: it is the later one. (Sheet Today, row 7)"
    )
    assert {copy[name] for name in ("When you called", "What happened", "Client id")} == {None}
    assert other["What happened"] is None
    wrong_fills = [row[2].fill.start_color.rgb for row in sheet.iter_rows(min_row=6, max_row=7)]
    assert set(wrong_fills) == {"FFFBDFDD"}


def read_back(book: Any, folder: Path) -> tuple[list[dict[str, Any]], int]:
    """The contacts and the number of rejects of a returned workbook."""
    target = folder / "landing" / "outreach_log" / "2026-06-30"
    target.mkdir(parents=True)
    book.save(target / "cm.1.xlsx")
    seen = datetime(2026, 7, 1, tzinfo=ZoneInfo("UTC"))
    (file,) = ingest(folder / "landing", folder / "raw", ZONE.key, seen, contracts=CONTRACTS).files
    files = RawZone(folder / "raw", CONTRACTS).files("outreach_log", "contact")[1:]
    return pl.read_parquet(files).to_dicts(), file.rows_rejected


def test_corrected_cells_come_back_and_uncorrected_rows_are_not_lost(tmp_path: Path) -> None:
    rows = (
        wrong("contacted_at", "bad_timestamp", contacted_at="yesterday", outcome="Reached"),
        wrong("contacted_at", "missing_required", client="C2", contacted_at="", outcome="LVM"),
        wrong(
            "outcome", "value_not_allowed", client="C3", contacted_at="2026-06-29", outcome="sang"
        ),
        wrong("contacted_at", "bad_timestamp", client="C4", contacted_at="soon", outcome="Reached"),
        wrong(None, None, client="C5", outcome="Reached", contacted_at="2026-06-29T09:15:00"),
    )
    book = write(SentBack(DAY, 5, 1, 4, rows=rows))
    sheet = book["Sent back"]
    at = {cell.value: cell.column for cell in sheet[5]}
    sheet.cell(6, at["When you called"], datetime(2026, 6, 29, 10, 15))
    sheet.cell(8, at["What happened"], "no answer")
    sheet.cell(9, at["What happened"]).value = None  # dropped
    sheet.cell(5, at["What happened"], "Result of the call")  # renamed
    sheet.insert_rows(3)
    contacts, rejected = read_back(book, tmp_path)
    assert [
        (
            c["client_id"],
            f"{c['contacted_at']:%m-%d %H:%M}",
            c["contacted_at_precision"],
            c["outcome"],
        )
        for c in contacts
    ] == [("C1", "06-29 14:15", "time", "reached"), ("C3", "06-29 04:00", "date", "no_answer")]
    assert {(c["task_key"], c["staff_id"]) for c in contacts} == {("tC1", "cm.1"), ("tC3", "cm.1")}
    assert rejected == 1


def test_the_workbook_has_the_sheet_after_a_return_also_without_clients_today(
    exports: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    received = datetime(2026, 6, 29, 4, tzinfo=ZoneInfo("UTC"))
    exports.executemany(
        "insert into exports.export_return values (?, ?, 1, ?, ?, ?, ?)",
        [
            ("cm.1", received, None, 2, 1, 1),
            ("away", received, None, 1, 0, 1),
            ("idle", received, None, 1, 1, 0),
            ("locked", received, "not_a_workbook", 0, 0, 0),
            (None, received, None, 1, 0, 1),
        ],
    )
    columns = ", ".join(wrong(None, None))
    for number, staff_id in enumerate(("cm.1", "away", None)):
        row = wrong("contacted_at", "bad_timestamp", contacted_at="?") | {"staff_id": staff_id}
        exports.execute(
            f"insert into exports.export_sent_back (sent_back_key, {columns})"
            f" values ({number}{', ?' * len(row)})",
            list(row.values()),
        )
    with Release(tmp_path, AS_OF) as release:
        workbook.write(exports, release, ZONE)
        folder = release.directory / "outreach"
        found = {
            path.name: openpyxl.load_workbook(path).sheetnames for path in sorted(folder.iterdir())
        }
    assert {name for name, sheets in found.items() if "Sent back" in sheets} == {
        "away.xlsx",
        "cm.1.xlsx",
        "locked.xlsx",
        "unassigned.xlsx",
    }
    assert "idle.xlsx" not in found
