"""The reference baseline has the pipeline's results for the same files, and the comparison finds a different row."""

import datetime as dt

import duckdb
import pytest

from benchmarks import agreement, baseline, bench
from orchestration.settings import Settings

pytestmark = pytest.mark.long

AS_OF = dt.datetime.fromisoformat("2026-06-30T07:00:00-04:00")  # the demo's as_of


@pytest.fixture(scope="module")
def baseline_database(demo, tmp_path_factory):
    """The baseline's database, from the demo's landing folder."""
    data = tmp_path_factory.mktemp("baseline")
    baseline.run(demo.landing, data, AS_OF, Settings())
    return data / "baseline.duckdb"


def test_every_result_equals_the_pipelines(demo, baseline_database):
    results = agreement.compare(demo.data / "warehouse.duckdb", baseline_database)
    assert {r.name: r.differences for r in results if not r.is_same} == {}
    assert all(result.pipeline_rows for result in results)
    assert len(results) == 19


def test_a_different_row_is_found(demo, baseline_database, tmp_path):
    copy = tmp_path / "baseline.duckdb"
    copy.write_bytes(baseline_database.read_bytes())
    with duckdb.connect(str(copy)) as connection:
        connection.execute(
            "update dim_client set payer_type = 'another'"
            " where client_id = (select min(client_id) from dim_client)"
        )
    results = agreement.compare(demo.data / "warehouse.duckdb", copy)
    # The original row and the changed row.
    assert {r.name: r.differences for r in results if not r.is_same} == {"clients": 2}


def test_every_stage_has_a_cost(baseline_database):
    stages = bench._stages(baseline_database.parent)
    assert [stage["name"] for stage in stages] == ["start", "ingest", "marts"]
    assert all(stage["cpu_seconds"] > 0 for stage in stages)
