"""The limit does the pipeline's work: same results from the same files. And a wrong one is told from a right one."""

import datetime as dt

import duckdb
import pytest

from benchmarks import agreement, baseline, bench
from orchestration.settings import Settings

pytestmark = pytest.mark.long

AS_OF = dt.datetime.fromisoformat("2026-06-30T07:00:00-04:00")  # the demo's morning


@pytest.fixture(scope="module")
def limit(demo, tmp_path_factory):
    """The limit's database, from the demo's landing."""
    data = tmp_path_factory.mktemp("limit")
    baseline.run(demo.landing, data, AS_OF, Settings())
    return data / "limit.duckdb"


def test_every_result_is_the_pipelines(demo, limit):
    results = agreement.compare(demo.data / "warehouse.duckdb", limit)
    assert {r.name: r.differences for r in results if not r.is_same} == {}
    assert all(result.pipeline_rows for result in results)
    assert len(results) == 17


def test_one_different_row_is_seen(demo, limit, tmp_path):
    copy = tmp_path / "limit.duckdb"
    copy.write_bytes(limit.read_bytes())
    with duckdb.connect(str(copy)) as connection:
        connection.execute(
            "update mart_client_risk set risk_score = risk_score + 1"
            " where client_id = (select min(client_id) from mart_client_risk)"
        )
    results = agreement.compare(demo.data / "warehouse.duckdb", copy)
    # the row that one has and the row that the other has
    assert {r.name: r.differences for r in results if not r.is_same} == {"risk, both scopes": 2}


def test_stages_say_what_they_cost(limit):
    stages = bench._stages(limit.parent)
    assert [stage["name"] for stage in stages] == ["start", "ingest", "marts"]
    assert all(stage["cpu_seconds"] > 0 for stage in stages)
