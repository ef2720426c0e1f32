"""DATA_QUALITY.md names a published clause for every check, and fails to build without one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from expectations.suites import read_suites
from orchestration import data_quality
from sources.reasons import FILE_REASONS, ROW_REASONS


def test_every_check_has_a_clause() -> None:
    page = data_quality.page()
    for code in (*FILE_REASONS, *ROW_REASONS):
        assert f"| `{code}` |" in page
    expectations = sum(len(suite.expectations) for suite in read_suites())
    gate = page.split("## Release gate", 1)[1]
    assert gate.count("\n| ") - gate.count("\n| check |") == expectations


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("clauses.csv", "clause_of_no_check,kind,publication,requirement"),
        ("delivery_checks.csv", "row,reason_of_no_reader,data_type,"),
        ("delivery_checks.csv", "set_aside,future_event,clause_of_no_list,dated after as_of"),
    ],
)
def test_a_check_without_a_clause_is_an_error(
    name: str, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = data_quality.SUITES.parent
    shutil.copytree(data_quality.SUITES, tmp_path / "suites")
    for table in ("clauses.csv", "delivery_checks.csv"):
        text = (folder / table).read_text(encoding="utf-8")
        added = f"{line}\n" if table == name else ""
        (tmp_path / table).write_text(text + added, encoding="utf-8")
    monkeypatch.setattr(data_quality, "SUITES", tmp_path / "suites")
    with pytest.raises(data_quality.UnknownClauseError):
        data_quality.page()
