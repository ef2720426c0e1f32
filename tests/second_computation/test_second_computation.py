"""FUH, FUM, FUA, PCR, DEP-REM-6 and IET are computed twice: by the SQL of the measures, and in Polars from the rule pages.

Both have the same rows. The modules of this folder were written from docs/rules without the SQL; where they differ, the rule
page decides which of the two is wrong, and a page that allows both readings is made more precise.
"""

from collections.abc import Callable

import polars as pl
import pytest

from orchestration.settings import Settings
from tests.conftest import DATA, built_once, caseload
from tests.second_computation import dep_rem_6, fua, fuh, fum, iet, pcr, steps

MEASURES: dict[str, Callable[[steps.Inputs], pl.DataFrame]] = {
    "fuh": fuh.rows,
    "fum": fum.rows,
    "fua": fua.rows,
    "pcr": pcr.rows,
    "dep_rem_6": dep_rem_6.rows,
    "iet": iet.rows,
}
CLIENTS = 10_000


@pytest.fixture(scope="module")
def small(demo):
    """The typed tables of the session's demo."""
    return steps.Inputs(demo.data, Settings().time_zone)


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """The typed tables of an agency with 10,000 clients."""

    def build(folder):
        ended = caseload("demo", "--clients", str(CLIENTS), "--data", folder / DATA)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    folder, _ = built_once(tmp_path_factory, "demo_10000", build)
    return steps.Inputs(folder / DATA, Settings().time_zone)


def _rows_of_one(own: pl.DataFrame, other: pl.DataFrame) -> list[tuple]:
    """Rows that only the first has, however often each occurs."""
    counted = [frame.group_by(steps.COMPARED).len() for frame in (own, other)]
    return counted[0].join(counted[1], on=counted[0].columns, how="anti", nulls_equal=True).rows()


def _compare(inputs: steps.Inputs, measure_set: str) -> pl.DataFrame:
    """Assert that both have the same rows, and return them."""
    ids = steps.seed("measure_definition").filter(measure_set=measure_set)["measure_id"].to_list()
    by_sql = inputs.read(
        f"select {', '.join(steps.COMPARED)} from measures.fct_measure_event"
        f" where measure_id in ({', '.join(map(repr, ids))})"
    ).select(steps.COMPARED)
    again = MEASURES[measure_set](inputs).cast(dict(by_sql.schema))
    assert _rows_of_one(by_sql, again) == []
    assert _rows_of_one(again, by_sql) == []
    assert set(again["measure_id"]) == set(ids)
    return again


@pytest.mark.parametrize("measure_set", MEASURES)
def test_same_rows_on_the_demo(small, measure_set):
    assert len(_compare(small, measure_set)) > 0


@pytest.mark.long
@pytest.mark.parametrize("measure_set", MEASURES)
def test_same_rows_on_10000_clients(large, measure_set):
    rows = _compare(large, measure_set)
    # A comparison of rows that all have one status would show little.
    assert {"met", "not_met", "open", "excluded"} <= set(rows["status"])
    assert set(rows["measurement_year"]) == set(large.years())


@pytest.mark.parametrize(
    ("column", "value"),
    [("status", "met"), ("evidence_date", None), ("exclusion_reason", "another")],
)
def test_another_value_is_a_difference(small, column, value):
    rows = MEASURES["fum"](small).filter(pl.col("status") == "not_met")
    other = rows.with_row_index().with_columns(
        pl.when(pl.col("index") == 0).then(pl.lit(value)).otherwise(column).alias(column)
    )
    assert len(_rows_of_one(rows, other.select(steps.COMPARED).cast(dict(rows.schema)))) == 1


def test_a_missing_row_is_a_difference(small):
    rows = MEASURES["fum"](small)
    assert len(_rows_of_one(rows, rows.head(-1))) == 1
