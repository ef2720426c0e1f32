"""Broken deliveries beside sound ones, through the whole run: each has its named outcome, nothing is lost."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import duckdb
import pytest

from tests.conftest import caseload

_HEADER = "client_id,first_name,last_name,birth_date,sex\n"
_GOOD = "Z{n},Ada,Example,1980-05-01,F\n"
_DAY = "2026-06-30"


def _write_bad_files(folder: Path) -> None:
    ehr = folder / "ehr" / _DAY
    ehr.mkdir(parents=True, exist_ok=True)

    def client(name: str, content: bytes) -> None:
        (ehr / f"client_{name}").write_bytes(content)

    good = "".join(_GOOD.format(n=n) for n in range(3))
    client("wrong_header.csv", b"person,first,last,dob\n1,A,B,1980-01-01\n")
    client("wrong_delimiter.csv", (_HEADER + good).replace(",", ";").encode())
    client("cut.csv.gz", gzip.compress((_HEADER + good * 500).encode())[:-40])
    client("latin1.csv", (_HEADER + "L1,Ren\xe9,Example,1980-05-01,M\n").encode("latin-1"))
    client(
        "nul.csv",
        (_HEADER + "N1,A\0da,Example,1980-05-01,F\n" + "N2,Ada,Example,1980-05-01,F\n").encode(),
    )
    client("bom.csv", b"\xef\xbb\xbf" + (_HEADER + "B1,Ada,Example,1980-05-01,F\n").encode())
    client(
        "ragged.csv",
        (_HEADER + "R1,Ada,Example,1980-05-01,F\nR2,Ada\nR3,Ada,Example,1980-05-01,F\n").encode(),
    )
    client(
        "date.csv",
        (_HEADER + "D1,Ada,Example,1980-02-30,F\nD2,Ada,Example,1980-02-28,F\n").encode(),
    )
    client("empty.csv", b"")
    sound = (_HEADER + "S1,Ada,Example,1980-05-01,F\n").encode()
    client("twice_a.csv", sound)
    client("twice_b.csv", sound)


def _content(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bad") / "landing"
    assert caseload("synthesize", "--clients", "20", "--landing", folder).returncode == 0
    _write_bad_files(folder)
    return folder


@pytest.fixture(scope="module")
def landed(landing: Path) -> dict[Path, bytes]:
    """What was landed, before anything read it."""
    return _content(landing)


@pytest.fixture(scope="module")
def found(landing: Path, landed: dict[Path, bytes]) -> tuple[dict, Path]:
    assert landed
    data = landing.parent / "data"
    ended = caseload("run", "--landing", landing, "--data", data, "--as-of", _DAY)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    status = caseload("status", "--data", data, "--json")
    assert "Traceback" not in status.stderr
    return json.loads(status.stdout), data


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        ("client_wrong_header.csv", "header_missing_column"),
        ("client_wrong_delimiter.csv", "wrong_delimiter"),
        ("client_cut.csv.gz", "archive_truncated"),
        ("client_empty.csv", "empty_file"),
    ],
)
def test_file_is_refused_by_name(found: tuple[dict, Path], file: str, reason: str) -> None:
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
def test_rows_are_loaded_or_rejected_by_name(
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


def test_same_bytes_twice_are_one_batch_with_two_deliveries(found: tuple[dict, Path]) -> None:
    with duckdb.connect(str(found[1] / "warehouse.duckdb"), read_only=True) as connection:
        batches = connection.execute(
            "select batch_id, count(*) from quality.fct_delivery where path like '%twice%' group by 1"
        ).fetchall()
        rows = connection.execute("select count(*) from marts.dim_client where client_id = 'S1'")
        assert rows.fetchone() == (1,)
    assert [count for _, count in batches] == [2]


def test_rejects_are_in_status_and_in_the_notices(found: tuple[dict, Path]) -> None:
    reasons = {line["reason"]: line["rows"] for line in found[0]["rejects"]}
    assert {"bad_encoding", "nul_byte", "ragged_row", "bad_date"} <= reasons.keys()
    notices = "\n".join(found[0]["notices"])
    assert "client_wrong_delimiter.csv: refused" in notices
    assert "ehr.client" in notices


def test_nobodys_data_is_in_the_logs(found: tuple[dict, Path]) -> None:
    said = json.dumps(found[0])
    for log in (found[1] / "logs").rglob("*"):
        if log.is_file() and "judged" not in log.parts and "dbt" not in log.parts:
            said += log.read_text(errors="replace")
    for value in ("1980-02-30", "Ren", "Ada"):
        assert value not in said


def test_landing_is_never_changed(
    found: tuple[dict, Path], landing: Path, landed: dict[Path, bytes]
) -> None:
    assert found[0]["refused_files"]
    assert _content(landing) == landed
