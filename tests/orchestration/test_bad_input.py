"""Invalid files among valid ones, in a full run: each has its named outcome, and no row is lost."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from tests.conftest import caseload
from tests.orchestration.conftest import SmallAgency


def _content(folder: Path) -> dict[Path, bytes]:
    return {
        path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


@pytest.fixture(scope="module")
def found(small: SmallAgency) -> tuple[dict, Path]:
    status = caseload("status", "--data", small.data, "--json")
    assert "Traceback" not in status.stderr
    return json.loads(status.stdout), small.data


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        ("client_wrong_header.csv", "header_missing_column"),
        ("client_wrong_delimiter.csv", "wrong_delimiter"),
        ("client_cut.csv.gz", "archive_truncated"),
        ("client_empty.csv", "empty_file"),
    ],
)
def test_invalid_file_is_refused_with_its_reason(
    found: tuple[dict, Path], file: str, reason: str
) -> None:
    refused = {Path(line["file"]).name: line["reason"] for line in found[0]["refused_files"]}
    assert refused[file] == reason


@pytest.mark.parametrize(
    ("file", "loaded", "rejected"),
    [
        ("client_bom.csv", ["B1"], {}),
        ("client_latin1.csv", [], {"bad_encoding": 1}),
        ("client_nul.csv", ["N2"], {"nul_byte": 1}),
        ("client_ragged.csv", ["R1", "R3"], {"ragged_row": 1}),
        ("client_date.csv", ["D2"], {"bad_date": 1}),
    ],
)
def test_rows_are_loaded_or_rejected_with_their_reason(
    found: tuple[dict, Path], file: str, loaded: list[str], rejected: dict[str, int]
) -> None:
    with duckdb.connect(str(found[1] / "warehouse.duckdb"), read_only=True) as connection:
        batch = connection.execute(
            "select batch_id, rows_in, rows_loaded, rows_rejected from quality.fct_batch"
            " where ends_with(file_name, ?)",
            [file],
        ).fetchone()
        assert batch is not None
        batch_id, rows_in, rows_loaded, rows_rejected = batch
        ids = connection.execute(
            "select client_id from raw_ehr.client where _batch_id = ? order by 1", [batch_id]
        ).fetchall()
        reasons = dict(
            connection.execute(
                "select reason_code, count(*) from quality.fct_reject where batch_id = ?"
                " group by 1",
                [batch_id],
            ).fetchall()
        )
    assert [row[0] for row in ids] == loaded
    assert reasons == rejected
    assert rows_in == rows_loaded + rows_rejected
    assert rows_in == len(loaded) + sum(rejected.values())


def test_equal_files_are_one_batch_with_two_deliveries(found: tuple[dict, Path]) -> None:
    with duckdb.connect(str(found[1] / "warehouse.duckdb"), read_only=True) as connection:
        batches = connection.execute(
            "select batch_id, count(*) from quality.fct_delivery where path like '%twice%' group by 1"
        ).fetchall()
        rows = connection.execute("select count(*) from marts.dim_client where client_id = 'S1'")
        assert rows.fetchone() == (1,)
    assert [count for _, count in batches] == [2]


def test_status_and_notices_list_the_rejects(found: tuple[dict, Path]) -> None:
    reasons = {line["reason"]: line["rows"] for line in found[0]["rejects"]}
    assert {"bad_encoding", "nul_byte", "ragged_row", "bad_date"} <= reasons.keys()
    notices = "\n".join(found[0]["notices"])
    assert "client_wrong_delimiter.csv: refused" in notices
    assert "ehr.client" in notices


def test_logs_contain_no_client_data(found: tuple[dict, Path]) -> None:
    texts = json.dumps(found[0])
    for log in (found[1] / "logs").rglob("*"):
        if log.is_file() and "gate" not in log.parts and "dbt" not in log.parts:
            texts += log.read_text(errors="replace")
    for value in ("1980-02-30", "Ren", "Ada"):
        assert value not in texts


def test_landing_is_never_changed(small: SmallAgency) -> None:
    assert _content(small.landing_before)
    assert _content(small.landing_before).items() <= _content(small.landing).items()
