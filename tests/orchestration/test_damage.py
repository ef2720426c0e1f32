"""Damaged files, wrong settings and locked folders give one clear line, without a pipeline run."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from rich.table import Table

from orchestration import dashboard, private_folder, run_lock, run_record, warehouse
from orchestration.settings import Settings
from orchestration.terminal import PlainConsole, escape_controls
from publishing.release import Feed, Release
from tests.conftest import ROOT

_AS_OF = datetime(2026, 6, 30, tzinfo=UTC)
_GARBAGE = b"\x00garbage\xff" * 2_000


def _caseload(
    *arguments: str | Path, cwd: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    kept = {name: text for name, text in os.environ.items() if not name.startswith("CASELOAD_")}
    return subprocess.run(
        [sys.executable, "-m", "orchestration.cli", *map(str, arguments)],
        check=False, capture_output=True, text=True, cwd=cwd,
        env={**kept, "PYTHONPATH": str(ROOT), **environment},
    )  # fmt: skip


def _made_warehouse(data: Path) -> Path:
    data.mkdir(exist_ok=True)
    path = data / warehouse.FILE
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "create table t as select range i, repeat('x', 90) || range s from range(100000)"
        )
    return path


def _cut_to_header(path: Path) -> None:
    os.truncate(path, 20_000)


def _cut_in_half(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _garbage_in_the_middle(path: Path) -> None:
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 1_000] = b"z" * 1_000
    path.write_bytes(content)


def _other_version(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[12] = 250
    path.write_bytes(content)


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "mine.txt").write_text("kept")


@pytest.mark.parametrize(
    "damage",
    [
        _cut_to_header,
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(_GARBAGE),
        _other_version,
        _folder,
    ],
    ids=["cut", "zero bytes", "garbage", "other version", "folder"],
)
def test_damaged_warehouse_is_replaced(tmp_path: Path, damage: Callable[[Path], object]) -> None:
    path = _made_warehouse(tmp_path)
    damage(path)
    path.with_name("warehouse.duckdb.wal").write_bytes(b"log of the damaged file")
    settings = Settings(data=tmp_path)
    with (
        pytest.raises(warehouse.WarehouseDamagedError, match="is damaged"),
        warehouse.open_for_reading(tmp_path, settings),
    ):
        pass
    message = warehouse.discard_damaged(tmp_path, settings)
    assert message is not None
    assert "is damaged: rebuilding it from the raw zone" in message
    with warehouse.open_for_writing(tmp_path, settings) as connection:
        assert connection.execute("select count(*) from duckdb_tables()").fetchall() == [(0,)]
    if damage is _folder:
        assert (tmp_path / "warehouse.duckdb.set-aside-1" / "mine.txt").read_text() == "kept"
    assert warehouse.discard_damaged(tmp_path, settings) is None


def test_intact_or_open_warehouse_is_kept(tmp_path: Path) -> None:
    path = _made_warehouse(tmp_path)
    settings = Settings(data=tmp_path)
    before = path.read_bytes()
    assert warehouse.discard_damaged(tmp_path, settings) is None
    assert warehouse.discard_unreadable(settings) is False
    assert path.read_bytes() == before
    holder = subprocess.Popen(
        [sys.executable, "-c",
         f"import duckdb, sys; c = duckdb.connect({str(path)!r}); print('open', flush=True); sys.stdin.read()"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"open\n"
        assert warehouse.discard_unreadable(settings) is False
        with (
            pytest.raises(warehouse.WarehouseInUseError, match="is open in another process"),
            warehouse.open_for_reading(tmp_path, settings),
        ):
            pass
    finally:
        holder.communicate(b"")
    assert path.exists()


@pytest.mark.parametrize("damage", [_cut_in_half, _garbage_in_the_middle])
def test_damaged_block_is_found_after_a_failed_run(
    tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    path = _made_warehouse(tmp_path)
    damage(path)
    assert warehouse.discard_unreadable(Settings(data=tmp_path)) is True
    assert not path.exists()


def test_explain_names_a_damaged_warehouse(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / warehouse.FILE).write_bytes(_GARBAGE)
    ended = _caseload("explain", "C0001", "--data", "data", cwd=tmp_path)
    assert ended.returncode == 2
    assert (
        "warehouse.duckdb is damaged: `caseload run` rebuilds it from the raw zone" in ended.stderr
    )


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with a release, a run record and a gate result, written without a run."""
    folder = tmp_path / "data"
    (folder / "logs" / "gate").mkdir(parents=True)
    (folder / "logs" / "gate" / "verdict.json").write_text('{"success": true, "suites": []}')
    run_record.append(folder, "r1", "started", pid=1)
    with Release(folder / "published", _AS_OF) as release:
        release.file("outreach/outreach_list.csv").write_text("rank\n")
        release.add("outreach/outreach_list.csv", 0)
        directory = release.close(["a notice"], [Feed("ehr", _AS_OF, is_stale=False)])
    run_record.append(folder, "r1", "released", release_id=directory.name)
    return folder


def test_status_of_an_intact_folder(data: Path, tmp_path: Path) -> None:
    ended = _caseload("status", "--data", data, cwd=tmp_path)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "damaged" not in ended.stdout


@pytest.mark.parametrize("content", [b"", b"\xff\x00", b"[1]", b'{"release_id"'])
@pytest.mark.parametrize(
    "name", ["published/current/manifest.json", "logs/runs.jsonl", "logs/gate/verdict.json"]
)
def test_status_names_a_damaged_file(data: Path, tmp_path: Path, name: str, content: bytes) -> None:
    (data / name).write_bytes(content)
    ended = _caseload("status", "--data", data, "--json", cwd=tmp_path)
    assert ended.returncode == 1
    assert ended.stderr == ""
    damage = json.loads(ended.stdout)["damage"]
    if name == "logs/runs.jsonl" and not content:
        assert damage == []  # no run on record
    else:
        assert Path(name).name in damage[0]


def test_event_after_an_unfinished_line_of_the_run_record_is_kept(tmp_path: Path) -> None:
    run_record.append(tmp_path, "r1", "started", pid=1)
    path = tmp_path / "logs" / "runs.jsonl"
    with path.open("ab") as file:
        file.write(b'{"run_id": "r1", "ev')
    run_record.append(tmp_path, "r2", "started", pid=2)
    messages: list[str] = []
    events = run_record.read(tmp_path, messages.append)
    assert [event.run_id for event in events] == ["r1", "r2"]
    assert len(messages) == 1
    assert "runs.jsonl line 2 is damaged and was skipped" in messages[0]


@pytest.mark.parametrize(
    ("path", "code", "message"),
    [("missing", 1, "No release yet in"), ("file", 2, "is a file; expected a folder"),
     ("file/below", 2, "is a file; expected a folder")],
)  # fmt: skip
def test_status_of_a_path_that_is_not_a_data_folder(
    tmp_path: Path, path: str, code: int, message: str
) -> None:
    (tmp_path / "file").write_text("")
    ended = _caseload("status", "--data", tmp_path / path, cwd=tmp_path)
    assert ended.returncode == code
    assert message in " ".join((ended.stdout + ended.stderr).split())
    assert "Traceback" not in ended.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root ignores permissions")
def test_status_of_an_unreadable_folder(data: Path, tmp_path: Path) -> None:
    data.chmod(0)
    try:
        ended = _caseload("status", "--data", data, cwd=tmp_path)
    finally:
        data.chmod(0o700)
    assert ended.returncode == 2
    assert "no permission to read" in " ".join(ended.stderr.split())


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ('landings = "x"', 'caseload.toml: unknown setting "landings" (did you mean "landing"?)'),
        ('state = "New York"', "caseload.toml: state must be a two-letter code such as NY"),
        ('state = "ny"', "caseload.toml: state must be a two-letter code such as NY"),
        ("state = ", "caseload.toml: not valid TOML: "),
        ('threads = "many"', "caseload.toml: threads must be a whole number of at least 1"),
        ("threads = 0", "caseload.toml: threads must be a whole number of at least 1"),
        (
            'memory_limit = "lots"',
            "caseload.toml: memory_limit must be an amount of memory such as",
        ),
        ("recipient_keys = 3", "caseload.toml: recipient_keys must be a table of age public keys"),
        ("fhir_tasks = 3", "caseload.toml: fhir_tasks must be true or false"),
        ('enabled_senders = ["erh"]', 'unknown sender "erh" (did you mean "ehr"?)'),
        ('time_zone = "Amerika/New_York"', "caseload.toml: time_zone must be an IANA time zone"),
    ],
)
def test_wrong_setting_gives_one_clear_line(tmp_path: Path, toml: str, message: str) -> None:
    (tmp_path / "caseload.toml").write_text(toml)
    ended = _caseload("status", "--data", tmp_path / "data", cwd=tmp_path)
    assert ended.returncode == 2
    assert message in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("CASELOAD_LANDINGS", "x", '"CASELOAD_LANDINGS" (did you mean "CASELOAD_LANDING"?)'),
        ("CASELOAD_THREADS", "many", "CASELOAD_THREADS must be a whole number of at least 1"),
        ("CASELOAD_RECIPIENT_KEYS", "x", "CASELOAD_RECIPIENT_KEYS must be JSON"),
    ],
)
def test_wrong_environment_variable_gives_one_clear_line(
    tmp_path: Path, name: str, text: str, message: str
) -> None:
    ended = _caseload("status", "--data", tmp_path / "data", cwd=tmp_path, **{name: text})
    assert ended.returncode == 2
    assert message in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["dashboard", "--port", "65536"], "expected a port number from 1 to 65535"),
        (["dashboard", "--port", "http"], "expected a port number from 1 to 65535"),
        (["run", "--landing", ".", "--as-of", "0001-01-01"], "expected a date"),
        (["run", "--landing", ".", "--as-of", "9999-12-31"], "expected a date"),
        (["run", "--landing", ".", "--wait", "-1"], "expected a whole number of seconds"),
        (["run", "--landing", "caseload.toml"], "is a file"),
    ],
)
def test_wrong_argument_gives_one_clear_line(
    tmp_path: Path, arguments: list[str], message: str
) -> None:
    (tmp_path / "caseload.toml").write_text("")
    ended = _caseload(*arguments, "--data", "data", cwd=tmp_path)
    assert ended.returncode == 2
    assert message in ended.stderr
    assert "Traceback" not in ended.stderr


def test_second_run_waits_and_names_the_run_that_has_the_lock(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    (tmp_path / "landing").mkdir()
    with run_lock.exclusive(folder):
        assert run_lock.holder(folder) == os.getpid()
        ended = _caseload(
            "run", "--landing", "landing", "--data", folder, "--wait", "2", cwd=tmp_path
        )
    assert run_lock.holder(folder) is None
    assert ended.returncode == 4
    assert f"another run is using this data folder (process {os.getpid()}, since " in ended.stdout
    assert "waiting up to 2 s" in ended.stdout
    assert "another run is using this data folder after 2 s of waiting" in ended.stderr
    assert f"(process {os.getpid()}, since " in ended.stderr


def test_existing_data_folder_becomes_private(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    (folder / "published" / "r1" / "outreach").mkdir(parents=True)
    (folder / "raw" / "ehr").mkdir(parents=True)
    before = [
        folder / "published/r1/outreach/list.csv",
        folder / "raw/ehr/a.parquet",
        folder / warehouse.FILE,
    ]
    for path in before:
        path.write_text("")
    other = folder / "program"  # unrelated file in a wrongly chosen folder
    other.write_text("")
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o777 if path.is_dir() else 0o666)
    other.chmod(0o755)
    umask = os.umask(0)
    try:
        with run_lock.exclusive(folder):
            (folder / "raw" / "new.parquet").write_text("")
            (folder / "raw" / "new").mkdir()
    finally:
        os.umask(umask)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(other.stat().st_mode) == 0o755
    for path in folder.rglob("*"):
        if path != other:
            expected = 0o700 if path.is_dir() else 0o600
            assert stat.S_IMODE(path.lstat().st_mode) == expected, path


def test_link_to_outside_the_data_folder_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    outside.chmod(0o755)
    (tmp_path / "data" / "raw").mkdir(parents=True)
    (tmp_path / "data" / "raw" / "link").symlink_to(outside)
    private_folder.secure(tmp_path / "data")
    assert stat.S_IMODE(outside.stat().st_mode) == 0o755


def test_terminal_output_escapes_hostile_names(capsys: pytest.CaptureFixture[str]) -> None:
    hostile = "\x1b[2J[red]a[/red]\x9b31m:smile:\u202e"
    console = PlainConsole(force_terminal=False, width=200)
    table = Table(title=hostile)
    table.add_column(hostile)
    table.add_row(hostile)
    console.print(hostile)
    console.print(table)
    console.rule(hostile)
    printed = capsys.readouterr().out
    assert printed.count(r"\x1b[2J[red]a[/red]\x9b31m:smile:\u202e") == 5
    for sign in ("\x1b", "\x9b", "\u202e"):
        assert sign not in printed
    assert escape_controls("José, 李, عبد\n") == "José, 李, عبد\n"


def test_dashboard_gets_the_agencys_time_zone(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[dict[str, str]] = []

    def run(command: list[str], *, env: dict[str, str], check: bool) -> subprocess.CompletedProcess:
        started.append(env)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(dashboard.subprocess, "run", run)
    settings = Settings(data=data, time_zone="America/Los_Angeles")
    assert dashboard.serve(settings, 8501) == 0
    assert started[0]["CASELOAD_TIME_ZONE"] == "America/Los_Angeles"
