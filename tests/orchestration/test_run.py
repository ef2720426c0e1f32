"""The commands as users run them: released files, repeated runs, exit codes, messages."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from tests.conftest import ROOT, Demo, caseload


def test_demo_prints_the_paths_of_its_output(demo: Demo) -> None:
    assert "Released 2026" in demo.output
    assert "outreach_list.csv" in demo.output
    assert ".xlsx" in demo.output
    assert "caseload dashboard" in demo.output


def test_release_has_its_documented_files(demo: Demo) -> None:
    assert (demo.release / "outreach" / "outreach_list.csv").is_file()
    assert (demo.release / "outreach" / "unassigned.xlsx").is_file()
    assert (demo.release / "metrics" / "measure_rate.parquet").is_file()
    assert (demo.release / "quality" / "verdict.json").is_file()
    for path in (demo.release / "outreach").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE((demo.release / "outreach").stat().st_mode) == 0o700


def test_every_row_is_reconciled(demo: Demo) -> None:
    with duckdb.connect(str(demo.data / "warehouse.duckdb"), read_only=True) as connection:
        rows = connection.execute(
            "select source, rows_in, rows_loaded, rows_rejected, rows_superseded, rows_current"
            " from quality.fct_reconciliation"
        ).fetchall()
    # Senders without deliveries, such as Synthea in the demo, have no row.
    assert {row[0] for row in rows} == {
        "claims", "ehr", "adt", "screenings", "referrals", "outreach_log", "valuesets",
    }  # fmt: skip
    assert sum(row[1] for row in rows) > 0
    for source, rows_in, loaded, rejected, superseded, current in rows:
        assert rows_in == loaded + rejected, source
        assert loaded == current + superseded, source


def test_the_ledger_is_attached_without_pandas(tmp_path: Path) -> None:
    """A bound parameter makes DuckDB import pandas and pyarrow: 90 MB during the build."""
    attach = (
        "import sys\n"
        "from datetime import UTC, datetime\n"
        "from pathlib import Path\n"
        "from orchestration import warehouse\n"
        "from orchestration.settings import Settings\n"
        "from sources.contract import load_contracts\n"
        "from sources.raw_zone import RawZone\n"
        "data = Path(sys.argv[1])\n"
        "settings = Settings(data=data)\n"
        "with warehouse.open_for_writing(data, settings) as connection:\n"
        "    zone = RawZone(data / 'raw')\n"
        "    warehouse.attach(connection, zone, load_contracts(), datetime.now(UTC), settings)\n"
        "print({'pandas', 'pyarrow'} & set(sys.modules))\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", attach, str(tmp_path)],
        check=False, capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    assert ended.stdout == "set()\n", ended.stdout + ended.stderr
    assert [path.name for path in tmp_path.glob("*.json")] == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "--landing", "nowhere"], "no such folder"),
        (["run", "--landing", ".", "--as-of", "30.6.2026"], "expected a date"),
        (["run", "--landing", ".", "--as-of", "2026-06-30T07:00:00"], "has no UTC offset"),
        (["demo", "--clients", "0"], "at least 1"),
        (["synthesize", "--clients", "1", "--days", "9", "--landing", "made"], "60 days"),
        (["release"], "invalid choice"),
    ],
)
def test_usage_errors_say_what_was_expected(
    arguments: list[str], message: str, tmp_path: Path
) -> None:
    data = [] if arguments[0] in ("release", "synthesize") else ["--data", str(tmp_path / "data")]
    ended = caseload(*arguments, *data)
    assert ended.returncode == 2
    assert message in ended.stderr.replace("\n", " ")
    assert "Traceback" not in ended.stderr
    assert not (tmp_path / "data").exists()


def test_unknown_zone_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "caseload.toml").write_text('time_zone = "Amerika/New_York"\n')
    ended = caseload("status", "--data", tmp_path, cwd=tmp_path)
    assert ended.returncode == 2
    assert "time_zone" in ended.stderr


def test_status_reads_ledgers_and_releases_only(demo: Demo, tmp_path: Path) -> None:
    # status must work while a run has the warehouse open.
    with duckdb.connect(str(demo.data / "warehouse.duckdb")):
        ended = caseload("status", "--data", demo.data, "--json")
    found = json.loads(ended.stdout)
    feeds = {feed["source"]: feed["state"] for feed in found["feeds"]}
    assert feeds["synthea"] == "absent"
    assert ended.returncode == int("stale" in feeds.values())
    assert found["runs"][0]["outcome"] == "released"
    assert found["verdict"]["success"] is True


def test_status_before_the_first_run(tmp_path: Path) -> None:
    ended = caseload("status", "--data", tmp_path / "data")
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert "No release yet in" in ended.stdout


def test_explain_shows_source_rows_and_no_name(demo: Demo) -> None:
    with duckdb.connect(str(demo.data / "warehouse.duckdb"), read_only=True) as connection:
        listed = connection.execute(
            "select client_id, client_name from exports.export_outreach order by rank, client_id"
        ).fetchone()
    assert listed is not None
    client_id, name = listed
    ended = caseload("explain", client_id, "--data", demo.data)
    assert ended.returncode == 0, ended.stderr
    flat = " ".join(ended.stdout.split())
    assert "Score" in flat
    assert "row " in flat
    assert name not in flat


def test_explain_of_a_measure_shows_each_clause_and_the_deciding_row(demo: Demo) -> None:
    with duckdb.connect(str(demo.data / "warehouse.duckdb"), read_only=True) as connection:
        clients = connection.execute(
            "select client_id, status, exclusion_reason from measures.fct_measure_event"
            " where measure_id = 'fum_30' and status in ('met', 'excluded')"
            " qualify row_number() over (partition by status order by client_id, event_key) = 1"
            " order by status"
        ).fetchall()
        (without,) = connection.execute(
            "select min(client_id) from marts.dim_client where client_key not in"
            " (select client_key from measures.fct_measure_event where measure_id = 'fum_30')"
        ).fetchone() or (None,)
    (excluded, _, reason), (met, _, _) = clients
    shown = _explained(demo, met)
    assert "│ Numerator │ yes" in shown
    assert "│ Status │ met │" in shown
    assert ", row " in shown
    shown = _explained(demo, excluded)
    assert f"│ Exclusion │ yes: {reason}" in shown
    assert "outside the initial population in both measurement years" in _explained(demo, without)


def _explained(demo: Demo, client_id: str) -> str:
    ended = caseload("explain", client_id, "--measure", "fum_30", "--data", demo.data)
    assert ended.returncode == 0, ended.stderr
    return " ".join(ended.stdout.split())


def test_explain_of_an_unknown_measure_names_the_measures(demo: Demo) -> None:
    with duckdb.connect(str(demo.data / "warehouse.duckdb"), read_only=True) as connection:
        (client,) = connection.execute("select min(client_id) from marts.dim_client").fetchone()
    ended = caseload("explain", client, "--measure", "fum", "--data", demo.data)
    assert ended.returncode == 2
    assert "no measure 'fum'" in ended.stderr
    assert "fum_30" in ended.stderr


def test_explain_of_an_unknown_client(demo: Demo) -> None:
    ended = caseload("explain", "unknown-id", "--data", demo.data)
    assert ended.returncode == 2
    assert "has no client 'unknown-id'" in ended.stderr


def test_explain_while_a_run_has_the_warehouse_open(demo: Demo) -> None:
    with duckdb.connect(str(demo.data / "warehouse.duckdb")):
        ended = caseload("explain", "C0001", "--data", demo.data)
    assert ended.returncode == 2
    assert "is open in another process" in ended.stderr.replace("\n", " ")


def test_second_run_on_a_data_folder_fails(demo: Demo, tmp_path: Path) -> None:
    from orchestration.run_lock import exclusive

    data = tmp_path / "data"
    with exclusive(data):
        ended = caseload(
            "run", "--landing", demo.landing, "--data", data, "--as-of", "2026-06-30", "--wait", "0"
        )
    assert ended.returncode == 4
    assert "another run is using this data folder" in " ".join(ended.stderr.split())


def test_dagster_lists_the_same_pipeline() -> None:
    listed = subprocess.run(
        [str(Path(sys.executable).parent / "dg"), "list", "defs", "--json"],
        check=True, capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    found = json.loads(listed.stdout)
    keys = {asset["asset_key"] for asset in found["assets"]}
    assert {"release/verdict", "publication/release", "marts/fct_task", "raw_adt/event"} <= keys
    assert [job["name"] for job in found["jobs"]] == ["nightly"]
    assert found["schedules"]
    assert found["sensors"]
