"""When rows and later facts are delivered, on small examples."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from synthetic.agency import MINIMUM_DAYS, synthesize
from synthetic.landing import Landing, Reveal, Rows
from synthetic.timeline import DAY, NEVER, Period, day_number, instant, to_weekday

SCHEDULE = np.array([day_number(date(2026, 1, day)) for day in (10, 20, 30)])


def _at(day: int, hour: int = 0) -> int:
    return day_number(date(2026, 1, day)) * DAY + hour * 3_600


def _deliver(tmp_path: Path, rows: Rows, resent: float = 0.0) -> dict[str, list[dict[str, str]]]:
    target = Landing(tmp_path / "landing", 1, resent)
    with target:
        target.deliver("s", rows, SCHEDULE)
        target.move_into_place()
    files = sorted((tmp_path / "landing").rglob("*.csv"))
    return {
        file.relative_to(tmp_path / "landing" / "s").as_posix(): list(csv.DictReader(file.open()))
        for file in files
    }


def test_a_later_fact_is_delivered_only_once_it_is_known(tmp_path: Path) -> None:
    frame = pl.DataFrame({"id": ["a", "b", "c"], "status": ["kept", "kept", "kept"]})
    known = np.array([_at(5), _at(12), _at(30)])
    settled = Reveal(np.array([_at(15), _at(13), NEVER]), {"status": "scheduled"})
    assert _deliver(tmp_path, Rows("visit", frame, known, (settled,))) == {
        "2026-01-10/visit_full.csv": [{"id": "a", "status": "scheduled"}],
        "2026-01-20/visit_delta.csv": [
            {"id": "a", "status": "kept"},
            {"id": "b", "status": "kept"},
        ],
    }


def test_a_delivery_has_the_rows_known_before_its_day(tmp_path: Path) -> None:
    frame = pl.DataFrame({"id": ["last minute", "first minute"]})
    known = np.array([_at(20) - 60, _at(20)])
    files = _deliver(tmp_path, Rows("t", frame, known))
    assert [row["id"] for row in files["2026-01-20/t_delta.csv"]] == ["last minute"]
    assert [row["id"] for row in files["2026-01-30/t_delta.csv"]] == ["first minute"]


def test_a_full_extract_has_every_known_row_in_its_current_state(tmp_path: Path) -> None:
    frame = pl.DataFrame({"id": ["a", "b"], "phone": ["new", "only"]})
    moved = Reveal(np.array([_at(25), NEVER]), {"phone": pl.Series(["old", "none"])})
    files = _deliver(tmp_path, Rows("t", frame, np.array([_at(1), _at(2)]), (moved,), full=(1,)))
    assert [row["phone"] for row in files["2026-01-20/t_full.csv"]] == ["old", "only"]
    assert [row["phone"] for row in files["2026-01-30/t_delta.csv"]] == ["new"]


def test_resent_rows_are_unchanged(tmp_path: Path) -> None:
    files = _deliver(tmp_path, Rows("t", pl.DataFrame({"id": ["a"]}), np.array([_at(1)])), resent=1)
    assert files == {
        "2026-01-10/t_full.csv": [{"id": "a"}],
        "2026-01-20/t_delta.csv": [{"id": "a"}],
    }


def test_clock_changes_and_weekends() -> None:
    period = Period(date(2025, 1, 1), date(2026, 1, 1), "America/New_York")
    assert period.autumn_change() == date(2025, 11, 2)
    assert Period(date(2026, 1, 1), date(2026, 4, 1), "America/New_York").autumn_change() is None
    spring = np.array([day_number(date(2026, 3, 8)) * DAY + 2 * 3_600 + 1_800])
    assert instant(spring, "America/New_York").to_list() == ["2026-03-08T03:30:00-04:00"]
    saturday, sunday = _at(10, 9), _at(11, 9)
    assert to_weekday(np.array([saturday, sunday])).tolist() == [_at(9, 9), _at(12, 9)]


@pytest.mark.parametrize(("clients", "seed"), [(1, 1), (1, 2), (3, 1), (20, 1)])
def test_an_agency_without_hospital_stays_is_written(
    clients: int, seed: int, tmp_path: Path
) -> None:
    written = synthesize(tmp_path / "landing", clients, seed=seed, days=MINIMUM_DAYS)
    assert written.rows["ehr", "client"] >= clients
