"""Reports of a release: listed in its manifest, and written again by `caseload report`."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from orchestration.report import parse_month
from publishing.release import verify
from tests.conftest import caseload
from tests.fhir_r4 import validated_measure_report


def _release(data: Path) -> Path:
    return (data / "published" / "current").resolve()


def test_the_release_has_the_reports_of_its_last_complete_month(small) -> None:
    release = _release(small.data)
    manifest = json.loads((release / "manifest.json").read_text())
    listed = {file["path"] for file in manifest["files"]}
    # as_of is the end of 30 June in the agency's zone: June is complete.
    assert {
        "reports/board_2026-06.html",
        "reports/state_2025.xlsx",
        "reports/state_2025.csv",
    } <= listed
    assert verify(release) == []
    page = (release / "reports" / "board_2026-06.html").read_text()
    assert manifest["release_id"] in page
    assert "was not over" not in page
    resources = sorted((release / "reports" / "measure_reports").glob("*.json"))
    for path in resources:
        validated_measure_report(json.loads(path.read_text()))
    assert {f"reports/measure_reports/{path.name}" for path in resources} <= listed


def test_the_command_writes_the_bytes_of_the_release(small, tmp_path: Path) -> None:
    out = tmp_path / "new" / "out"
    ended = caseload(
        "report", "--data", small.data, "--month", "2026-06", "--out", out, cwd=small.folder
    )
    assert ended.returncode == 0, ended.stderr
    assert f"{out / 'board_2026-06.html'}\n" in ended.stdout
    released = _release(small.data) / "reports"
    names = sorted(str(p.relative_to(released)) for p in released.rglob("*") if p.is_file())
    assert names == sorted(str(p.relative_to(out)) for p in out.rglob("*") if p.is_file())
    for name in names:
        assert (out / name).read_bytes() == (released / name).read_bytes()
        assert (out / name).stat().st_mode & 0o777 == 0o600


def test_an_earlier_month_is_written_into_the_data_folder(small) -> None:
    ended = caseload("report", "--data", small.data, "--month", "2026-03", cwd=small.folder)
    assert ended.returncode == 0, ended.stderr
    assert (small.data / "reports" / "2026-03" / "board_2026-03.html").is_file()


@pytest.mark.parametrize(
    ("month", "message"),
    [
        ("2026-07", "the current release has figures from 2025-01 to 2026-06"),
        ("2024-12", "the current release has figures from 2025-01 to 2026-06"),
        ("2026-6", "expected a month such as 2026-06"),
        ("2026-13", "expected a month such as 2026-06"),
        ("June", "expected a month such as 2026-06"),
    ],
)
def test_a_month_without_figures_is_a_usage_error(small, month: str, message: str) -> None:
    ended = caseload("report", "--data", small.data, "--month", month, cwd=small.folder)
    assert ended.returncode == 2
    assert message in ended.stderr
    assert "Traceback" not in ended.stderr


def test_without_a_release_the_error_says_what_to_run(tmp_path: Path) -> None:
    ended = caseload("report", "--data", tmp_path, "--month", "2026-06", cwd=tmp_path)
    assert ended.returncode == 2
    assert "Start with `caseload run`" in ended.stderr


def test_an_earlier_versions_release_is_named(small, tmp_path: Path) -> None:
    release = tmp_path / "published" / "r"
    (release / "metrics").mkdir(parents=True)
    (release / "manifest.json").write_text((_release(small.data) / "manifest.json").read_text())
    (tmp_path / "published" / "current").symlink_to("r")
    ended = caseload("report", "--data", tmp_path, "--month", "2026-06", cwd=tmp_path)
    assert ended.returncode == 2
    assert "no metrics/measure_definition.parquet" in ended.stderr
    assert "Run `caseload run`" in ended.stderr


def test_a_month_is_parsed() -> None:
    assert parse_month("2026-06") == date(2026, 6, 1)
