"""Releases are atomic: concurrent readers, repeated runs, killed publications, damage."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from publishing import release as releases
from publishing.release import (
    Feed,
    Release,
    ReleaseError,
    comparison_release,
    read_manifest,
    verify,
)

AS_OF = datetime(2026, 6, 30, 3, 59, 59, tzinfo=UTC)
_ROOT = Path(__file__).resolve().parents[2]


def _publish(published: Path, text: str, as_of: datetime = AS_OF) -> Path:
    with Release(published, as_of) as release:
        for name in ("outreach/outreach_list.csv", "metrics/a.parquet", "metrics/b.parquet"):
            release.file(name).write_text(text * 1000)
            release.add(name, 1)
        return release.close(["a notice"], [Feed("ehr", as_of, is_stale=False)], {"caseload": "0"})


def test_manifest_describes_the_release(tmp_path: Path) -> None:
    directory = _publish(tmp_path / "published", "x")
    manifest = read_manifest(directory)
    assert directory.name == manifest["release_id"]
    stamp, digest = directory.name.split("-")
    assert stamp == "20260630T035959Z"
    assert len(digest) == 12
    assert int(digest, 16) >= 0
    assert manifest["as_of"] == "2026-06-30T03:59:59+00:00"
    assert datetime.fromisoformat(manifest["created_at"]).tzinfo is not None
    assert [file["path"] for file in manifest["files"]] == [
        "metrics/a.parquet", "metrics/b.parquet", "outreach/outreach_list.csv",
    ]  # fmt: skip
    assert all(file["rows"] == 1 and len(file["sha256"]) == 64 for file in manifest["files"])
    assert manifest["feeds"] == [
        {"source": "ehr", "last_received_at": "2026-06-30T03:59:59+00:00", "is_stale": False}
    ]
    assert manifest["notices"] == ["a notice"]
    assert manifest["versions"] == {"caseload": "0"}
    assert verify(directory) == []
    assert releases.current(tmp_path / "published") == tmp_path / "published" / directory.name


def test_files_are_private_to_their_owner(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        directory = _publish(tmp_path / "published", "x")
    finally:
        os.umask(before)
    for path in [tmp_path / "published", directory, *directory.rglob("*")]:
        expected = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == expected, path


def test_equal_data_give_one_unchanged_release(tmp_path: Path) -> None:
    published = tmp_path / "published"
    first = _publish(published, "x")
    before = {path: path.stat().st_mtime_ns for path in first.rglob("*")}
    other = _publish(published, "y")
    assert other != first
    again = _publish(published, "x")
    assert again == first
    assert {path: path.stat().st_mtime_ns for path in first.rglob("*")} == before
    assert releases.current(published) == first
    assert sorted(path.name for path in published.iterdir()) == sorted(
        ["current", first.name, other.name]
    )


def test_as_of_is_part_of_the_id(tmp_path: Path) -> None:
    one = _publish(tmp_path, "x")
    other = _publish(tmp_path, "x", AS_OF + timedelta(days=1))
    assert one.name != other.name
    assert one.name[-12:] == other.name[-12:]


def test_damaged_release_of_the_same_id_is_replaced(tmp_path: Path) -> None:
    first = _publish(tmp_path, "x")
    (first / "metrics" / "a.parquet").write_text("y")
    (first / "metrics" / "b.parquet").unlink()
    (first / "metrics" / "c.parquet").write_text("y")
    assert verify(first) == [
        "metrics/b.parquet is missing",
        "metrics/c.parquet is not in the manifest",
        "metrics/a.parquet has changed",
    ]
    again = _publish(tmp_path, "x")
    assert again == first == releases.current(tmp_path)
    assert verify(again) == []
    assert any(
        "was damaged after its publication" in notice for notice in read_manifest(again)["notices"]
    )
    assert [path.name for path in again.parent.glob(".release-*")] == []


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff\xfe", b"[]", b"{}", b'{"release_id": 1, "as_of": "x"}']
)
def test_damaged_manifest_is_named_and_replaced(tmp_path: Path, content: bytes) -> None:
    first = _publish(tmp_path, "x")
    (first / "manifest.json").write_bytes(content)
    with pytest.raises(
        ReleaseError, match=r"manifest.json is missing or damaged: run `caseload run`"
    ):
        read_manifest(first)
    assert comparison_release(first.parent) is None
    assert verify(_publish(tmp_path, "x")) == []


def test_row_counts_are_compared_only_with_an_intact_verdict(tmp_path: Path) -> None:
    published = tmp_path / "published"
    assert comparison_release(published) is None
    with Release(published, datetime(2026, 6, 30, tzinfo=UTC)) as release:
        release.file("quality/verdict.json").write_text("{}")
        release.add("quality/verdict.json", None)
        directory = release.close()
    assert comparison_release(published) == directory
    (directory / "quality" / "verdict.json").write_text("{} ")
    assert comparison_release(published) is None


def test_failed_publication_leaves_nothing(tmp_path: Path) -> None:
    first = _publish(tmp_path, "x")

    def fail() -> None:
        with Release(tmp_path, AS_OF) as release:
            release.file("outreach/outreach_list.csv").write_text("z")
            raise RuntimeError("broke")

    with pytest.raises(RuntimeError, match="broke"):
        fail()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["current", first.name])
    assert releases.current(tmp_path) == first


def test_release_without_data_files_is_an_error(tmp_path: Path) -> None:
    with Release(tmp_path, AS_OF) as release, pytest.raises(ReleaseError, match="no data files"):
        release.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", ["/etc/passwd", "../outside", "outreach/../../outside", ""])
def test_paths_outside_the_release_are_rejected(tmp_path: Path, path: str) -> None:
    with (
        Release(tmp_path, AS_OF) as release,
        pytest.raises(ReleaseError, match="not a path in a release"),
    ):
        release.file(path)


def test_one_publication_at_a_time(tmp_path: Path) -> None:
    with Release(tmp_path, AS_OF) as release:
        release.file("a").write_text("a")
        with pytest.raises(ReleaseError, match="another process is publishing"):
            Release(tmp_path, AS_OF)
        assert releases.remove_leftovers(tmp_path) == []
        assert (release.directory / "a").exists()
    _publish(tmp_path, "x")


_KILLED = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from publishing.release import Release
release = Release(Path(sys.argv[1]), datetime(2026, 6, 30, tzinfo=UTC))
release.file("outreach/outreach_list.csv").write_text("someone")
print("written", flush=True)
time.sleep(60)
"""


def test_leftovers_of_a_killed_publication_are_removed(tmp_path: Path) -> None:
    first = _publish(tmp_path, "x")
    process = subprocess.Popen(
        [sys.executable, "-c", _KILLED, str(tmp_path)], cwd=_ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "written\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    (tmp_path / ".current-1").symlink_to("nowhere")  # killed between creating and renaming the link
    leftovers = [path.name for path in tmp_path.iterdir() if path.name.startswith(".")]
    assert len(leftovers) == 2
    assert sorted(releases.remove_leftovers(tmp_path)) == sorted(leftovers)
    assert releases.current(tmp_path) == first
    assert _publish(tmp_path, "x") == first


def test_readers_never_mix_releases(tmp_path: Path) -> None:
    """Two readers, 60 releases: each read finds one intact release."""
    _publish(tmp_path, "0,")
    stop = threading.Event()
    problems: list[str] = []
    reads = [0, 0]

    def read(reader: int) -> None:
        while not stop.is_set():
            try:
                directory = (tmp_path / "current").resolve(strict=True)
                problems.extend(verify(directory))
                texts = {
                    (directory / file["path"]).read_text()
                    for file in json.loads((directory / "manifest.json").read_text())["files"]
                }
                if len(texts) != 1:
                    problems.append(f"mixed releases in {directory.name}")
            except OSError as error:
                problems.append(repr(error))
            reads[reader] += 1
            time.sleep(0)

    readers = [threading.Thread(target=read, args=(number,)) for number in range(2)]
    for reader in readers:
        reader.start()
    for number in range(1, 61):
        _publish(tmp_path, f"{number},")
    stop.set()
    for reader in readers:
        reader.join()
    assert problems == []
    assert min(reads) >= 20
    assert len([path for path in tmp_path.iterdir() if path.name.startswith("2026")]) == 61
