"""The returned outreach list: rows with an outcome become contacts, whatever program saved it."""

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
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

from sources.contract import load_contracts
from sources.formats import returned_list
from sources.ingest import FileReport, ingest
from sources.raw_zone import RawZone
from sources.reasons import FileRefusedError

CONTRACTS = {"outreach_log": load_contracts()["outreach_log"]}
TABLES = tuple(CONTRACTS["outreach_log"].tables.values())
SEEN = dt.datetime(2025, 6, 1, tzinfo=dt.UTC)
HEADER = [
    "#", "Client", "client_id", "contacted_at", "channel", "outcome", "next_follow_up_date", "minutes",
    "task_key", "staff_id",
]  # fmt: skip
CALLED = dt.datetime(2025, 5, 29, 17, 20)
ROWS = [
    [1, "Ana Ruiz", "C1", CALLED, "phone", "reached", dt.date(2025, 6, 2), 12, "t1", "cm1"],
    [2, "Bo Li", "C2", None, None, None, None, None, "t2", "cm1"],
    [3, "Cy Moe", "C3", dt.datetime(2025, 5, 29), "phone", "no_answer", None, 1, "t3", "cm1"],
    [4, "Di Fox", "007", dt.datetime(2025, 5, 29, 9), "phone", "sang", None, None, "t4", "cm1"],
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


def workbook(*sheets: list[list[object]], epoch: dt.datetime = CALENDAR_WINDOWS_1900) -> bytes:
    """A workbook with one sheet per list of rows."""
    book = openpyxl.Workbook()
    book.epoch = epoch
    book.remove(book.active)
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(f"Sheet {number}")
        for row in rows:
            sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def open_document(rows: list[list[str]]) -> bytes:
    """A minimal OpenDocument spreadsheet of text cells."""
    lines = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'
            for value in row
        )
        + "</table:table-row>"
        for row in rows
    )
    space = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<?xml version="1.0"?><office:document-content xmlns:office="{space}:office:1.0"'
        f' xmlns:table="{space}:table:1.0" xmlns:text="{space}:text:1.0"><office:body>'
        f'<office:spreadsheet><table:table table:name="Today">{lines}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("content.xml", content)
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
    return buffer.getvalue()


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
    ("content", "sheet", "header_row"),
    [(as_released(), "Today", 4), (as_saved_elsewhere(), "Sheet", 3)],
    ids=["released", "saved elsewhere"],
)
def test_rows_with_an_outcome_become_contacts(
    content: bytes, sheet: str, header_row: int, read: Read
) -> None:
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
    assert typed["contacted_at_precision"].to_list() == ["time", "date"]
    assert list(zip(typed["sheet"], typed["sheet_row"], strict=True)) == [
        (sheet, header_row + 1),
        (sheet, header_row + 3),
    ]
    assert typed["next_follow_up_date"].to_list() == [dt.date(2025, 6, 2), None]
    assert typed["minutes"].to_list() == [12, 1]
    assert typed["outcome"].to_list() == ["reached", "no_answer"]


def test_workbook_without_outcomes_has_no_records(read: Read) -> None:
    file, _ = read(workbook([HEADER]))
    assert (file.outcome, file.rows_in) == ("loaded", 0)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"PK\x03\x04 cut off", "not_a_workbook"),
        (b"client_id,staff_id\n", "header_missing_column"),
    ],
)
def test_file_that_is_not_a_workbook_is_refused(content: bytes, reason: str, read: Read) -> None:
    file, _ = read(content)
    assert file.reason_code == reason


def test_workbook_without_a_client_or_an_outcome_column_is_refused(read: Read) -> None:
    file, _ = read(workbook([["client_id", "channel"], ["C1", "phone"]]))
    assert file.reason_code == "header_missing_column"
    assert "outcome" in str(file.detail)


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


@pytest.mark.parametrize(
    "serial",
    [b"2958465", b"1e300", b"9" * 400, "²".encode(), "٤٥٨٠٦".encode(), b"1.2.3"],
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
        (b'r="A4"', 'r="ß4"'.encode()),
    ],
)
def test_inconsistent_sheet_refuses_the_workbook(old: bytes, new: bytes, read: Read) -> None:
    file, _ = read(changed(SHEET, old, new))
    assert (file.outcome, file.reason_code) == ("refused", "not_a_workbook")


def test_workbook_with_excessive_unpacked_size_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "cm1.xlsx"
    path.write_bytes(as_released())
    monkeypatch.setattr(returned_list, "_MAX_UNPACKED_BYTES", 10_000)
    with pytest.raises(FileRefusedError) as refused:
        returned_list.read_returned_lists(path, TABLES, tmp_path / "cm1", "b")
    assert refused.value.code == "archive_unsafe"


def test_unknown_columns_are_not_read(read: Read) -> None:
    header = ["Notes", *HEADER]
    file, typed = read(workbook([header, ["private", *ROWS[0]]]))
    assert (file.outcome, file.rows_loaded) == ("loaded", 1)
    assert "private" not in str(typed.to_dicts())


def test_every_sheet_with_a_client_and_an_outcome_column_is_read(read: Read) -> None:
    header = ["client_id", "staff_id", "contacted_at", "channel", "outcome"]
    called = dt.datetime(2025, 5, 29, 9)
    file, typed = read(
        workbook(
            [header, ["C1", "cm1", called, "phone", "reached"]],
            [["Only text"]],
            [
                [],
                ["More calls"],
                [],
                list(reversed(header)),
                ["no answer", "text", called, "cm1", "C2"],
            ],
        )
    )
    assert (file.rows_in, file.rows_loaded) == (2, 2)
    assert typed["client_id"].to_list() == ["C1", "C2"]
    assert typed["sheet_row"].to_list() == [2, 5]


@pytest.mark.parametrize(
    ("typed_text", "expected"),
    [
        ("Reached", "reached"),
        (" REACHED ", "reached"),
        ("Spoke with client.", "reached"),
        ("Left  voicemail", "left_message"),
        ("LVM", "left_message"),
        ("No answer", "no_answer"),
        ("Appt made", "scheduled"),
        ("Appointment moved", "rescheduled"),
        ("Back in hospital", "transferred"),
        ("in jail", "incarcerated"),
        ("Moved away", "moved"),
        ("Has died", "deceased"),
        ("wrong number!", "wrong_number"),
        ("sang", None),
    ],
)
def test_outcomes_are_read_as_people_type_them(
    typed_text: str, expected: str | None, read: Read
) -> None:
    file, typed = read(workbook([HEADER, [*ROWS[0][:5], typed_text, *ROWS[0][6:]]]))
    assert file.rows_in == 1
    assert (typed["outcome"].to_list() if len(typed) else [None]) == [expected]


@pytest.mark.parametrize(
    ("typed_text", "instant", "precision"),
    [
        ("2025-05-29 09:15", "2025-05-29T13:15:00+00:00", "time"),
        ("5/29/2025 9:15 AM", "2025-05-29T13:15:00+00:00", "time"),
        ("5/29/2025 12:00 PM", "2025-05-29T16:00:00+00:00", "time"),
        ("05/29/2025 12:05 a.m.", "2025-05-29T04:05:00+00:00", "time"),
        ("5/29/25 14:05", "2025-05-29T18:05:00+00:00", "time"),
        ("5/29/2025", "2025-05-29T04:00:00+00:00", "date"),
        ("2025-05-29", "2025-05-29T04:00:00+00:00", "date"),
        ("29/5/2025", None, None),
        ("5/29/2025 13:15 PM", None, None),
        ("5/29/2025 noon", None, None),
        ("yesterday", None, None),
        ("", None, None),
    ],
)
def test_times_are_read_as_people_type_them(
    typed_text: str, instant: str | None, precision: str | None, read: Read
) -> None:
    file, typed = read(workbook([HEADER, [*ROWS[0][:3], typed_text, *ROWS[0][4:]]]))
    assert file.rows_in == 1
    found = (
        [
            (at.isoformat(), p)
            for at, p in typed.select("contacted_at", "contacted_at_precision").rows()
        ]
        if len(typed)
        else []
    )
    assert found == ([] if instant is None else [(instant, precision)])


@pytest.mark.parametrize(
    ("serial", "instant"), [(44344.5, "2025-05-29T16:00:00+00:00"), (2_958_464, None)]
)
def test_numbers_of_a_workbook_that_counts_from_1904_are_dates(
    serial: float, instant: str | None, read: Read
) -> None:
    row = [*ROWS[0][:3], serial, *ROWS[0][4:]]
    file, typed = read(workbook([HEADER, row], epoch=CALENDAR_MAC_1904))
    assert (file.outcome, file.rows_in) == ("loaded", 1)
    found = [at.isoformat() for at in typed["contacted_at"]] if len(typed) else []
    assert found == ([] if instant is None else [instant])


def test_an_empty_channel_is_a_phone_call(read: Read) -> None:
    file, typed = read(workbook([HEADER, [*ROWS[0][:4], None, *ROWS[0][5:]]]))
    assert file.rows_rejected == 0
    assert typed["channel"].to_list() == ["phone"]


def test_renamed_headers_are_read(read: Read) -> None:
    header = ["Client ID", "Staff", "When you called", "How?", "WHAT HAPPENED", "Try again on"]
    row = ["C1", "cm1", dt.datetime(2025, 5, 29, 9), "Home visit", "reached", dt.date(2025, 6, 3)]
    file, typed = read(workbook([header, row]))
    assert file.rows_rejected == 0
    assert typed["channel"].to_list() == ["in_person"]
    assert typed["next_follow_up_date"].to_list() == [dt.date(2025, 6, 3)]


SAVED_CSV = """Today's list,,,,,
,,,,,
#,Client,client_id,contacted_at,channel,outcome,staff_id
1,"Ruiz, Ana",C1,5/29/2025 9:15,Phone,Reached,cm1
2,Bo Li,C2,,,,cm1
"""


@pytest.mark.parametrize(
    "content",
    [
        SAVED_CSV.encode(),
        SAVED_CSV.replace("\n", "\r\n").encode("utf-8-sig"),
        SAVED_CSV.replace("Ana", "Aña").encode("cp1252"),
        "".join(SAVED_CSV.splitlines(keepends=True)[2:]).encode(),
    ],
    ids=["titles", "Excel UTF-8", "Windows code page", "titles deleted"],
)
def test_list_saved_as_csv_is_read(content: bytes, read: Read) -> None:
    file, typed = read(content, "copy of my list.csv")
    assert (file.rows_in, file.rows_loaded) == (1, 1), file.detail
    assert typed["client_id"].to_list() == ["C1"]


def test_feed_with_the_contracts_header_keeps_its_rows_without_an_outcome(read: Read) -> None:
    content = b"client_id,staff_id,contacted_at,channel,outcome\nC1,cm1,2025-05-29T09:00,phone,\n"
    file, _ = read(content, "contact.csv")
    assert (file.rows_in, file.rows_rejected) == (1, 1)


def test_open_document_sheet_is_read(read: Read) -> None:
    file, typed = read(
        open_document(
            [HEADER, ["1", "Ana", "C1", "2025-05-29 09:15", "", "reached", "", "", "t1", "cm1"]]
        ),
        "cm1.ods",
    )
    assert (file.rows_in, file.rows_loaded) == (1, 1), file.detail
    assert typed["channel"].to_list() == ["phone"]


def test_workbook_with_a_password_is_refused_with_the_remedy(read: Read) -> None:
    file, _ = read(b"\xd0\xcf\x11\xe0" + bytes(4096))
    assert file.reason_code == "not_a_workbook"
