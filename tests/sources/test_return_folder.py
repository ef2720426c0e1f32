"""The return folder is collected once per content, without changing it and without its names."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import pytest

from sources.contract import load_contracts
from sources.return_folder import Collected, collect
from sources.returned_name import collected_staff_id

CONTRACT = load_contracts()["outreach_log"]
DAY = dt.date(2026, 6, 30)
STAFF = {"cm-0020", "cm-002", "supervisor_adult"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "return"
    path.mkdir()
    return path


def run(folder: Path, day: dt.date = DAY) -> Collected:
    return collect(folder, folder.parent / "landing", CONTRACT, day, STAFF)


def save(path: Path, content: bytes, saved: int = 1_782_000_000) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (saved, saved))


def copies(folder: Path) -> list[str]:
    landing = folder.parent / "landing"
    return sorted(p.relative_to(landing).as_posix() for p in landing.rglob("*") if p.is_file())


def test_each_content_is_copied_once_and_originals_stay(folder: Path) -> None:
    save(folder / "cm-0020.xlsx", b"morning")
    assert run(folder) == Collected(1)
    assert run(folder, DAY + dt.timedelta(days=1)) == Collected(0)
    save(folder / "cm-0020.xlsx", b"noon", 1_782_010_000)
    save(folder / "cm-0020 (1).xlsx", b"morning", 1_782_020_000)
    assert run(folder) == Collected(1)
    names = copies(folder)
    assert [name.split("-2026")[0] for name in names] == [
        "outreach_log/2026-06-30/returned-cm-0020"
    ] * 2
    contents = [(folder.parent / "landing" / name).read_bytes() for name in names]
    assert contents == [b"morning", b"noon"], "names sort by the time at which they were saved"
    assert sorted(p.name for p in folder.iterdir()) == ["cm-0020 (1).xlsx", "cm-0020.xlsx"]
    assert (folder / "cm-0020.xlsx").read_bytes() == b"noon"


@pytest.mark.parametrize(
    ("path", "staff_id"),
    [
        ("cm-0020.xlsx", "cm-0020"),
        ("cm-0020 (1).xlsx", "cm-0020"),
        ("cm-002.csv", "cm-002"),
        ("cm-0020/Ana Ruiz.xlsx", "cm-0020"),
        ("supervisor_adult.xlsx", "supervisor_adult"),
        ("cm-00201.xlsx", None),
        ("Ana.xlsx", None),
        ("Ana/list.ods", None),
    ],
)
def test_only_the_name_of_a_released_workbook_is_kept(
    path: str, staff_id: str | None, folder: Path
) -> None:
    save(folder / path, b"content")
    assert run(folder) == Collected(1)
    (name,) = copies(folder)
    assert collected_staff_id(name) == staff_id
    assert "Ana" not in name


def test_other_and_temporary_files_stay_and_are_counted_without_their_names(folder: Path) -> None:
    for name in (
        "Ana Ruiz.docx",
        "scan of Ana.pdf",
        "~$cm-0020.xlsx",
        ".cm-0020.xlsx",
        "a.xlsx.part",
    ):
        save(folder / name, b"content")
    text = "return folder: 2 files: not a workbook (.xlsx, .xls, .ods or .csv), not read"
    assert run(folder) == Collected(0, (text,))
    assert copies(folder) == []


def test_a_run_about_an_earlier_day_than_the_last_delivery_collects_nothing(folder: Path) -> None:
    save(folder / "cm-0020.xlsx", b"content")
    (folder.parent / "landing" / "ehr" / "2026-06-30").mkdir(parents=True)
    (folder.parent / "landing" / "ehr" / "2026-99-99").mkdir()
    earlier = run(folder, dt.date(2026, 6, 29))
    assert earlier.copied == 0
    assert earlier.notices[0].startswith("return folder: not collected, because this run describes")
    assert run(folder, DAY) == Collected(1)


def test_an_absent_return_folder_is_named(folder: Path) -> None:
    folder.rmdir()
    found = run(folder)
    assert (found.copied, "not found" in found.notices[0]) == (0, True)
