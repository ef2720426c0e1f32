"""The same arguments give the same bytes, another seed does not, and landing files are never overwritten."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import pytest

from synthetic.agency import DEFAULT_END, as_of, synthesize


def _digests(landing: Path) -> dict[str, str]:
    return {
        path.relative_to(landing).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(landing.rglob("*"))
        if path.is_file()
    }


def test_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    one = synthesize(tmp_path / "one", 60, seed=5, days=200)
    two = synthesize(tmp_path / "two", 60, seed=5, days=200)
    assert _digests(tmp_path / "one") == _digests(tmp_path / "two")
    assert one.rows == two.rows
    assert one.files == len(_digests(tmp_path / "one")) > 100


def test_the_chunk_size_does_not_change_the_clients(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Histories are drawn per chunk, people are not: any chunk size gives the same clients."""
    synthesize(tmp_path / "whole", 50, days=100)
    monkeypatch.setattr("synthetic.agency.CHUNK", 20)
    synthesize(tmp_path / "chunked", 50, days=100)

    def ids(folder: str) -> set[str]:
        files = (tmp_path / folder / "ehr").glob("*/client_*.csv")
        return {line.split(",")[0] for file in files for line in file.read_text().splitlines()}

    assert ids("whole") == ids("chunked")


def test_another_seed_gives_another_agency(tmp_path: Path) -> None:
    synthesize(tmp_path / "one", 40, seed=1, days=120)
    synthesize(tmp_path / "two", 40, seed=2, days=120)
    one, two = _digests(tmp_path / "one"), _digests(tmp_path / "two")
    same = {name for name in one if one[name] == two.get(name)}
    assert all("/staff_" in name or "/pro" in name or "valuesets" in name for name in same), (
        "only organization tables and code lists match"
    )


def test_rewriting_changes_nothing_and_other_content_is_refused(tmp_path: Path) -> None:
    synthesize(tmp_path / "landing", 40, days=120)
    before = _digests(tmp_path / "landing")
    synthesize(tmp_path / "landing", 40, days=120)
    assert _digests(tmp_path / "landing") == before
    with pytest.raises(FileExistsError, match="Choose an empty folder"):
        synthesize(tmp_path / "landing", 40, seed=2, days=120)
    assert _digests(tmp_path / "landing") == before
    assert [path.name for path in tmp_path.iterdir()] == ["landing"]


def test_invalid_arguments_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 1 client"):
        synthesize(tmp_path, 0)
    with pytest.raises(ValueError, match="60 days"):
        synthesize(tmp_path, 10, days=20)
    with pytest.raises(ValueError, match="outside the landing folder"):
        synthesize(tmp_path, 10, truth=tmp_path / "truth")


@pytest.mark.parametrize(("clients", "days"), [(1, 60), (3, 730)])
def test_minimal_agencies_are_written(tmp_path: Path, clients: int, days: int) -> None:
    report = synthesize(tmp_path / "landing", clients, days=days)
    assert report.files > 20
    assert report.rows["ehr", "client"] >= clients


def test_the_default_as_of_is_7_am_on_the_last_day() -> None:
    assert as_of().isoformat() == "2026-06-30T07:00:00-04:00"
    assert as_of(date(2026, 1, 2), "America/Denver").isoformat() == "2026-01-02T07:00:00-07:00"
    assert date(2026, 6, 30) == DEFAULT_END
