"""The landing sensor starts one run per change of the folder, after files have settled."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from orchestration.landing_sensor import SETTLE_SECONDS, contents, evaluate


def _requested(steps: list[tuple[str, float]]) -> list[str | None]:
    """Evaluate the sensor at each step (contents, time); return run keys, None without a run."""
    cursor: str | None = None
    found: list[str | None] = []
    for seen, at in steps:
        cursor, answer = evaluate(cursor, seen, at)
        found.append(answer.run_key if isinstance(answer, dg.RunRequest) else None)
    return found


@pytest.mark.parametrize(
    ("seconds", "starts"), [(SETTLE_SECONDS - 1, False), (SETTLE_SECONDS, True)]
)
def test_run_starts_when_files_have_settled(seconds: float, starts: bool) -> None:
    assert _requested([("a", 1000.0), ("a", 1000.0 + seconds)]) == [None, "a" if starts else None]


def test_change_restarts_the_waiting_time() -> None:
    steps = [("a", 0.0), ("ab", 119.0), ("ab", 238.0), ("ab", 239.0)]
    assert _requested(steps) == [None, None, None, "ab"]


def test_settled_files_start_one_run() -> None:
    assert _requested([("a", 0.0), ("a", 120.0), ("a", 180.0), ("a", 9999.0)]) == [
        None, "a", None, None,
    ]  # fmt: skip


def test_removed_file_starts_a_run_and_an_empty_folder_does_not() -> None:
    steps = [("ab", 0.0), ("ab", 120.0), ("a", 180.0), ("a", 300.0), ("", 360.0), ("", 900.0)]
    assert _requested(steps) == [None, "ab", None, "a", None, None]


def test_contents_depend_on_name_size_and_time(tmp_path: Path) -> None:
    assert contents(tmp_path) == ""
    file = tmp_path / "ehr" / "client.csv"
    file.parent.mkdir()
    assert contents(tmp_path) == "", "a folder is not a delivery"
    file.write_text("a")
    first = contents(tmp_path)
    assert contents(tmp_path) == first
    file.write_text("ab")
    second = contents(tmp_path)
    file.rename(file.with_name("client2.csv"))
    assert len({"", first, second, contents(tmp_path)}) == 4
