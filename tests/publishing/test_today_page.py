"""How much of the sheet Today fits on a page, and how its cells are kept short."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import duckdb
import pytest
from sample_exports import make_exports
from workbooks import HEADER, open_book, table, written

from publishing import layout, today_text
from tests.conftest import ROOT

# Reasons and next steps as the seeds word them, four in fifteen of them long.
_TEXTS = (
    (
        "Missed therapy Fri 12 Jun 10:00, 18 days ago.",
        "Already rebooked Fri 24 Jul 13:30. Ask why, remind, settle the ride.",
    ),
    (
        "Last therapy Mon 20 Apr, 2 months ago (usually every 2 weeks).",
        "Ask how Anne-Marie is; offer a visit. Nothing is booked.",
    ),
    (
        "Housing referral to Fixture Legal Aid: accepted Fri 5 Jun, nothing since (25 days ago).",
        "Call Fixture Legal Aid: is there a date?",
    ),
    ("No PHQ-9 since Wed 8 Apr.", "Repeat the PHQ-9 at the next contact."),
)
_LONG = (
    "Left Port Specimen Psychiatric Hospital (psychiatric) Fri 26 Jun 15:15, 4 days ago, to home. No visit kept since.",
    (
        "Visit IS booked: medication visit Tue 30 Jun 12:00, later than the 7 days. Ask for an earlier time; confirm"
        " ride and interpreter."
    ),
)


def _agency(count: int) -> duckdb.DuckDBPyConnection:
    """One care manager's list of so many rows, every fourth of them long."""
    clients = []
    for number in range(count):
        why, step = _LONG if number % 4 == 3 else _TEXTS[number % 3]
        client: dict[str, Any] = {
            "client_id": f"C{number:06}", "care_manager_id": "a", "rank": number, "why_now_1": why,
            "client_name": "Anne-Marie Wainscott", "next_step": step,
            "why_now_2": "2 of the last 3 appointments missed",
            "why_now_3": "DLA-20 3.8 on Fri 10 Apr", "barriers": None, "cssrs_level": None,
            "language": "en", "interpreter_needed": False,
        }  # fmt: skip
        clients.append(client)
    connection = make_exports(duckdb.connect(), tuple(clients))
    connection.execute("update exports.export_workbook_client set tries_14d = 0")
    return connection


def test_15_rows_of_the_usual_length_fit_on_the_page(tmp_path: Path) -> None:
    """The heights that the workbook sets; a spreadsheet program has them printed below."""
    today = open_book(written(_agency(15), tmp_path)["a.xlsx"])["Today"]
    pixels = sum(round(column.width * 7 + 5) for column in layout.TODAY if column.is_printed)
    margins = today.page_margins
    scale = int(100 * (14 - margins.left - margins.right) * 96 / pixels) / 100
    page = (8.5 - margins.top - margins.bottom) * 72 / scale
    rows = today.row_dimensions
    shown = [rows[row].height or 15 for row in range(1, HEADER + 16) if not rows[row].hidden]
    assert sum(shown) <= page
    heights = [rows[row].height for row in range(HEADER + 1, HEADER + 16)]
    assert sorted(set(heights)) == [42.75, 57.0], "3 lines, and 4"
    assert heights.count(57.0) == 3


@pytest.mark.long
@pytest.mark.parametrize(("clients", "pages"), [(15, 1), (22, 2)])
def test_libreoffice_prints_15_rows_on_a_page(tmp_path: Path, clients: int, pages: int) -> None:
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("LibreOffice is not installed")
    book = open_book(written(_agency(clients), tmp_path / "published")["a.xlsx"])
    for name in book.sheetnames:
        if name != "Today":
            del book[name]
    book["Today"].data_validations.dataValidation = []  # of names on a deleted sheet
    book.save(tmp_path / "today.xlsx")
    subprocess.run(
        [program, "--headless", "--convert-to", "pdf", "--outdir", tmp_path, tmp_path / "today.xlsx"],
        check=True, capture_output=True, timeout=180, env={**os.environ, "HOME": str(tmp_path)},
    )  # fmt: skip
    printed = (tmp_path / "today.pdf").read_bytes()
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == pages


def test_reasons_that_do_not_fit_are_left_out(tmp_path: Path) -> None:
    long = "A reason so long that no more than one of its kind is shown beside the other facts of a row"
    clients = tuple(
        {
            "client_id": f"C{number}",
            "care_manager_id": "a",
            "rank": number,
            "why_now_2": one,
            "why_now_3": other,
            "cssrs_level": None,
            "barriers": None,
        }
        for number, (one, other) in enumerate(
            [("No primary care visit in 12 months", long), (long, long), (long * 3, None)]
        )
    )
    cells = [
        row["Why today"]
        for row in table(
            open_book(written(make_exports(duckdb.connect(), clients), tmp_path)["a.xlsx"])["Today"]
        )
    ]
    assert [cell.count("A reason so long") for cell in cells] == [0, 0, 0]
    assert ["primary care" in cell for cell in cells] == [True, False, False]


def test_a_fact_is_said_once(tmp_path: Path) -> None:
    """A flag, the reason of the task and a struck number replace the longer text."""
    client = {
        "client_id": "C1", "care_manager_id": "a", "barriers": "insurance;transportation",
        "why_now_1": "Housing referral to Fixture: sent, nothing since. Barrier: insurance.",
        "why_now_2": "Serious mental illness with substance use disorder",
        "why_now_3": "PHQ-9 worse: 24 → 21", "contact_person": "guardian",
        "contact_note": "Guardian: Gail Ruiz; WRONG NUMBER (518) 555-0111, Thu 21 May; the client's own number",
    }  # fmt: skip
    connection = make_exports(duckdb.connect(), (client,))
    connection.execute("update exports.export_workbook_client set struck_phones = '5185550111'")
    (row,) = table(open_book(written(connection, tmp_path)["a.xlsx"])["Today"])
    assert row["Why today"] == (
        "Housing referral to Fixture: sent, nothing since. Barrier: insurance.\n"
        "C-SSRS moderate (30 May) · NO SAFETY PLAN · SMI with SUD · homeless"
        " · PHQ-9 24 → 21 (12 Jun) · barrier: transportation · also: missed therapy"
    )
    assert row["Call"].startswith(
        "(518) 555-0111 wrong (Thu 21 May)\n(518) 555-0100\n"
        "Guardian: Gail Ruiz; the client's own number"
    )


def test_every_task_type_has_words_and_every_flag_a_reason() -> None:
    seeds = ROOT / "dbt_project" / "seeds"
    with (seeds / "task" / "task_type.csv").open(encoding="utf-8", newline="") as file:
        assert {row["task_type"] for row in csv.DictReader(file)} == set(today_text.TASK_WORDS)
    with (seeds / "risk" / "risk_weight.csv").open(encoding="utf-8", newline="") as file:
        assert set(today_text.SAID_BY_FLAG) <= {row["reason"] for row in csv.DictReader(file)}
