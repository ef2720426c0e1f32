"""The sheets about the whole caseload: My caseload, Case review, More calls."""

from __future__ import annotations

import csv
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest
from sample_exports import AS_OF, ZONE
from workbooks import HEADER, columns, open_book, table, written

from publishing import layout
from publishing.caseload_text import Score, ago_text, score_series, tier_text, trend_text
from sources.contract import load_contracts
from sources.formats.returned_list import read_returned_lists


def test_my_caseload_has_every_client_with_or_without_a_task(
    exports: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    sheet = open_book(written(exports, tmp_path)["cm.1.xlsx"])["My caseload"]
    rows = {row["client_id"]: row for row in table(sheet)}
    assert list(rows) == ["C2", "C9", "C1"], "in the order of the names"
    first = rows["C1"]
    assert first["Client"].startswith("Rivera, Ana\n46 (29 Feb 1980) · C1 · depression\n")
    assert first["Tier"] == "critical, up from high"
    assert first["Last seen"] == datetime(2026, 5, 30)
    assert first["Usually every"] == 14
    assert first["Next visit"] == datetime(2026, 7, 3, 10, 0)
    assert first["Open tasks"] == "Missed appointment, Referral"
    assert (first["First PHQ-9"], first["Last four"]) == (24, "24 → 18 → 21")
    assert first["Trend"] == "▇▆▇ better"
    assert first["Weeks in treatment"] == 12
    assert first["Plan review"] == datetime(2026, 7, 15)
    assert first["Coverage ends"] == datetime(2027, 1, 31)
    assert first["Case review"] == "yes"
    assert rows["C9"]["Client"].startswith("'=Rest, Rae")
    assert (rows["C9"]["Last seen"], rows["C9"]["Trend"]) == ("never", None)
    assert "[PART 2]" in rows["C2"]["Client"]
    formats = {
        name: sheet.cell(HEADER + 3, at).number_format for name, at in columns(sheet).items()
    }
    assert formats["Last seen"] == 'd mmm", 4 weeks ago"'
    assert formats["Plan review"] == "d mmm"
    assert formats["Coverage ends"] == "d mmm yyyy"


def test_date_in_the_past_says_so(exports: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    exports.execute(
        "update exports.export_workbook_client set plan_review_date = '2026-06-29',"
        " authorization_end_date = '2025-12-31', coverage_end_date = '2026-06-30'"
    )
    sheet = open_book(written(exports, tmp_path)["cm.1.xlsx"])["My caseload"]
    at = columns(sheet)
    formats = [
        sheet.cell(HEADER + 1, at[name]).number_format
        for name in ("Plan review", "Authorization ends", "Coverage ends")
    ]
    assert formats == ['d mmm", past"', 'mmm yyyy", past"', "d mmm"]


def test_visit_of_another_year_is_shown_by_month_to_fit_the_column(
    exports: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    exports.execute("update exports.export_workbook_client set last_kept_visit_date = '2023-09-17'")
    sheet = open_book(written(exports, tmp_path)["cm.1.xlsx"])["My caseload"]
    assert sheet.cell(HEADER + 1, columns(sheet)["Last seen"]).number_format == (
        'mmm yyyy", over 2 years ago"'
    )


def test_case_review_has_every_score_of_the_flagged_clients(
    exports: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    sheet = open_book(written(exports, tmp_path)["cm.1.xlsx"])["Case review"]
    (row,) = table(sheet)
    assert row["Client"].startswith("Rivera, Ana")
    assert (row["Baseline"], row["Latest"]) == ("18 (2 Mar)", "21 (12 Jun)"), "of the episode"
    assert row["Change"] == pytest.approx(3 / 18)
    assert row["Every PHQ-9 score"] == "5 Jan: 24 · 2 Mar: 18 · 12 Jun: 21"
    assert row["Last consult"] == datetime(2026, 6, 1)
    assert row["Trend"] == "▆▇ worse"


@pytest.mark.parametrize(
    ("day", "shown", "fill"),
    [
        (date(2026, 6, 30), 'd mmm", past"', "FFFBDFDD"),
        (date(2026, 7, 1), "d mmm", "00000000"),
    ],
)
def test_case_review_is_red_from_its_day_on(
    exports: duckdb.DuckDBPyConnection, tmp_path: Path, day: date, shown: str, fill: str
) -> None:
    exports.execute(
        "update exports.export_workbook_client set review_red_from_date = ? where client_id = 'C1'",
        [day],
    )
    sheet = open_book(written(exports, tmp_path)["cm.1.xlsx"])["Case review"]
    cell = sheet.cell(HEADER + 1, columns(sheet)["Red from"])
    assert cell.value.date() == day
    assert (cell.number_format, cell.fill.start_color.rgb) == (shown, fill)


@pytest.mark.parametrize(
    ("status", "paused", "until", "shown"),
    [
        ("snoozed", None, date(2026, 7, 3), "Rests until 3 Jul"),
        (
            "snoozed", "admitted", date(2027, 1, 3),
            "Rests until 3 Jan 2027\nPaused: in hospital: the tasks return at discharge",
        ),
        ("paused", "reported_moved", None, "Paused: reported to have moved away, not confirmed"),
        ("old_referral_waits", None, None, "Waits: the list shows the three oldest referrals"),
        ("on_list", None, date(2026, 7, 3), "Some tasks rest until 3 Jul"),
        ("on_list", None, None, ""),
    ],
)  # fmt: skip
def test_client_off_the_list_is_gray_and_says_until_when_or_why(
    exports: duckdb.DuckDBPyConnection,
    tmp_path: Path,
    status: str,
    paused: str | None,
    until: date | None,
    shown: str,
) -> None:
    exports.execute(
        "update exports.export_workbook_client set list_status = ?, paused_reason = ?,"
        " snoozed_until_date = ? where client_id = 'C1'",
        [status, paused, until],
    )
    sheet = open_book(written(exports, tmp_path)["cm.1.xlsx"])["My caseload"]
    tasks = table(sheet)[2]["Open tasks"]
    assert tasks == "\n".join(part for part in (shown, "Missed appointment, Referral") if part)
    is_gray = sheet.cell(HEADER + 3, columns(sheet)["Tier"]).fill.start_color.rgb == "FFEEF0F2"
    assert is_gray == (status != "on_list")


def test_more_calls_offers_every_client_and_carries_the_staff_id(
    exports: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    book = open_book(written(exports, tmp_path)["cm.1.xlsx"])
    sheet, names = book["More calls"], book["Names"]
    rows = table(sheet)
    assert len(rows) == layout.MORE_CALLS_ROWS
    assert {row["staff_id"] for row in rows} == {"cm.1"}
    assert not [
        value for row in rows for name, value in row.items() if value and name != "staff_id"
    ]
    rules = {rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert "Names!$A$1:$A$3" in rules
    today = {rule.formula1 for rule in book["Today"].data_validations.dataValidation}
    assert "Names!$B$1:$B$2" in today, "colleagues to pass a client to"
    assert [cell.value for cell in names["A"]] == [
        "'=HYPERLINK(\"http://x\",\"y\") · C2", "'=Rest, Rae · C9", "Rivera, Ana · C1",
    ]  # fmt: skip
    assert [cell.value for cell in names["B"]][:2] == [
        "Cleo Barrowby · CM_2", "Quinn Wainscott · cm.1",
    ]  # fmt: skip
    other = open_book(written(exports, tmp_path)["unassigned.xlsx"])["More calls"]
    assert [row["staff_id"] for row in table(other) if row["staff_id"]] == []


def test_changes_say_who_came_who_left_and_why(
    exports: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    sheet = open_book(written(exports, tmp_path)["cm.1.xlsx"])["Changes"]
    assert [tuple(row.values()) for row in table(sheet)] == [
        ("Rivera, Ana · C1", "Came to the list", "Safety"),
        ("'=Rest, Rae · C9", "Left the list", "Referral: came to a visit"),
        ("Left, Lou · C8", "Left the list", "'=Referral: a new reason"),
        ("Left, Max · C7", "Left the list", "Referral: rests until 3 Jul"),
        ("Left, Pat · C6", "Left the list", "Referral: in hospital: the tasks return at discharge"),
        ("Left, Una · C5", "Left the list", "Referral: the time limit passed"),
        ('\'=HYPERLINK("http://x","y") · C2', "Tier down", "standard; high 30 days ago"),
        ("Rivera, Ana · C1", "Tier up", "critical; high 30 days ago"),
    ]


def test_client_of_more_calls_is_read_by_the_id_at_the_end_of_the_name(
    exports: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    book = open_book(written(exports, tmp_path / "published")["cm.1.xlsx"])
    sheet = book["More calls"]
    filled = {
        "Client": book["Names"]["A3"].value,
        "When you called": datetime(2026, 6, 30, 9, 15),
        "What happened": "Reached",
    }
    for name, value in filled.items():
        sheet.cell(HEADER + 2, columns(sheet)[name], value)
    book.save(tmp_path / "returned.xlsx")
    tables = tuple(load_contracts()["outreach_log"].tables.values())
    returned = read_returned_lists(tmp_path / "returned.xlsx", tables, tmp_path / "returned", "b")
    (row,) = csv.DictReader(returned.files["contact"].open(encoding="utf-8", newline=""))
    assert (row["client_id"], row["staff_id"], row["outcome"]) == ("C1", "cm.1", "reached")
    assert (row["sheet"], row["sheet_row"]) == ("More calls", str(HEADER + 2))


@pytest.mark.parametrize(
    ("totals", "shown"),
    [
        ([], None),
        ([27], "█"),
        ([20, 10], "▆▃ halved"),
        ([20, 11], "▆▄ better"),
        ([20, 20], "▆▆ same"),
        ([0, 0], "▁▁ same"),
        ([0, 4], "▁▂ worse"),
        ([1, 2, 3, 4, 5, 6, 7, 8, 9], "▁▁▂▂▂▃▃▃ worse"),
    ],
)
def test_trend_shows_the_last_scores_and_the_change_in_words(
    totals: list[int], shown: str | None
) -> None:
    assert trend_text([Score(date(2026, 1, 1), total) for total in totals]) == shown


@pytest.mark.parametrize(
    ("days", "shown"),
    [
        (0, "today"),
        (1, "1 day ago"),
        (14, "14 days ago"),
        (15, "2 weeks ago"),
        (63, "9 weeks ago"),
        (64, "2 months ago"),
        (760, "24 months ago"),
        (761, "over 2 years ago"),
    ],
)
def test_time_since_a_visit_in_words(days: int, shown: str) -> None:
    assert ago_text(days) == shown


@pytest.mark.parametrize(
    ("tier", "previous", "shown"),
    [
        ("high", "rising", "high, up from rising"),
        ("high", "critical", "high, down from critical"),
        ("high", "high", "high"),
        ("high", None, "high"),
        (None, "high", None),
    ],
)
def test_tier_says_how_it_changed(
    tier: str | None, previous: str | None, shown: str | None
) -> None:
    assert tier_text(tier, previous) == shown


def test_scores_keep_their_order() -> None:
    assert score_series("2026-01-10 18;2026-04-01 9") == [
        Score(date(2026, 1, 10), 18),
        Score(date(2026, 4, 1), 9),
    ]
    assert score_series(None) == []


def test_days_ago_count_from_the_day_of_the_data() -> None:
    assert AS_OF.astimezone(ZONE).date() == date(2026, 6, 29)
