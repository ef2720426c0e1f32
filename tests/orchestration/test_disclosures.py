"""The disclosure log of a run: every client in a released file, views, and the command."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections import defaultdict
from pathlib import Path

import duckdb
import pytest
from python_calamine import CalamineWorkbook
from streamlit.testing.v1 import AppTest

from publishing import disclosure_log
from tests.conftest import ROOT, caseload
from tests.orchestration.conftest import SmallAgency


@pytest.fixture
def data(small: SmallAgency, tmp_path: Path) -> Path:
    """The small agency's log, releases and warehouse, to change."""
    data = tmp_path / "data"
    shutil.copytree(
        small.data, data, symlinks=True, ignore=shutil.ignore_patterns("raw", "logs", "landing")
    )
    return data


def _rows(data: Path) -> list[dict[str, object]]:
    segments = disclosure_log.segments(data / "disclosures")
    return [json.loads(line) for path in segments for line in path.read_text().splitlines()]


def _clients_in_files(folder: Path, known: set[str]) -> dict[str, set[str]]:
    """Find the client ids in all cells of all outreach files."""
    found: dict[str, set[str]] = {}
    for path in folder.iterdir():
        if path.suffix == ".csv":
            with path.open(encoding="utf-8", newline="") as file:
                cells = {cell for row in csv.reader(file) for cell in row}
        else:
            book = CalamineWorkbook.from_path(str(path))
            cells = {
                str(cell)
                for name in book.sheet_names
                for row in book.get_sheet_by_name(name).to_python()
                for cell in row
            }
        words = {word for cell in cells for word in re.split(r"[\s,;·()]+", cell)}
        found[f"outreach/{path.name}"] = (cells | words) & known
    return found


def test_log_has_the_clients_of_each_released_file(small: SmallAgency) -> None:
    logged: dict[str, set[object]] = defaultdict(set)
    for row in _rows(small.data):
        if row["event"] == "disclosure":
            logged[str(row["file"])] |= {row["client_id"]} - {None}
    with duckdb.connect(str(small.data / "warehouse.duckdb"), read_only=True) as connection:
        ids = connection.execute("select client_id from marts.dim_client").fetchall()
    outreach = (small.data / "published" / "current").resolve() / "outreach"
    found = _clients_in_files(outreach, {client_id for (client_id,) in ids})
    assert {name for name, clients in found.items() if clients} >= {"outreach/outreach_list.csv"}
    # candidates for unmatched people are proposals, not disclosures of these clients' records
    found.pop("outreach/unmatched_discharge.csv")
    unlogged = {name: clients - logged[name] for name, clients in found.items()}
    assert unlogged == {name: set() for name in found}
    csv_name = "outreach/outreach_list.csv"
    assert logged[csv_name] == found[csv_name]


def test_account_of_a_client_fits_80_columns(small: SmallAgency, data: Path) -> None:
    rows = [row for row in _rows(data) if row["event"] == "disclosure"]
    client_id = next(
        str(row["client_id"]) for row in rows if row["file"] == "outreach/outreach_list.csv"
    )
    count = sum(row["client_id"] == client_id for row in rows)
    ended = caseload("disclosures", "--data", data, "--client", client_id)
    assert ended.returncode == 0, ended.stderr
    lines = ended.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    release_id = (small.data / "published" / "current").readlink().name
    assert lines[0] == f"Disclosures of client {client_id}, newest first: {count}"
    assert release_id in ended.stdout
    assert "outreach/outreach_list.csv" in ended.stdout
    assert "to supervisors; outreach_list; treatment" in ended.stdout
    unknown = caseload("disclosures", "--data", data, "--client", "unknown")
    assert unknown.returncode == 0
    assert unknown.stdout.startswith("No disclosure of client unknown is recorded")


def test_verify_exits_1_and_names_the_place(data: Path) -> None:
    intact = caseload("disclosures", "--data", data, "--verify")
    assert intact.returncode == 0, intact.stdout
    assert "is intact" in intact.stdout
    (segment,) = disclosure_log.segments(data / "disclosures")
    lines = segment.read_text().splitlines()
    segment.write_text("\n".join([*lines[:4], *lines[5:]]) + "\n")
    broken = caseload("disclosures", "--data", data, "--verify")
    assert broken.returncode == 1
    place = " ".join(broken.stdout.split())
    assert f"BROKEN disclosures/{segment.name} line 5: expected row 5, found row 6" in place
    assert "Traceback" not in broken.stderr


@pytest.mark.parametrize(
    "arguments", [[], ["--verify", "--client", "C1"], ["--verify", "--monthly", "none.csv"]]
)
def test_wrong_use_exits_2(data: Path, arguments: list[str]) -> None:
    assert caseload("disclosures", "--data", data, *arguments).returncode == 2


def test_explain_leaves_a_row_before_it_shows_a_client(data: Path) -> None:
    before = len(_rows(data))
    client_id = next(str(row["client_id"]) for row in _rows(data) if row.get("client_id"))
    assert caseload("explain", client_id, "--data", data).returncode == 0
    assert caseload("explain", "unknown", "--data", data).returncode == 2
    (row,) = _rows(data)[before:]
    assert (row["event"], row["page"], row["client_id"]) == ("view", "explain", client_id)
    assert row["recipient"]
    assert caseload("disclosures", "--data", data, "--verify").returncode == 0
    shown = caseload("disclosures", "--data", data, "--client", client_id).stdout
    assert "page explain" in shown.splitlines()[2]


def test_leaders_page_leaves_one_row_per_session_and_release(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = len(_rows(data))
    monkeypatch.setenv("CASELOAD_PUBLISHED", str(data / "published"))
    script = str(ROOT / "orchestration" / "leaders_page.py")
    page = AppTest.from_file(script, default_timeout=60).run()
    assert not page.exception
    assert page.title[0].value == "Are we keeping our promises?"
    page.run()
    AppTest.from_file(script, default_timeout=60).run()
    rows = _rows(data)[before:]
    assert [(row["page"], row["client_id"], row["columns"]) for row in rows] == [
        ("leaders", None, "aggregates")
    ] * 2
    assert rows[0]["release_id"] == (data / "published" / "current").readlink().name
