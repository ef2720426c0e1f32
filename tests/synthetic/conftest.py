"""Two synthetic agencies for this folder: a small one for row checks, a larger one for rates."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from synthetic.agency import SynthesisReport, synthesize
from synthetic.measured import read

SMALL = 400
LARGE = 5_000


@dataclass(frozen=True)
class Agency:
    landing: Path
    truth: Path
    report: SynthesisReport
    tables: duckdb.DuckDBPyConnection

    def query(self, sql: str) -> list[tuple]:
        return self.tables.execute(sql).fetchall()

    def number(self, sql: str) -> float:
        return float(self.query(sql)[0][0])


def _agency(folder: Path, clients: int) -> Agency:
    landing, truth = folder / "landing", folder / "truth"
    report = synthesize(landing, clients, truth=truth)
    tables = read(landing)
    for name in ("person", "adt_event"):
        tables.execute(
            f"create table true_{name} as select * from '{truth.as_posix()}/{name}.parquet'"
        )
    return Agency(landing, truth, report, tables)


@pytest.fixture(scope="session")
def small_agency(tmp_path_factory: pytest.TempPathFactory) -> Agency:
    return _agency(tmp_path_factory.mktemp("small_agency"), SMALL)


@pytest.fixture(scope="session")
def large_agency(tmp_path_factory: pytest.TempPathFactory) -> Agency:
    return _agency(tmp_path_factory.mktemp("large_agency"), LARGE)
