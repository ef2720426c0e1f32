"""Synthea's CSV export, read in place from ../shared, in a full run."""

from __future__ import annotations

import csv
import json
from collections import Counter
from decimal import Decimal
from pathlib import Path

import duckdb
import polars as pl
import pytest
from run_results import released_bytes

from tests import forked
from tests.conftest import REAL

_INSTRUMENTS = {
    "55758-7": "phq2",
    "44261-6": "phq9",
    "89204-2": "phq9m",
    "70274-6": "gad7",
    "75626-2": "audit_c",
    "82667-7": "dast10",
}


# A full run takes minutes. `make test` reads these files in the tests of the readers.
pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def synthea(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not REAL.is_dir():
        pytest.skip("../shared/real is missing: third-party data are read from there")
    data = tmp_path_factory.mktemp("synthea") / "data"
    forked.run(REAL / "synthea-csv" / "landing", data, "2024-02-03")
    return data


def _delivered(table: str) -> list[dict[str, str]]:
    path = REAL / "synthea-csv" / "landing" / "synthea" / "2024-02-03" / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _all(data: Path, sql: str) -> list[tuple]:
    with duckdb.connect(str(data / "warehouse.duckdb"), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_every_patient_is_a_client(synthea: Path) -> None:
    patients = {f"synthea:{row['Id']}" for row in _delivered("patients")}
    assert patients
    assert {row[0] for row in _all(synthea, "select client_id from marts.dim_client")} == patients
    for mart in ("mart_client_utilization", "mart_client_engagement", "mart_client_risk"):
        assert _all(synthea, f"select count(*) from marts.{mart}") == [(len(patients),)]


def test_every_row_is_reconciled(synthea: Path) -> None:
    rows = dict(
        _all(
            synthea,
            "select table_name, rows_in - rows_rejected from quality.fct_reconciliation"
            " where source = 'synthea'",
        )
    )
    for table in ("patients", "encounters", "conditions", "observations", "medications",
                  "procedures", "claims", "claims_transactions", "payer_transitions",
                  "organizations", "providers"):  # fmt: skip
        assert rows[table] == len(_delivered(table)), table


def test_every_screening_total_is_scored(synthea: Path) -> None:
    delivered = Counter(
        _INSTRUMENTS[row["CODE"]]
        for row in _delivered("observations")
        if row["CODE"] in _INSTRUMENTS
    )
    found = dict(
        _all(
            synthea,
            "select instrument, count(*) from marts.fct_screening where total_score is not null"
            " group by instrument",
        )
    )
    assert found == dict(delivered)


def test_snomed_diagnoses_are_loaded_and_counted_as_unmapped(synthea: Path) -> None:
    systems = dict(
        _all(synthea, "select code_system, count(*) from marts.fct_diagnosis group by code_system")
    )
    assert set(systems) == {"snomedct"}
    unmapped = _all(
        synthea, "select sum(row_count) from quality.fct_unmapped_code where source = 'synthea'"
    )
    assert unmapped[0][0] > 0


def test_visits_stays_and_claims_reach_the_marts(synthea: Path) -> None:
    classes = Counter(row["ENCOUNTERCLASS"] for row in _delivered("encounters"))
    assert _all(synthea, "select count(*) from marts.fct_visit")[0][0] > 0
    stays = _all(synthea, "select count(*) from marts.fct_stay")[0][0]
    assert (stays > 0) == (classes["inpatient"] > 0)
    visits = _all(synthea, "select count(*) from marts.fct_ed_visit")[0][0]
    assert (visits > 0) == (classes["emergency"] > 0)
    paid = sum(
        Decimal(row["PAYMENTS"])
        for row in _delivered("claims_transactions")
        if row["METHOD"] == "ECHECK"
    )
    claims = "select count(*), sum(paid_usd) from marts.fct_claim where source = 'synthea'"
    assert _all(synthea, claims) == [(len(_delivered("claims")), paid)]
    assert _all(synthea, "select max(paid_365d_usd) > 0 from marts.mart_client_utilization")[0][0]


def test_lists_and_metrics_are_released(synthea: Path) -> None:
    release = (synthea / "published" / "current").resolve()
    manifest = json.loads((release / "manifest.json").read_text())
    assert manifest["as_of"].startswith("2024-02-04T04:59:59")
    assert (release / "outreach" / "outreach_list.csv").is_file()
    rates = pl.read_parquet(release / "metrics" / "measure_rate.parquet")
    small = rates.filter(pl.col("denominator").is_between(1, 10))
    assert small.is_empty()
    assert released_bytes(synthea)
