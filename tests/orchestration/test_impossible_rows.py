"""A single bad row never stops a release: impossible rows are set aside, old rows are loaded.

One run reads all rows at once. Each of them alone would be released too: the gate checks impossible
values as shares from 100 rows on (tests/expectations/test_shares.py), and all other expectations
pass with all of these rows present.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import polars as pl
import pytest
from impossible_rows import LOADED, REJECTED, ROWS, SET_ASIDE, Row, file_of

from tests.conftest import caseload
from tests.orchestration.conftest import SmallAgency

_REFUSED_DAY = "2026-06-30"


@pytest.fixture(scope="module")
def outcomes(small: SmallAgency) -> dict[str, set[tuple[str, str | None]]]:
    """Map each file to the outcome and reason of its row."""
    with duckdb.connect(str(small.data / "warehouse.duckdb"), read_only=True) as connection:
        rows = connection.execute(
            "select delivery.source, delivery.path, batch.table_name, batch.rows_loaded,"
            " reject.reason_code, aside.reason_code"
            " from raw_caseload.delivery as delivery"
            " inner join quality.fct_batch as batch on delivery.batch_id = batch.batch_id"
            " left join quality.fct_reject as reject on batch.batch_id = reject.batch_id"
            " left join quality.fct_set_aside as aside"
            " on batch.batch_id = aside.batch_id and batch.table_name = aside.table_name"
            " where batch.rows_in > 0"
        ).fetchall()
    found: dict[str, set[tuple[str, str | None]]] = {}
    for source, path, _, loaded, rejected, aside in rows:
        outcome = (REJECTED, rejected) if not loaded else (SET_ASIDE if aside else LOADED, aside)
        found.setdefault(f"{source}/{Path(path).name}", set()).add(outcome)
    return found


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.source}-{row.name}")
def test_row_has_its_expected_outcome(outcomes: dict[str, set], row: Row) -> None:
    assert outcomes[f"{row.source}/{file_of(row)}"] == {(row.outcome, row.reason)}


@pytest.fixture(scope="module")
def status(small: SmallAgency) -> dict:
    return json.loads(caseload("status", "--data", small.data, "--json").stdout)


def test_status_lists_rejected_and_set_aside_rows(status: dict) -> None:
    rejects = {(line["source"], line["table"], line["reason"]) for line in status["rejects"]}
    notices = "\n".join(status["notices"])
    for row in ROWS:
        if row.outcome == REJECTED:
            assert (row.source, row.table, row.reason) in rejects
        if row.outcome == SET_ASIDE:
            assert f"{row.source}.{row.table}: {row.reason}: " in notices
    assert "landing/ehr/2026-06-29/client_born_1850.csv row 1" in notices
    assert "landing/clams: not read: no sender of this name (did you mean claims?)" in notices
    assert "landing/client.csv: not read" in notices


def test_every_row_set_aside_is_in_the_release(small: SmallAgency) -> None:
    set_aside = pl.read_parquet(small.data / "published/current/quality/set_aside.parquet")
    named = {Path(path).name for path in set_aside["path"]}
    # the name of a returned workbook can contain a client's name, so the release does not show it
    returned = {name for name in named if name.startswith("returned workbook")}
    aside = [row for row in ROWS if row.outcome == SET_ASIDE]
    assert named - returned == {file_of(row) for row in aside if row.source != "outreach_log"}
    assert len(returned) == sum(row.source == "outreach_log" for row in aside)
    assert set_aside["source_row"].unique().to_list() == [1]


def test_client_with_an_impossible_birth_date_stays_on_the_list(small: SmallAgency) -> None:
    listed = pl.read_csv(
        small.data / "published/current/outreach/outreach_list.csv", infer_schema=False
    )
    found = {row["client_id"]: (row["birth_date"], row["age_years"]) for row in listed.to_dicts()}
    for born in ("X-born_1850", "X-born_1900", "X-born_later"):
        assert found[born] == (None, None)


def test_no_stay_ends_before_it_begins_or_is_in_the_future(small: SmallAgency) -> None:
    with duckdb.connect(str(small.data / "warehouse.duckdb"), read_only=True) as connection:
        count = connection.execute(
            "select count(*) from marts.fct_stay, raw_caseload.run"
            " where discharged_at < admitted_at or admitted_at > as_of or discharged_at > as_of"
        ).fetchone()
    assert count == (0,)


@pytest.mark.long
def test_gate_refuses_a_delivery_with_too_many_impossible_rows_until_it_is_corrected(
    small: SmallAgency, tmp_path: Path
) -> None:
    """16 of 100 documents with a future date refuse the release; 15 in the next delivery do not."""
    landing, data = tmp_path / "landing", tmp_path / "data"
    shutil.copytree(small.landing, landing)
    shutil.copytree(small.data, data, symlinks=True)

    def deliver(day: str, impossible: int) -> None:
        lines = [
            f"y{n},X-sound,team_notification,{'2031' if n < impossible else '2025'}-05-01T10:00:00\n"
            for n in range(100)
        ]
        path = landing / "ehr" / day / "document_many.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("document_id,client_id,document_type,document_at\n" + "".join(lines))

    before = (data / "published" / "current").resolve()
    deliver(_REFUSED_DAY, impossible=16)
    arguments = ["--landing", landing, "--data", data, "--as-of", "2026-07-01"]
    refused = caseload("run", *arguments)
    assert refused.returncode == 3, refused.stdout
    assert "Refused by the gate" in refused.stdout
    assert "impossible_rate" in refused.stdout
    assert (data / "published" / "current").resolve() == before
    status = caseload("status", "--data", data)
    assert status.returncode == 1
    assert "refused" in status.stdout
    deliver("2026-07-01", impossible=15)
    released = caseload("run", *arguments)
    assert released.returncode == 0, released.stdout
