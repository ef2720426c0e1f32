"""The disclosure log: rows belong to their release, and every change of the log is found."""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from publishing import disclosure_log, release
from publishing.disclosure_audit import of_client, verify_log
from publishing.disclosure_log import Disclosure, DisclosureLog
from publishing.release import Release, read_manifest

AS_OF = datetime(2026, 6, 30, 3, 59, 59, tzinfo=UTC)
_FILES = ("outreach/outreach_list.csv", "outreach/cm1.xlsx")


def _rows(clients: int) -> list[Disclosure]:
    return [
        Disclosure(
            file, "cm1", f"C{number}", "list", number == 1, "k1" if number == 1 else None, "tpo"
        )
        for file in _FILES
        for number in range(clients)
    ]


def _publish(data: Path, text: str = "x", as_of: datetime = AS_OF, clients: int = 3) -> Path:
    with Release(data / "published", as_of) as written:
        for name in (*_FILES, "metrics/a.parquet"):
            written.file(name).write_text(text)
            written.add(name, clients)
        return written.close(log=DisclosureLog(data), disclosures=_rows(clients))


def _view(data: Path, client_id: str = "C1") -> None:
    DisclosureLog(data).view(
        page="explain", recipient="me", client_id=client_id, columns="explain", part2=False,
        consent_id=None, purpose="treatment",
    )  # fmt: skip


def _lines(data: Path) -> list[dict[str, object]]:
    segments = disclosure_log.segments(data / "disclosures")
    return [json.loads(line) for path in segments for line in path.read_text().splitlines()]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two releases with two views in between and one after."""
    data = tmp_path / "data"
    _publish(data)
    _view(data)
    _view(data, "C2")
    _publish(data, as_of=AS_OF + timedelta(days=1))
    _view(data)
    return data


def test_intact_log_counts_every_row(data: Path) -> None:
    report = verify_log(data)
    assert (report.problems, report.notes) == ([], [])
    # per release its own row, 2 files of 3 clients, and the closing row
    assert (report.rows, report.releases) == (8 + 2 + 8 + 1, 2)
    assert [row["row"] for row in _lines(data)] == list(range(1, 20))
    manifest = read_manifest(data / "published" / "current")
    assert (manifest["disclosures"]["rows"], manifest["disclosures"]["count"]) == (7, 17)
    assert manifest["disclosures"]["head"] == _lines(data)[16]["hash"]


def test_row_names_file_recipient_client_and_consent(data: Path) -> None:
    row = _lines(data)[2]
    path = data / "published" / str(row["release_id"]) / str(row["file"])
    assert row["sha256"] == release.sha256_of(path)
    del row["release_id"], row["sha256"], row["hash"]
    assert row == {
        "row": 3, "event": "disclosure", "file": "outreach/outreach_list.csv", "recipient": "cm1",
        "client_id": "C1", "columns": "list", "part2": True, "consent_id": "k1", "purpose": "tpo",
    }  # fmt: skip


def test_accounting_lists_the_newest_first(data: Path) -> None:
    found = of_client(data, "C1")
    assert [each.row.get("file", "view") for each in found] == [
        "view", *reversed(_FILES), "view", *reversed(_FILES),
    ]  # fmt: skip
    assert all(each.at for each in found)
    assert of_client(data, "C") == []


def test_files_are_private(data: Path) -> None:
    for path in [data / "disclosures", *(data / "disclosures").rglob("*")]:
        expected = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == expected, path


def test_equal_releases_have_equal_anchors(tmp_path: Path) -> None:
    anchors = [read_manifest(_publish(tmp_path / name))["disclosures"] for name in ("one", "other")]
    assert anchors[0] == anchors[1]
    later = read_manifest(_publish(tmp_path / "one", "y"))["disclosures"]
    assert later["digest"] != anchors[0]["digest"]


def test_republished_release_gets_no_further_rows(data: Path) -> None:
    before = _lines(data)
    _publish(data)
    assert _lines(data) == before
    # a lost or damaged release that is written again is the same disclosure
    damaged = _publish(data)
    (damaged / _FILES[0]).write_text("y")
    _publish(data)
    shutil.rmtree(damaged)
    assert read_manifest(_publish(data))["disclosures"]["count"] == 7
    assert _lines(data) == before
    assert verify_log(data).problems == []


def test_month_has_a_row_per_release(data: Path) -> None:
    (path,) = (data / "disclosures" / "monthly").iterdir()
    header, first, second = path.read_text().splitlines()
    assert header == "released_at,release_id,files,clients,part2_clients,rows,count,head"
    assert first.split(",")[2:7] == ["3", "3", "1", "7", "7"]
    assert second.split(",")[-1] == _lines(data)[16]["hash"]


def _segments(data: Path) -> list[Path]:
    return disclosure_log.segments(data / "disclosures")


def _edit(path: Path, change: Callable[[list[str]], list[str]]) -> None:
    path.write_text("\n".join(change(path.read_text().splitlines())) + "\n")


def _rewrite(data: Path) -> None:
    """Write a consistent log with one client less, as someone with the code could."""
    shutil.rmtree(data / "disclosures")
    log = DisclosureLog(data)
    for directory in sorted(
        path for path in (data / "published").iterdir() if path.name != "current"
    ):
        files = {
            file["path"]: (file["sha256"], file["rows"])
            for file in read_manifest(directory)["files"]
        }
        as_of = datetime.fromisoformat(read_manifest(directory)["as_of"])
        with log.publication(directory.name, as_of, files, _rows(2)):
            pass


_TAMPERINGS: dict[str, Callable[[Path], object]] = {
    "last row cut": lambda data: _segments(data)[-1].unlink(),
    "last release cut": lambda data: [path.unlink() for path in _segments(data)[-2:]],
    "half a row cut": lambda data: _segments(data)[-1].write_text("{"),
    "row removed": lambda data: _edit(_segments(data)[0], lambda lines: lines[:2] + lines[3:]),
    "row repeated": lambda data: _edit(_segments(data)[0], lambda lines: [*lines[:3], *lines[2:]]),
    "rows swapped": lambda data: _edit(_segments(data)[0], lambda lines: [*lines[:2], lines[3], lines[2], *lines[4:]]),
    "recipient changed": lambda data: _edit(_segments(data)[0], lambda lines: [line.replace("cm1", "cm9") for line in lines]),
    "segment removed": lambda data: _segments(data)[0].unlink(),
    "log removed": lambda data: shutil.rmtree(data / "disclosures"),
    "log rewritten": _rewrite,
    "head removed": lambda data: (data / "disclosures" / "head.json").unlink(),
    "released file removed": lambda data: (data / "published" / "current" / _FILES[1]).unlink(),
    "released file changed": lambda data: (data / "published" / "current" / _FILES[1]).write_text("y"),
    "current release removed": lambda data: shutil.rmtree((data / "published" / "current").resolve()),
}  # fmt: skip


@pytest.mark.parametrize("name", _TAMPERINGS)
def test_tampering_is_found(data: Path, name: str) -> None:
    assert verify_log(data).problems == []
    _TAMPERINGS[name](data)
    problems = verify_log(data).problems
    assert problems != []
    assert all("disclosures" in problem or "published" in problem for problem in problems)


def test_file_removed_from_release_and_manifest_is_found(data: Path) -> None:
    directory = (data / "published" / "current").resolve()
    manifest = read_manifest(directory)
    manifest["files"] = [file for file in manifest["files"] if file["path"] != _FILES[1]]
    (directory / "manifest.json").write_text(json.dumps(manifest))
    (directory / _FILES[1]).unlink()
    assert verify_log(data).problems == [
        f"published/{directory.name}: {_FILES[1]} is in the log and not in the manifest"
    ]


def test_own_copy_of_the_month_finds_a_log_that_was_rewritten_everywhere(
    data: Path, tmp_path: Path
) -> None:
    (month,) = (data / "disclosures" / "monthly").iterdir()
    copy = tmp_path / "own.csv"
    shutil.copy(month, copy)
    releases = [path for path in (data / "published").iterdir() if path.name != "current"]
    shutil.rmtree(data / "disclosures")
    for directory in sorted(releases):
        shutil.rmtree(directory)
        as_of = datetime.strptime(directory.name[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        _publish(data, as_of=as_of, clients=2)
    assert verify_log(data).problems == []
    assert any(str(copy) in problem for problem in verify_log(data, [copy]).problems)


def test_chain_continues_after_a_cut_and_stays_broken(data: Path) -> None:
    _segments(data)[-1].unlink()
    _publish(data, as_of=AS_OF + timedelta(days=2))
    _segments(data)[-2].write_text("no row\n")
    _publish(data, as_of=AS_OF + timedelta(days=3))
    assert verify_log(data).problems != []
    assert len(read_manifest(data / "published" / "current")["files"]) == 3


class _KilledError(Exception):
    pass


def _fail(*_: object, **__: object) -> None:
    raise _KilledError


@pytest.mark.parametrize(
    ("module", "step", "is_released"),
    [
        ("publishing.disclosure_log.DisclosureLog._complete_pending", "second call", True),
        ("publishing.disclosure_log.DisclosureLog._add_to_month", "first call", True),
        ("publishing.disclosure_log.DisclosureLog._write_head", "first call", True),
        ("publishing.release._point_current_at", "first call", True),
        ("publishing.release.sync_tree", "first call", False),
        ("publishing.disclosure_log.DisclosureLog._write_pending", "first call", False),
    ],
)
def test_kill_neither_loses_nor_doubles_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str, step: str, is_released: bool
) -> None:
    data, undisturbed = tmp_path / "data", tmp_path / "undisturbed"
    for folder in (data, undisturbed):
        _publish(folder)
    real = DisclosureLog._complete_pending
    calls = iter((real, _fail))
    with monkeypatch.context() as killed:
        if step == "second call":
            killed.setattr(module, lambda self: next(calls)(self))
        else:
            killed.setattr(module, _fail)
        with pytest.raises(_KilledError):
            _publish(data, as_of=AS_OF + timedelta(days=1))
    names = [path.name for path in (data / "published").iterdir() if path.name != "current"]
    assert len(names) == 1 + is_released
    # complete also before the next run
    assert len(of_client(data, "C1")) == 2 + 2 * is_released
    assert verify_log(data).problems == []
    _publish(data, as_of=AS_OF + timedelta(days=1))
    _publish(undisturbed, as_of=AS_OF + timedelta(days=1))
    assert verify_log(data).problems == []
    without_time = [
        [{name: row[name] for name in row if name not in ("at", "hash")} for row in _lines(folder)]
        for folder in (data, undisturbed)
    ]
    assert without_time[0] == without_time[1]
    (month,) = (data / "disclosures" / "monthly").iterdir()
    assert len(month.read_text().splitlines()) == 3


def test_rows_of_a_release_that_never_came_disappear(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    with monkeypatch.context() as killed:
        killed.setattr("publishing.release.sync_tree", _fail)
        killed.setattr(
            "publishing.disclosure_log.DisclosureLog._complete_pending", lambda self: None
        )
        with pytest.raises(_KilledError):
            _publish(data)
    assert [path.name for path in (data / "disclosures").iterdir()] != []
    assert of_client(data, "C1") == []
    _publish(data, as_of=AS_OF + timedelta(days=1))
    assert [row["row"] for row in _lines(data)] == list(range(1, 9))
    assert verify_log(data).problems == []


def test_unfinished_view_of_a_killed_page_is_dropped(data: Path) -> None:
    last = _segments(data)[-1]
    last.write_text(last.read_text() + '{"row":20,"event":"vi')
    report = verify_log(data)
    assert report.problems == []
    assert report.notes == [f"disclosures/{last.name} line 2: not a complete row"]
    _view(data)
    assert [row["row"] for row in _lines(data)] == list(range(1, 21))
    assert verify_log(data).problems == []


def test_release_published_before_the_log_is_logged_when_it_becomes_current_again(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    with Release(data / "published", AS_OF) as written:
        for name in (*_FILES, "metrics/a.parquet"):
            written.file(name).write_text("x")
            written.add(name, 3)
        written.close()
    assert verify_log(data).notes != []
    assert verify_log(data).problems == []
    _publish(data)
    assert len(of_client(data, "C1")) == 2
    assert verify_log(data).problems == []
