"""The release gate as a command: exit codes, verdict, Data Docs, row counts, and no row values."""

from __future__ import annotations

import json
import logging
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from sample_warehouse import CLIENTS, make_warehouse

from expectations import gate
from expectations.suites import SuiteError, read_suites

ROOT = Path(__file__).resolve().parents[2]
_SECRET = "Zaphod Beeblebrox"


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    return make_warehouse(tmp_path / "warehouse.duckdb")


@pytest.fixture(autouse=True)
def _logging_on() -> Iterator[None]:
    yield
    logging.disable(logging.NOTSET)


def _suites(folder: Path, *relations: str) -> Path:
    for relation in relations:
        schema, name = relation.split(".")
        (folder / schema).mkdir(parents=True, exist_ok=True)
        source = ROOT / "expectations" / "suites" / schema / f"{name}.json"
        shutil.copy(source, folder / schema)
    return folder


def _change(warehouse: Path, sql: str) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(sql)


def _run_gate(warehouse: Path, out: Path, *arguments: str | Path) -> int:
    return gate.main(["--warehouse", str(warehouse), "--out", str(out), *map(str, arguments)])


def _verdict(out: Path) -> dict:
    return json.loads((out / "verdict.json").read_text())


def test_command_passes_and_refuses_in_a_subprocess(warehouse: Path, tmp_path: Path) -> None:
    suites = _suites(tmp_path / "suites", "marts.fct_task", "marts.fct_stay")
    command = [
        sys.executable, "-m", "expectations.gate", "--warehouse", str(warehouse),
        "--out", str(tmp_path / "out"), "--suites", str(suites),
    ]  # fmt: skip
    ended = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    assert _verdict(tmp_path / "out")["success"] is True
    _change(warehouse, "update marts.fct_task set lane = 8 where task_key = 't3-3'")
    ended = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)
    assert (ended.returncode, ended.stderr) == (3, "")
    assert ended.stdout.startswith(
        "marts.fct_task: expect_column_values_to_be_between(lane): 1 of "
    )
    with duckdb.connect(str(warehouse)) as connection:  # the file is not locked
        connection.execute("create table marts.after as select 1")


def test_missing_relation_fails_its_suite(warehouse: Path, tmp_path: Path) -> None:
    _change(warehouse, "drop table marts.fct_stay")
    suites = _suites(tmp_path / "suites", "marts.fct_stay")
    assert _run_gate(warehouse, tmp_path / "out", "--suites", suites) == 3
    (suite,) = _verdict(tmp_path / "out")["suites"]
    assert suite["relation"] == "marts.fct_stay"
    assert suite["rows"] is None
    assert suite["failures"][0]["observed"] == "the relation is missing"


def test_missing_column_is_named_in_the_failure(warehouse: Path, tmp_path: Path) -> None:
    _change(warehouse, "alter table marts.fct_stay rename column length_of_stay_days to nights")
    suites = _suites(tmp_path / "suites", "marts.fct_stay")
    assert _run_gate(warehouse, tmp_path / "out", "--suites", suites) == 3
    (failure,) = _verdict(tmp_path / "out")["suites"][0]["failures"]
    assert "could not be evaluated" in failure["observed"]
    assert "length_of_stay_days" in failure["observed"]


def test_equal_warehouses_give_equal_bytes(warehouse: Path, tmp_path: Path) -> None:
    relations = ("exports.export_metric_caseload", "marts.fct_stay", "quality.fct_unmatched")
    suites = _suites(tmp_path / "suites", *relations)
    outs = (tmp_path / "a", tmp_path / "b")
    for out in outs:
        assert _run_gate(warehouse, out, "--suites", suites) == 0
    one, other = (
        {p.relative_to(out).as_posix(): p.read_bytes() for p in out.rglob("*") if p.is_file()}
        for out in outs
    )
    assert one == other
    assert set(one) == {"verdict.json", "data_docs/index.html"} | {
        f"data_docs/{relation}.html" for relation in relations
    }


def test_data_docs_reference_no_other_host(warehouse: Path, tmp_path: Path) -> None:
    suites = _suites(tmp_path / "suites", "marts.fct_task")
    assert _run_gate(warehouse, tmp_path, "--suites", suites) == 0
    for page in (tmp_path / "data_docs").iterdir():
        text = page.read_text()
        assert not re.search(r"https?://|<script|src=", text), page.name
        assert "marts.fct_task" in text


def test_row_values_are_never_written(warehouse: Path, tmp_path: Path, capsys) -> None:
    """With a name in every wrong column, verdict, Data Docs and output contain counts only."""
    _change(warehouse, f"update marts.fct_task set status = '{_SECRET}', task_key = '{_SECRET}'")
    _change(
        warehouse, f"update exports.export_outreach set phone = '{_SECRET}', tier = '{_SECRET}'"
    )
    _change(warehouse, f"update exports.export_outreach set care_manager_id = '{_SECRET}'")
    # The comparison cannot cast this type, and the database's message quotes the value.
    _change(warehouse, "alter table marts.fct_stay alter length_of_stay_days type varchar")
    _change(warehouse, f"update marts.fct_stay set length_of_stay_days = '{_SECRET}'")
    assert _run_gate(warehouse, tmp_path / "out") == 3
    assert {s["relation"] for s in _verdict(tmp_path / "out")["suites"] if not s["success"]} >= {
        "marts.fct_task", "marts.fct_stay", "exports.export_outreach",
    }  # fmt: skip
    printed = capsys.readouterr()
    assert _SECRET.split()[1] not in printed.out + printed.err
    for path in (tmp_path / "out").rglob("*"):
        if path.is_file():
            assert _SECRET.split()[1] not in path.read_text(), path.name


def _released(folder: Path, rows: int | None) -> Path:
    (folder / "quality").mkdir(parents=True)
    suites = [{"relation": "marts.dim_client", "rows": rows}]
    (folder / "quality" / "verdict.json").write_text(json.dumps({"suites": suites}))
    (folder / "manifest.json").write_text(json.dumps({"as_of": "2026-06-29T12:00:00+00:00"}))
    return folder


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (CLIENTS, 0),
        (CLIENTS * 2, 0),  # half of the rows
        (CLIENTS * 2 + 1, 0),
        (CLIENTS * 2 + 2, 3),  # less than half
        (27, 0),
        (26, 3),  # more than 150%
        (19, 0),  # too few rows to compare
        (0, 0),  # first delivery
        (None, 0),  # the relation was missing
    ],
)
def test_row_count_is_compared_with_the_last_release(
    warehouse: Path, tmp_path: Path, before: int | None, expected: int
) -> None:
    suites = _suites(tmp_path / "suites", "marts.dim_client")
    previous = _released(tmp_path / "release", before)
    out = tmp_path / "out"
    assert _run_gate(warehouse, out, "--suites", suites, "--previous", previous) == expected
    (suite,) = _verdict(out)["suites"]
    assert suite["rows"] == CLIENTS
    assert [f["observed"] for f in suite["failures"]] == (
        [f"observed {CLIENTS}"] if expected else []
    )


def test_next_verdict_compares_with_the_released_one(warehouse: Path, tmp_path: Path) -> None:
    suites = _suites(tmp_path / "suites", "marts.dim_client")
    release = tmp_path / "release"
    assert _run_gate(warehouse, release / "quality", "--suites", suites) == 0
    (release / "manifest.json").write_text(json.dumps({"as_of": "2026-06-29T12:00:00+00:00"}))
    assert _run_gate(warehouse, tmp_path / "o", "--suites", suites, "--previous", release) == 0
    _change(warehouse, "delete from marts.dim_client where client_key > 3")
    assert _run_gate(warehouse, tmp_path / "o", "--suites", suites, "--previous", release) == 3


@pytest.mark.parametrize(
    ("as_of", "expected"), [("2026-06-29 11:59:59+00", 0), ("2026-06-29 12:00:00+00", 3)]
)
def test_run_as_of_an_earlier_date_is_not_compared_with_a_later_release(
    warehouse: Path, tmp_path: Path, as_of: str, expected: int
) -> None:
    _change(warehouse, "create schema raw_caseload")
    _change(warehouse, f"create table raw_caseload.run as select timestamptz '{as_of}' as as_of")
    suites = _suites(tmp_path / "suites", "marts.dim_client")
    previous = _released(tmp_path / "release", CLIENTS * 10)
    out = tmp_path / "out"
    assert _run_gate(warehouse, out, "--suites", suites, "--previous", previous) == expected


def test_usage_errors_name_the_argument(warehouse: Path, tmp_path: Path, capsys) -> None:
    out = tmp_path / "out"
    assert _run_gate(tmp_path / "nowhere.duckdb", out) == 2
    assert "does not exist" in capsys.readouterr().err
    assert _run_gate(warehouse, out, "--previous", tmp_path) == 2
    assert "--previous must be the directory of a release" in capsys.readouterr().err
    assert _run_gate(warehouse, out, "--suites", tmp_path / "none") == 2
    assert "contains no suite" in capsys.readouterr().err
    with pytest.raises(SystemExit, match="2"):
        gate.main(["--out", str(out)])
    assert not out.exists()


def test_locked_or_damaged_warehouse_is_an_error_without_a_verdict(
    warehouse: Path, tmp_path: Path, capsys
) -> None:
    out = tmp_path / "out"
    hold_open = (
        "import duckdb, sys, time; c = duckdb.connect(sys.argv[1]);"
        " print('open', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold_open, str(warehouse)], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        assert _run_gate(warehouse, out) == 1
        writer.kill()
    assert "another process has it open" in capsys.readouterr().err
    damaged = tmp_path / "damaged.duckdb"
    damaged.write_bytes(b"nonsense" * 1000)
    assert _run_gate(damaged, out) == 1
    assert "cannot be opened" in capsys.readouterr().err
    assert not (out / "verdict.json").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not JSON"),
        ('{"name": "marts.b", "expectations": []}', 'expected "name": "marts.a"'),
        ('{"name": "marts.a", "expectations": []}', "at least one expectation"),
        ('{"name": "marts.a", "expectations": [{"type": "x", "kwargs": {}}]}', "has no meta.why"),
        (
            '{"name": "marts.a", "expectations": [{"type": "x", "meta": {"why": " "}}]}',
            "has no meta.why",
        ),
    ],
)
def test_invalid_suite_files_are_named(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "marts").mkdir()
    (tmp_path / "marts" / "a.json").write_text(text)
    with pytest.raises(SuiteError, match=re.escape(message)) as raised:
        read_suites(tmp_path)
    assert "a.json" in str(raised.value)


def test_suites_load_as_gx_suites() -> None:
    from great_expectations import ExpectationSuite

    for suite in read_suites():
        path = ROOT / "expectations" / "suites" / suite.schema / f"{suite.name}.json"
        loaded = ExpectationSuite(**json.loads(path.read_text()))
        assert len(loaded.expectations) == len(suite.expectations)
