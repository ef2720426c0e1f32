"""Identity defects: the rows that the option changes, the rows that it leaves, and that readers accept every row."""

from __future__ import annotations

import datetime as dt
import filecmp
from pathlib import Path

import duckdb
import pytest

from sources.ingest import ingest
from synthetic.agency import synthesize

CLIENTS, DAYS = 600, 200
DIRTY = {"ehr", "claims", "adt", "identity_decisions"}


@pytest.fixture(scope="module")
def agencies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders `clean`, `dirty` and `again`."""
    folder = tmp_path_factory.mktemp("agencies")
    for name in ("clean", "dirty", "again"):
        synthesize(folder / name, CLIENTS, days=DAYS, identity_dirt=name != "clean")
    return folder


def _files(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*.csv"))


def test_same_arguments_give_the_same_bytes(agencies: Path) -> None:
    names = _files(agencies / "dirty")
    assert names == _files(agencies / "again")
    assert (
        filecmp.cmpfiles(agencies / "dirty", agencies / "again", names, shallow=False)[0] == names
    )


def test_other_feeds_do_not_change(agencies: Path) -> None:
    names = [name for name in _files(agencies / "clean") if name.split("/")[0] not in DIRTY]
    assert len(names) > 30
    assert (
        filecmp.cmpfiles(agencies / "clean", agencies / "dirty", names, shallow=False)[0] == names
    )
    assert not (agencies / "clean" / "identity_decisions").exists()


def test_readers_accept_every_row(agencies: Path, tmp_path: Path) -> None:
    seen = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)
    report = ingest(agencies / "dirty", tmp_path / "raw", "America/New_York", seen)
    assert {file.outcome for file in report.files} <= {"loaded", "delivered_again"}
    assert sum(file.rows_rejected for file in report.files) == 0


def _share(agencies: Path, condition: str) -> float:
    """Share of alerts that meet the condition, compared with the same alert without identity defects."""
    alerts = [
        f"(select distinct on (event_id) * from read_csv('{agencies / name}/adt/*/*.csv', all_varchar = true))"
        for name in ("dirty", "clean")
    ]
    sql = f"select avg(({condition})::int) from {alerts[0]} as dirty join {alerts[1]} as clean using (event_id)"
    found = duckdb.sql(sql).fetchone()
    assert found is not None
    return float(found[0])


@pytest.mark.parametrize(
    ("condition", "low", "high"),
    [
        ("dirty.medicaid_id is null and clean.medicaid_id is not null", 0.05, 0.15),
        ("dirty.birth_date <> clean.birth_date", 0.005, 0.05),  # twins and wrong dates
        ("dirty.first_name <> clean.first_name", 0.02, 0.10),  # mistyped, or the full name
        ("dirty.last_name <> clean.last_name", 0.01, 0.06),
        ("dirty.event_at <> clean.event_at or dirty.event_type <> clean.event_type", 0.0, 0.0),
    ],
)
def test_defect_rates(condition: str, low: float, high: float, agencies: Path) -> None:
    assert low <= _share(agencies, condition) <= high


def test_twins_share_everything_but_the_given_name(agencies: Path) -> None:
    sql = f"""
        select count(distinct one.client_id), count(*) filter (where one.first_name = other.first_name)
        from read_csv('{agencies}/dirty/ehr/*/client_*.csv', all_varchar = true, union_by_name = true) as one
        join read_csv('{agencies}/dirty/ehr/*/client_*.csv', all_varchar = true, union_by_name = true) as other
            using (last_name, birth_date, address)
        where one.client_id < other.client_id and other.client_id < 'C900'
    """
    counted = duckdb.sql(sql).fetchone()
    assert counted is not None
    pairs, same_names = counted
    assert 4 <= pairs <= 12  # 3 % of 600 are 9 pairs; some include a claims-only member
    assert same_names == 0
