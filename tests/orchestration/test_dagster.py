"""Caseload in Dagster: assets, checks, subsets, schedule, sensor, locks, run history."""

from __future__ import annotations

import errno
import io
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from rich.console import Console

from orchestration import instance, run_lock, step_errors
from orchestration.definitions import defs, nightly, run_tags
from orchestration.progress import Reporter, peak_mb
from orchestration.resources import DataFolder
from orchestration.settings import UsageError
from orchestration.verdict import VERDICT
from tests.conftest import ROOT
from tests.orchestration.conftest import AS_OF, SmallAgency

GRAPH = defs.resolve_asset_graph()
EHR = dg.AssetSelection.key_prefixes("raw_ehr")
SECRET = "Marguerite Okonkwo"


def _run(
    data: Path, small: SmallAgency, selection: dg.AssetSelection, recorder: dg.DagsterInstance
) -> dg.ExecuteInProcessResult:
    folders = {"landing": str(small.landing), "data": str(data), "as_of": AS_OF, "wait_minutes": 0}
    return defs.resolve_job_def(nightly.name).execute_in_process(
        run_config={
            "resources": {"data_folder": {"config": folders}},
            "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
        },
        asset_selection=list(selection.resolve(GRAPH)),
        instance=recorder,
        raise_on_error=False,
    )


def test_every_asset_has_description_group_owner_kind_and_version() -> None:
    lacking: dict[str, list[str]] = {}
    for key in GRAPH.materializable_asset_keys:
        node = GRAPH.get(key)
        spec = node.assets_def.get_asset_spec(key)
        assert len(key.path) == 2
        missing = [
            name
            for name, value in (
                ("description", spec.description),
                ("group", spec.group_name != "default" and spec.group_name),
                ("owner", spec.owners),
                ("kind", spec.kinds or key.path[1] == "release"),
                ("version", spec.code_version),
            )
            if not value
        ]
        if missing:
            lacking[key.to_user_string()] = missing
    assert lacking == {}


def test_groups_are_layer_and_area() -> None:
    groups = {
        key.to_user_string(): GRAPH.get(key).group_name for key in GRAPH.materializable_asset_keys
    }
    assert groups["raw_ehr/client"] == "raw_ehr"
    assert groups["staging/stg_ehr__client"] == "staging_ehr"
    assert groups["release/verdict"] == "release"


def test_gate_check_describes_its_reasons() -> None:
    checks = GRAPH.get(VERDICT).assets_def.check_specs
    (check,) = [spec for spec in checks if spec.name == "marts__fct_stay"]
    assert check.blocking
    assert "A duplicate stay causes a second discharge" in (check.description or "")


def test_schedule_and_sensor_run_by_default_and_describe_when() -> None:
    schedule = defs.resolve_schedule_def("every_night")
    sensor = defs.resolve_sensor_def("new_files_landed")
    assert schedule.default_status == dg.DefaultScheduleStatus.RUNNING
    assert "02:00" in (schedule.description or "")
    assert sensor.default_status == dg.DefaultSensorStatus.RUNNING
    assert "120 seconds" in (sensor.description or "")


def test_one_sender_can_be_read_alone(small: SmallAgency, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with dg.DagsterInstance.ephemeral() as recorder:
        result = _run(data, small, EHR, recorder)
    assert result.success
    made = {event.asset_key for event in result.get_asset_materialization_events()}
    assert made == EHR.resolve(GRAPH)
    assert {path.name for path in (data / "raw").iterdir() if path.is_dir()} == {"ehr"}
    assert not (data / "warehouse.duckdb").exists(), (
        "files are attached only if raw_caseload is selected"
    )
    rows = {
        event.asset_key.path[1]: event.materialization.metadata.get("dagster/row_count")
        for event in result.get_asset_materialization_events()
        if event.asset_key
    }
    assert rows["client"] is not None
    assert rows["client"].value > 0


def test_subset_of_models_has_row_counts_columns_and_checks(
    small: SmallAgency, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    shutil.copytree(small.data, data, symlinks=True)
    client = dg.AssetKey(["marts", "dim_client"])
    with dg.DagsterInstance.ephemeral() as recorder:
        result = _run(data, small, dg.AssetSelection.assets(client), recorder)
    assert result.success
    (made,) = result.get_asset_materialization_events()
    metadata = made.materialization.metadata
    assert metadata["dagster/row_count"].value > 0
    columns = {column.name for column in metadata["dagster/column_schema"].schema.columns}
    assert "client_key" in columns
    assert "select" in metadata["compiled SQL"].md_str
    checks = result.get_asset_check_evaluations()
    assert checks
    assert all(check.passed for check in checks)
    assert all(check.metadata["dagster_dbt/failed_row_count"].value == 0 for check in checks)


def test_dbt_events_contain_no_row_values(tmp_path: Path) -> None:
    """The database message quotes the value that cannot be converted; the dbt process masks it."""
    project = tmp_path / "dbt_project"
    shutil.copytree(ROOT / "dbt_project", project, ignore=shutil.ignore_patterns("logs"))
    broken = project / "models" / "core" / "client" / "int_client__described.sql"
    broken.write_text(f"select cast('{SECRET}' as date) as birth_date\n")
    script = (
        "import sys; from pathlib import Path; from orchestration import dbt_command, dbt_project;"
        f" dbt_project.PROJECT = Path({str(project)!r}); sys.exit(dbt_command.main(sys.argv[1:]))"
    )
    folders = ["--project-dir", project, "--profiles-dir", project, "--target-path", tmp_path / "t"]
    quiet = [
        "--exclude-resource-type",
        "unit_test",
        "--quiet",
        "--log-level",
        "none",
        "--log-level-file",
        "none",
    ]
    ended = subprocess.run(
        [sys.executable, "-c", script, "build", "--select", "int_client__described", *folders, *quiet],
        check=False, capture_output=True, text=True, cwd=ROOT,
        env={**os.environ, "CASELOAD_DATA": str(tmp_path), "CASELOAD_PARENT_PID": str(os.getpid())},
    )  # fmt: skip
    assert ended.returncode == 1, ended.stderr
    assert SECRET not in ended.stdout + ended.stderr
    events = [json.loads(line) for line in ended.stdout.splitlines()]
    assert events[-1]["info"]["level"] == "error"
    assert "int_client__described: error:" in events[-1]["info"]["msg"]
    assert "'…'" in events[-1]["info"]["msg"]


@pytest.mark.parametrize(
    ("error", "transient"),
    [
        (OSError(errno.ESTALE, "stale"), True),
        (OSError(errno.EIO, "input/output error"), True),
        (OSError(errno.ENOSPC, "no space left"), False),
        (PermissionError(errno.EACCES, "permission denied"), False),
        (RuntimeError("IO Error: Could not set lock on file"), True),
        (RuntimeError("Conversion Error"), False),
    ],
)
def test_transient_errors(error: Exception, transient: bool) -> None:
    assert step_errors.is_transient(error) == transient


def _raises(error: Exception) -> Any:
    @dg.asset
    def broken() -> None:
        with step_errors.mask_errors():
            raise error

    return broken


def test_failed_step_stores_no_value_in_dagster() -> None:
    error = RuntimeError(f"Could not convert string '{SECRET}' to INT32")
    with dg.DagsterInstance.ephemeral() as recorder:
        result = dg.materialize([_raises(error)], instance=recorder, raise_on_error=False)
        text = str(list(recorder.all_logs(result.run_id)))
    assert not result.success
    assert "Could not convert string '…' to INT32" in text
    assert SECRET not in text


def test_transient_error_is_retried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step_errors, "RETRY_SECONDS", 0)
    error = OSError(errno.ESTALE, f"Stale file handle '{SECRET}'")
    with dg.DagsterInstance.ephemeral() as recorder:
        result = dg.materialize([_raises(error)], instance=recorder, raise_on_error=False)
        entries = list(recorder.all_logs(result.run_id))
    restarts = [
        entry for entry in entries if entry.dagster_event_type == dg.DagsterEventType.STEP_RESTARTED
    ]
    assert len(restarts) == step_errors.RETRIES
    assert not result.success
    assert SECRET not in str(entries)


@contextmanager
def _locked_by_another_process(data: Path) -> Iterator[Callable[[], None]]:
    """Lock the data folder in a subprocess; the yielded function unlocks it."""
    code = (
        "import sys; from pathlib import Path; from orchestration.run_lock import exclusive\n"
        "with exclusive(Path(sys.argv[1])): print('locked', flush=True); sys.stdin.read(1)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(data)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
    ) as holder:  # fmt: skip
        assert holder.stdin is not None
        assert holder.stdout is not None
        assert holder.stdout.readline() == "locked\n"
        yield holder.stdin.close
        if not holder.stdin.closed:
            holder.stdin.close()


def test_scheduled_run_waits_for_the_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestration.resources._POLL_SECONDS", 0.05)
    with _locked_by_another_process(tmp_path) as unlock:
        threading.Timer(2.5, unlock).start()
        started = time.monotonic()
        with dg.build_resources({"data_folder": DataFolder(data=str(tmp_path))}):
            waited = time.monotonic() - started
    assert waited >= 2.4


def test_run_without_waiting_time_fails_at_once(tmp_path: Path) -> None:
    with (
        _locked_by_another_process(tmp_path),
        pytest.raises(dg.DagsterResourceFunctionError) as raised,
        dg.build_resources({"data_folder": DataFolder(data=str(tmp_path), wait_minutes=0)}),
    ):
        pass
    assert isinstance(raised.value.__cause__, run_lock.DataFolderBusyError)


def test_caseload_run_records_in_dagster_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    with instance.current() as recorder:
        assert recorder.is_persistent
        assert not recorder.telemetry_enabled
        assert recorder.nux_enabled is False
        assert recorder.run_monitoring_enabled
    assert (home / "dagster.yaml").read_bytes() == (ROOT / "dagster.yaml").read_bytes()
    (home / "dagster.yaml").write_text("telemetry: {enabled: true}\n")
    with instance.current() as recorder:
        assert recorder.telemetry_enabled, "the agency's own file is kept"


def test_relative_dagster_home_is_a_usage_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGSTER_HOME", "home")
    with pytest.raises(UsageError, match="absolute path"):
        instance.current()


def test_progress_is_printed_while_standard_output_is_redirected() -> None:
    printed, redirected = io.StringIO(), io.StringIO()
    with redirect_stdout(printed):
        reporter = Reporter(Console())
    with redirect_stdout(redirected):
        reporter.notify("building")
    assert printed.getvalue() == "building\n"
    assert redirected.getvalue() == ""


def test_without_dagster_home_history_is_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    with instance.current() as recorder:
        assert recorder.is_ephemeral


def test_runs_of_one_data_folder_share_a_tag(tmp_path: Path) -> None:
    assert run_tags(tmp_path) == run_tags(tmp_path / "x" / "..")
    assert run_tags(tmp_path) != run_tags(tmp_path / "x")
    assert set(run_tags(tmp_path)) == {"caseload/data_folder"}
    assert "key: caseload/data_folder" in (ROOT / "dagster.yaml").read_text()


def test_killed_dbt_process_fails_its_step(
    small: SmallAgency, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, killed = tmp_path / "data", tmp_path / "dbt"
    shutil.copytree(small.data, data, symlinks=True)
    killed.write_text('#!/bin/sh\n[ "$*" = --version ] && echo 1.11.0 || kill -9 $$\n')
    killed.chmod(0o755)
    monkeypatch.setattr("orchestration.dbt_build._EXECUTABLE", killed)
    selection = dg.AssetSelection.assets(dg.AssetKey(["marts", "dim_client"]))
    with dg.DagsterInstance.ephemeral() as recorder:
        result = _run(data, small, selection, recorder)
    assert not result.success
    record = (data / "logs" / "runs.jsonl").read_text().splitlines()[-1]
    assert "the dbt process ended with code -9" in json.loads(record)["error"]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="proc(5) is Linux")
def test_memory_of_the_dbt_process_is_part_of_its_stage() -> None:
    reporter = Reporter()
    allocated_mb = int(peak_mb()) + 200  # more than this process uses
    allocator = f"data = b'x' * {allocated_mb}_000_000; print('ready', flush=True); input()"
    with (
        subprocess.Popen(
            [sys.executable, "-c", allocator],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as child,
        reporter.stage("build", "Building"),
    ):
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        reporter.observe_child(child.pid)
        child.communicate("\n")
    with reporter.stage("after", "Publishing"):
        pass
    build, after = reporter.costs
    assert build.peak_mb >= 0.9 * allocated_mb
    assert after.peak_mb < build.peak_mb
