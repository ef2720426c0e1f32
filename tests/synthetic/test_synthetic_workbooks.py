"""Returned workbooks: which files the option changes, and that readers accept all rows but the unreadable ones."""

from __future__ import annotations

import datetime as dt
import filecmp
from pathlib import Path

import duckdb
import pytest

from sources.contract import load_contracts
from sources.formats.returned_cells import canonical
from sources.ingest import IngestReport, ingest
from synthetic.agency import SynthesisReport, synthesize
from synthetic.feeds.workbooks import CHANNEL_WORDS, OUTCOME_WORDS

CLIENTS = 400


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Landing folders `plain` and `returned`."""
    made = tmp_path_factory.mktemp("returned")
    synthesize(made / "plain", CLIENTS)
    return made


@pytest.fixture(scope="module")
def written(folder: Path) -> SynthesisReport:
    return synthesize(folder / "returned", CLIENTS, returned_workbooks=True)


@pytest.fixture(scope="module")
def read(folder: Path, written: SynthesisReport) -> IngestReport:
    """The returned workbooks alone, read into the raw zone `raw`."""
    for path in sorted((folder / "returned").rglob("*.xlsx")):
        copied = folder / "workbooks" / path.relative_to(folder / "returned")
        copied.parent.mkdir(parents=True, exist_ok=True)
        copied.write_bytes(path.read_bytes())
    as_of = dt.datetime(2026, 6, 30, 11, tzinfo=dt.UTC)
    return ingest(folder / "workbooks", folder / "raw", "America/New_York", as_of)


def _raw(folder: Path, table: str) -> str:
    return f"read_parquet('{folder}/raw/outreach_log/{table}/*.parquet', union_by_name = true)"


def _plain_contacts(folder: Path) -> str:
    return f"""(
        select distinct client_id, staff_id, contacted_at::timestamp as called_at, channel, outcome
        from read_csv('{folder}/plain/outreach_log/*/contact_*.csv', all_varchar = true))"""


def test_same_arguments_give_the_same_bytes(written, folder: Path, tmp_path: Path) -> None:
    synthesize(tmp_path / "again", CLIENTS, returned_workbooks=True)
    names = [p.relative_to(tmp_path / "again") for p in (tmp_path / "again").rglob("*.xlsx")]
    assert len(names) > 10
    same, _, _ = filecmp.cmpfiles(folder / "returned", tmp_path / "again", names, shallow=False)
    assert same == names


def test_other_feeds_do_not_change(written, folder: Path) -> None:
    names = [
        path.relative_to(folder / "plain").as_posix()
        for path in (folder / "plain").rglob("*.csv")
        if path.parent.parent.name != "outreach_log"
    ]
    same, _, _ = filecmp.cmpfiles(folder / "plain", folder / "returned", names, shallow=False)
    assert same == names


def test_no_workbook_is_delivered_after_the_last_day(written, folder: Path) -> None:
    days = {path.parent.name for path in (folder / "returned").rglob("*.xlsx")}
    assert max(days) <= "2026-06-30"


@pytest.mark.parametrize(
    ("column", "words"), [("outcome", OUTCOME_WORDS), ("channel", CHANNEL_WORDS)]
)
def test_each_typed_word_has_its_meaning(column: str, words: dict[str, tuple[str, ...]]) -> None:
    columns = load_contracts()["outreach_log"].tables["contact"].columns
    listed = next(each for each in columns if each.name == column)
    assert listed.values is not None
    assert set(words) == set(listed.values)
    read = {word: canonical(word, listed) for values in words.values() for word in values if word}
    assert read == {word: value for value, values in words.items() for word in values if word}


def test_only_unreadable_rows_are_rejected(read: IngestReport, folder: Path) -> None:
    assert {file.outcome for file in read.files} == {"loaded"}
    typed = duckdb.sql(f"""
        select count(*) from {_raw(folder, "returned_row")}
        where list_table = 'contact' and (
            (typed_cells->>'outcome') in ('see note', '?', 'talk to Dr.')
            or (typed_cells->>'contacted_at') in ('yesterday', '13/45/2026', 'this morning'))""").fetchone()
    assert typed is not None
    assert sum(file.rows_rejected for file in read.files) == typed[0] >= 1


def test_each_call_is_read_or_comes_back(read: IngestReport, folder: Path) -> None:
    """Every contact that left the CSV file is in a workbook: read with its day and outcome, or rejected."""
    left = duckdb.sql(f"""
        select client_id, called_at::date, outcome, channel from {_plain_contacts(folder)}
        where called_at >= timestamp '2026-06-23' and (client_id, staff_id, called_at::varchar) not in (
            select (client_id, staff_id, contacted_at::timestamp::varchar)
            from read_csv('{folder}/returned/outreach_log/*/contact_*.csv', all_varchar = true))""").fetchall()
    found = duckdb.sql(f"""
        select client_id, (contacted_at at time zone 'America/New_York')::date, outcome, channel
        from {_raw(folder, "contact")} where client_id is not null""").fetchall()
    assert len(left) > 20
    assert set(found) <= set(left)
    assert len(set(left) - set(found)) <= sum(file.rows_rejected for file in read.files)


def test_times_are_typed_in_several_forms_and_some_are_missing(read, folder: Path) -> None:
    forms = duckdb.sql(f"""
        select count(*) filter (where contacted_at_precision = 'date'),
            count(*) filter (where contacted_at_precision = 'time')
        from {_raw(folder, "contact")}""").fetchone()
    assert forms is not None
    assert min(forms) >= 2


@pytest.mark.parametrize(
    ("table", "values"),
    [
        ("confirmation", "confirmation_answer"),
        ("referral_close", "referral_answer"),
        ("assignment_choice", "assigned_staff_id"),
    ],
)
def test_supervisors_return_decisions(
    read, written: SynthesisReport, folder: Path, table: str, values: str
) -> None:
    rows = duckdb.sql(
        f"select count(*), count({values}), count(decided_by) from {_raw(folder, table)}"
    ).fetchone()
    assert rows == (written.rows["outreach_log", table],) * 3
    assert rows[0] >= 1
