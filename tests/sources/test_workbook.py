"""The returned outreach workbook: rows with an outcome become contacts, whatever program saved it."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import polars as pl
import pytest
import xlsxwriter

from sources.contract import load_contracts
from sources.formats import workbook
from sources.ingest import FileReport, ingest
from sources.raw_zone import RawZone

CONTRACTS = {"outreach_log": load_contracts()["outreach_log"]}
SEEN = dt.datetime(2025, 6, 1, tzinfo=dt.UTC)
HEADER = [
    "#",
    "Client",
    "client_id",
    "contacted_at",
    "channel",
    "outcome",
    "next_follow_up_date",
    "minutes",
    "task_key",
    "staff_id",
]
ROWS = [
    [
        1,
        "Ana Ruiz",
        "C1",
        dt.datetime(2025, 5, 29, 17, 20),
        "phone",
        "reached",
        dt.date(2025, 6, 2),
        12,
        "t1",
        "cm1",
    ],
    [2, "Bo Li", "C2", None, None, None, None, None, "t2", "cm1"],
    [3, "Cy Moe", "C3", dt.datetime(2025, 5, 29), "phone", "no_answer", None, 1, "t3", "cm1"],
    [4, "Di Fox", "007", dt.datetime(2025, 5, 29, 9), "phone", "talked", None, None, "t4", "cm1"],
]
Read = Callable[..., tuple[FileReport, pl.DataFrame]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Land a workbook under the care manager's name and return its report and typed rows."""

    def land(content: bytes, name: str = "cm1.xlsx") -> tuple[FileReport, pl.DataFrame]:
        folder = tmp_path / "landing" / "outreach_log" / "2025-05-30"
        folder.mkdir(parents=True)
        (folder / name).write_bytes(content)
        report = ingest(
            tmp_path / "landing", tmp_path / "raw", "America/New_York", SEEN, contracts=CONTRACTS
        )
        files = RawZone(tmp_path / "raw", CONTRACTS).files("outreach_log", "contact")[1:]
        return report.files[0], pl.read_parquet(files) if files else pl.DataFrame()

    return land


def as_released() -> bytes:
    """As this project publishes it: notices above the header in row 4, and other sheets."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        book.add_worksheet("Instructions").write_string(0, 0, "How to use this workbook")
        sheet = book.add_worksheet("Today")
        sheet.write_string(0, 0, "Today's list")
        sheet.write_row(3, 0, HEADER)
        for position, row in enumerate(ROWS, 4):
            for column, value in enumerate(row):
                if isinstance(value, dt.datetime | dt.date):
                    sheet.write_datetime(position, column, value, day)
                elif value is not None:
                    sheet.write(position, column, value)
    return buffer.getvalue()


def as_saved_elsewhere() -> bytes:
    """As another program saves it: a shared strings table in another order, other cell types."""
    book = openpyxl.Workbook()
    for row in (["Today's list"], [], HEADER, *ROWS):
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "content", [as_released(), as_saved_elsewhere()], ids=["released", "saved elsewhere"]
)
def test_rows_with_an_outcome_become_contacts(content: bytes, read: Read) -> None:
    file, typed = read(content)
    assert (file.outcome, file.rows_in, file.rows_loaded, file.rows_rejected) == (
        "loaded",
        3,
        2,
        1,
    ), file.detail
    assert typed["client_id"].to_list() == ["C1", "C3"]
    assert [timestamp.isoformat() for timestamp in typed["contacted_at"]] == [
        "2025-05-29T21:20:00+00:00",
        "2025-05-29T04:00:00+00:00",
    ]
    assert typed["next_follow_up_date"].to_list() == [dt.date(2025, 6, 2), None]
    assert typed["minutes"].to_list() == [12, 1]
    assert typed["outcome"].to_list() == ["reached", "no_answer"]


def test_workbook_without_outcomes_has_no_records(read: Read) -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        book.add_worksheet("Today").write_row(0, 0, HEADER)
    file, _ = read(buffer.getvalue())
    assert (file.outcome, file.rows_in) == ("loaded", 0)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"PK\x03\x04 cut off", "not_a_workbook"),
        (b"client_id,staff_id\n", "not_a_workbook"),
    ],
)
def test_file_that_is_not_a_workbook_is_refused(content: bytes, reason: str, read: Read) -> None:
    file, _ = read(content)
    assert file.reason_code == reason


def test_workbook_without_the_required_columns_is_refused(read: Read) -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        book.add_worksheet("Other").write_row(0, 0, ["client_id", "outcome"])
    file, _ = read(buffer.getvalue())
    assert file.reason_code == "header_missing_column"
    assert "contacted_at" in str(file.detail)


def changed(member: str, old: bytes, new: bytes) -> bytes:
    """The released workbook with the first occurrence of some bytes in one member replaced."""
    found = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(as_released())) as whole,
        zipfile.ZipFile(found, "w") as archive,
    ):
        for name in whole.namelist():
            content = whole.read(name)
            if name == member:
                assert old in content
                content = content.replace(old, new, 1)
            archive.writestr(name, content)
    return found.getvalue()


SHEET = "xl/worksheets/sheet2.xml"
SERIAL = b"<v>45806.72222222222</v>"  # 2025-05-29 17:20


def test_workbook_with_xml_entities_is_refused(read: Read) -> None:
    file, _ = read(
        changed("xl/workbook.xml", b"<workbook", b'<!DOCTYPE x [<!ENTITY a "aa">]><workbook')
    )
    assert file.reason_code == "archive_unsafe"


@pytest.mark.parametrize(
    "serial",
    [b"2958465", b"1e300", b"9" * 400, "²".encode(), "٤٥٨٠٦".encode(), b"45806.", b"1.2.3"],
)
def test_invalid_date_serial_number_rejects_its_row(serial: bytes, read: Read) -> None:
    file, typed = read(changed(SHEET, SERIAL, b"<v>" + serial + b"</v>"))
    assert (file.rows_in, file.rows_rejected) == (3, 2)
    assert typed["client_id"].to_list() == ["C3"]


def test_largest_date_serial_number_is_accepted(read: Read) -> None:
    file, _ = read(changed(SHEET, SERIAL, b"<v>2958464.5</v>"))
    assert file.outcome == "loaded"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b't="s"><v>', b't="s"><v>99999'),
        (b't="s"><v>', b't="s"><v>-'),
        (b't="s"><v>', b't="s"><v>' + "²".encode()),
        (b'r="A4"', 'r="ß4"'.encode()),
        (b'encoding="UTF-8"', b'encoding="nonsense"'),
    ],
)
def test_inconsistent_sheet_refuses_the_workbook(old: bytes, new: bytes, read: Read) -> None:
    file, _ = read(changed(SHEET, old, new))
    assert (file.outcome, file.reason_code) == ("refused", "not_a_workbook")


def test_workbook_with_excessive_unpacked_size_is_refused(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "_MAX_XML_BYTES", 10_000)
    file, _ = read(as_released())
    assert file.reason_code == "archive_unsafe"


def test_note_column_refuses_the_workbook(read: Read) -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        book.add_worksheet("Today").write_row(0, 0, [*HEADER, "Notes"])
    file, _ = read(buffer.getvalue())
    assert file.reason_code == "note_text"
