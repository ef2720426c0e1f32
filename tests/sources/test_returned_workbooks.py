"""The return path loses nothing: every row with an entry is a contact or a reject, as it was typed."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from sources.contract import load_contracts
from sources.ingest import IngestReport, ingest
from sources.raw_zone import RawZone

CONTRACTS = {"outreach_log": load_contracts()["outreach_log"]}
SEEN = dt.datetime(2025, 6, 1, tzinfo=dt.UTC)
HEADER = [
    "Client", "client_id", "When you called", "How", "What happened", "Try again on", "Minutes",
    "task_key", "staff_id",
]  # fmt: skip
AT = dt.datetime(2025, 5, 29, 9)
Cells = list[object]
Land = Callable[..., "Landed"]


class Landed:
    """The raw zone after one run over returned workbooks."""

    def __init__(self, raw: Path, report: IngestReport) -> None:
        self.zone, self.report = RawZone(raw, CONTRACTS), report

    def rows(self, table: str = "contact") -> list[dict[str, object]]:
        """Typed rows of a table, in the order of the file."""
        files = self.zone.files("outreach_log", table)[1:]
        frames = [pl.read_parquet(path) for path in files]
        return pl.concat(frames, how="diagonal").sort("_source_row").to_dicts() if frames else []

    def clients(self) -> list[object]:
        """Clients of the contacts."""
        return [row["client_id"] for row in self.rows()]

    def reasons(self) -> list[tuple[str, str]]:
        """Column and reason of each reject."""
        return [(r.detail.partition(":")[0], r.reason_code) for r in self.zone.rejects()]


@pytest.fixture
def land(tmp_path: Path) -> Land:
    """Land workbooks of one sheet each, by file name, and read them."""

    def read(files: dict[str, dict[str, list[Cells]] | bytes]) -> Landed:
        folder = tmp_path / "landing" / "outreach_log" / "2025-05-30"
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            if isinstance(content, bytes):
                (folder / name).write_bytes(content)
                continue
            book = openpyxl.Workbook()
            book.remove(book.active)
            for title, rows in content.items():
                sheet = book.create_sheet(title)
                for row in rows:
                    sheet.append(row)
            book.save(folder / name)
        report = ingest(
            tmp_path / "landing", tmp_path / "raw", "America/New_York", SEEN, contracts=CONTRACTS
        )
        return Landed(tmp_path / "raw", report)

    return read


def entry(client: str, *, at: object = AT, outcome: object = "Reached", task: str = "") -> Cells:
    """A row of the list with an outcome."""
    return ["Ruiz, Ana", client, at, "Phone", outcome, None, 5, task or f"t{client}", "cm1"]


def test_several_rows_for_one_client_are_several_contacts(land: Land) -> None:
    day = dt.datetime(2025, 5, 29)
    landed = land(
        {"a.xlsx": {"Today": [HEADER, entry("C1"), *[entry("C1", at=day) for _ in range(3)]]}}
    )
    assert landed.clients() == ["C1"] * 4
    assert [row["same_time_number"] for row in landed.rows()] == [None, None, 2, 3]


def test_every_row_with_an_entry_is_kept_as_it_was_typed(land: Land) -> None:
    rows = [entry("C1"), entry("C2", at="yesterday"), entry("C3", outcome=None), entry("C4", at="")]
    landed = land({"a.xlsx": {"Today": [["Title"], [], HEADER, *rows]}})
    (file,) = landed.report.files
    assert (file.rows_in, file.rows_loaded, file.rows_rejected) == (3, 1, 2)
    assert landed.reasons() == [
        ("contacted_at", "bad_timestamp"),
        ("contacted_at", "missing_required"),
    ]
    typed = landed.rows("returned_row")
    assert [(row["list_table"], row["list_row"], row["client_id"]) for row in typed] == [
        ("contact", 1, "C1"),
        ("contact", 2, "C2"),
        ("contact", 3, "C4"),
    ]
    assert [(row["sheet"], row["sheet_row"]) for row in typed] == [
        ("Today", 4),
        ("Today", 5),
        ("Today", 7),
    ]
    assert json.loads(str(typed[1]["typed_cells"]))["contacted_at"] == "yesterday"
    assert {row["staff_id"] for row in typed} == {"cm1"}
    rejects = {(r.table_name, r.source_row) for r in landed.zone.rejects()}
    assert rejects == {("contact", 2), ("contact", 3)}


@pytest.mark.parametrize(
    "header",
    [
        ["Name", "client_id", "When you called", "How", "Result", "Next", "Min", "task_key", "staff_id"],
        ["Name", "client_id", "When you called", "How", "My answer", "x", "y", "task_key", "staff_id"],
        ["Name", "client_id", "My time", "How", "What happened", "x", "y", "task_key", "staff_id"],
        ["Name", "", "WHEN you called?", "by", "what-happened", "x", "y", "task_key", "staff_id"],
    ],
    ids=["known synonyms", "outcome by its values", "time by its values", "only the task"],
)  # fmt: skip
def test_renamed_columns_are_read(header: Cells, land: Land) -> None:
    # Not filled in: the column of an entry is empty on rows without one.
    rows = [entry("C1"), entry("C2", outcome="LVM"), [*entry("C3")[:2], *[None] * 5, "tC3", "cm1"]]
    elsewhere = [["client_id", "task_key"], ["C1", "tC1"], ["C2", "tC2"]]
    lists = {"Today": [header, *rows], "Plan": [["client_id", "outcome", "task_key"], *elsewhere]}
    if header[1]:
        del lists["Plan"]
    else:
        lists["Plan"] = [
            ["client_id", "outcome", "task_key"],
            ["C1", None, "tC1"],
            ["C2", None, "tC2"],
        ]
    landed = land({"a.xlsx": lists})
    assert landed.clients() == ["C1", "C2"], landed.reasons()
    assert [row["outcome"] for row in landed.rows()] == ["reached", "left_message"]
    assert {str(row["contacted_at"]) for row in landed.rows()} == {"2025-05-29 13:00:00+00:00"}


def test_due_times_are_not_taken_for_the_time_of_the_call(land: Land) -> None:
    header = ["client_id", "By", "What happened", "staff_id"]
    rows: list[Cells] = [["C1", AT, "Reached", "cm1"], ["C2", AT, None, "cm1"]]
    landed = land({"a.xlsx": {"Today": [header, *rows]}})
    assert landed.reasons() == [("contacted_at", "missing_required")]


def test_a_hidden_row_of_the_feeds_names_is_the_header(land: Land) -> None:
    names = ["", "client_id", "contacted_at", "channel", "outcome", "", "", "task_key", "staff_id"]
    shown = ["Who", "Chart", "Clock", "Way", "Said", "Next", "Min", "task_key", "staff_id"]
    landed = land({"a.xlsx": {"Today": [names, shown, entry("C1")]}})
    assert (landed.clients(), landed.reasons()) == (["C1"], [])


@pytest.mark.parametrize(
    "cell",
    ["Ruiz, Ana · C1", "Ana Ruiz (C1)", "Ana Ruiz - C1", "Ruiz, Ana\n46 · 2/29/1980 · C1", "C1"],
)
def test_a_client_chosen_by_name_is_read_by_the_id_in_it(cell: str, land: Land) -> None:
    rows: list[list[Cells]] = [
        [["Client", "When you called", "What happened"], [cell, AT, "Reached"]],
        [HEADER, entry("C9", outcome=None)],
    ]
    landed = land({"a.xlsx": {"More calls": rows[0], "Today": rows[1]}})
    assert landed.clients() == ["C1"]
    assert [row["staff_id"] for row in landed.rows()] == ["cm1"]


def test_a_call_without_a_client_comes_back(land: Land) -> None:
    rows: list[Cells] = [
        ["Client", "When you called", "What happened"],
        ["Ruiz, Ana", AT, "Reached"],
    ]
    landed = land({"a.xlsx": {"More calls": rows, "Today": [HEADER, entry("C9", outcome=None)]}})
    assert landed.reasons() == [("client_id", "missing_required")]
    assert len(landed.rows("returned_row")) == 1


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("June 30, 2025 10:15 AM", "2025-06-30 14:15"),
        ("30 Jun 2025 10:15", "2025-06-30 14:15"),
        ("Mon, Jun 30 2025 at 9 am", "2025-06-30 13:00"),
        ("6/30/2025 9am", "2025-06-30 13:00"),
        ("6-30-2025 10:15 AM", "2025-06-30 14:15"),
        ("2025/06/30 10:15", "2025-06-30 14:15"),
        ("2025-06-30T10:15:00-04:00", "2025-06-30 14:15"),
        ("6/30/2025 10", None),
        ("6/30 10:15 AM", None),
        ("10:15 AM", None),
        ("June 31, 2025", None),
    ],
)  # fmt: skip
def test_times_with_month_names_and_short_hours(
    typed: str, expected: str | None, land: Land
) -> None:
    landed = land({"a.xlsx": {"Today": [HEADER, entry("C1", at=typed)]}})
    found = [f"{row['contacted_at']:%Y-%m-%d %H:%M}" for row in landed.rows()]
    assert found == ([] if expected is None else [expected])


@pytest.mark.parametrize(
    ("minutes", "expected"), [("10 min", 10), ("15m", 15), ("20 minutes", 20), ("an hour", None)]
)
def test_minutes_with_their_unit(minutes: str, expected: int | None, land: Land) -> None:
    row = [*entry("C1")[:6], minutes, "t1", "cm1"]
    landed = land({"a.xlsx": {"Today": [HEADER, row]}})
    assert [row["minutes"] for row in landed.rows()] == ([] if expected is None else [expected])


@pytest.mark.parametrize(
    "typed", ["no-answer", "No Answer!", "NO_ANSWER", "noanswer", "did not pick up"]
)
def test_outcomes_are_compared_without_blanks_and_punctuation(typed: str, land: Land) -> None:
    landed = land({"a.xlsx": {"Today": [HEADER, entry("C1", outcome=typed)]}})
    assert [row["outcome"] for row in landed.rows()] == ["no_answer"]


def test_a_contact_before_the_event_of_its_row_is_rejected(land: Land) -> None:
    header = ["client_id", "contacted_at", "outcome", "event_at", "staff_id"]
    event = dt.datetime(2025, 5, 29, 9)
    rows: list[Cells] = [
        ["C1", event, "reached", event, "cm1"],
        ["C2", event - dt.timedelta(minutes=1), "reached", event, "cm1"],
        ["C3", dt.datetime(2025, 5, 29), "reached", event, "cm1"],
        ["C4", dt.datetime(2025, 5, 28), "reached", event, "cm1"],
        ["C5", event, "reached", "sorted away", "cm1"],
    ]
    landed = land({"a.xlsx": {"Today": [header, *rows]}})
    assert landed.clients() == ["C1", "C3", "C5"]
    assert {reason for _, reason in landed.reasons()} == {"rule_not_before_event"}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_text_saved_from_a_workbook_is_read(delimiter: str, encoding: str, land: Land) -> None:
    lines = [["Liste für Ana"], ["client_id", "contacted_at", "outcome", "staff_id"]]
    lines.append(["C1", "5/29/2025 9:00 AM", "reached", "cm1"])
    text = "\r\n".join(delimiter.join(line) for line in lines)
    landed = land({"a.txt": text.encode(encoding)})
    assert landed.clients() == ["C1"]


def test_a_file_name_that_a_person_chose_is_shown_nowhere(land: Land) -> None:
    landed = land(
        {
            "Ana Ruiz notes.xlsx": {"Today": [HEADER, entry("C1"), entry("C2", at="")]},
            "Ana Ruiz.xlsx": b"PK\x03\x04 cut off",
            "Ana Ruiz.docx": b"text",
            "contact_ana_ruiz.csv": b"client_id,staff_id\n",
            "contact_delta.csv": b"client_id,staff_id,contacted_at,channel,outcome\n",
        }
    )
    zone = landed.zone
    shown = [
        *(file.path for file in landed.report.files),
        *(f"{file.detail}" for file in landed.report.files),
        *landed.report.notices,
        *zone.notices(),
        *(batch.file_name for batch in zone.batches()),
        *(delivery.shown_path for delivery in zone.deliveries()),
    ]
    assert not [text for text in shown if "ana" in text.casefold()]
    assert "contact_delta.csv" in {batch.file_name for batch in zone.batches()}
    (loaded,) = {
        batch for batch in zone.batches() if batch.table_name == "contact" and batch.rows_in
    }
    assert (loaded.file_name, loaded.returned_by) == ("returned workbook of cm1", "cm1")
    paths = [delivery.shown_path for delivery in zone.deliveries()]
    assert len(paths) == len(set(paths))


def test_two_staff_members_on_one_workbook_leave_it_without_an_owner(land: Land) -> None:
    rows = [entry("C1"), [*entry("C2")[:-1], "cm2"], [*entry("C3")[:-1], None]]
    landed = land({"unassigned.xlsx": {"Today": [HEADER, *rows]}})
    assert {batch.returned_by for batch in landed.zone.batches()} == {None}
    assert landed.reasons() == [("staff_id", "missing_required")]
