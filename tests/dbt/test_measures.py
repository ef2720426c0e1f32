"""Rules for all measures: their seeds, their columns and the arithmetic of their rates.

The rules of one measure are tested by the unit tests beside it. All data is synthetic.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator

import duckdb
import pytest

from tests.conftest import Demo
from tests.dbt.conftest import PROJECT, Manifest

SEEDS = PROJECT / "seeds" / "measures"
FOLDER = PROJECT / "models" / "measures"
MEASURES = sorted(FOLDER.glob("*/measure_*.sql"))


@pytest.fixture(scope="module")
def warehouse(demo: Demo) -> Iterator[duckdb.DuckDBPyConnection]:
    """The demo's warehouse, read only."""
    with duckdb.connect(str(demo.data / "warehouse.duckdb"), read_only=True) as connection:
        yield connection


def _seed(name: str) -> list[dict[str, str]]:
    with (SEEDS / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_every_defined_measure_has_rules_bands_and_a_target() -> None:
    defined = _seed("measure_definition")
    sets = {row["measure_set"] for row in defined}
    assert {row["measure_set"] for row in _seed("measure_version")} == sets
    assert {row["measure_set"] for row in _seed("measure_age_band")} == sets
    assert {r["measure_id"] for r in _seed("measure_target")} == {r["measure_id"] for r in defined}


def test_every_rule_is_used_and_no_year_has_it_twice() -> None:
    rules = _seed("measure_version")
    texts = {path.stem: path.read_text() for path in MEASURES}
    # Its months are a table of their own.
    texts["measure_plan_current"] += (FOLDER / "measure_plan_current_month.sql").read_text()
    unused = [r["rule"] for r in rules if r["rule"] not in texts[f"measure_{r['measure_set']}"]]
    assert unused == []
    for year in range(2020, 2031):
        in_force = [
            (row["measure_set"], row["rule"])
            for row in rules
            if int(row["first_year"]) <= year <= int(row["last_year"])
        ]
        assert len(in_force) == len(set(in_force)), year


@pytest.mark.parametrize("path", MEASURES, ids=lambda path: path.stem)
def test_a_measure_has_its_three_parts_and_the_common_end(path: object) -> None:
    text = path.read_text()  # type: ignore[attr-defined]
    for part in ("denominator as (", "exclusion as (", "numerator as (", "{{ measure_result("):
        assert part in text, part


def test_every_measure_is_in_the_events_and_says_who_stewards_it(manifest: Manifest) -> None:
    models = {node["name"]: node for node in manifest.models.values()}
    read = models["fct_measure_event"]["depends_on"]["nodes"]
    for path in MEASURES:
        assert f"model.caseload.{path.stem}" in read
        assert {"steward", "version", "source", "section"} <= set(
            models[path.stem]["config"]["meta"]
        )


def test_an_events_flags_follow_its_status(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert warehouse.sql("select count(*) from measures.fct_measure_event").fetchall()[0][0] > 0
    wrong = warehouse.sql(
        "select measure_id, status, count(*) from measures.fct_measure_event where"
        " is_numerator is distinct from (status = 'met')"
        " or is_excluded is distinct from (status = 'excluded')"
        " or is_denominator is distinct from (status <> 'not_evaluable')"
        " or (exclusion_reason is null) = (status in ('excluded', 'not_evaluable'))"
        " or year(event_date) not in (measurement_year, measurement_year - 1)"
        # Intake begins in the year before: IET on November 15, AMM, ADD and the FHIR measures on their pages.
        " or year(event_date) < measurement_year and basis <> 'fhir'"
        " and measure_id not in ('amm_acute', 'amm_continuation', 'add_initiation', 'add_continuation')"
        " and not (starts_with(measure_id, 'iet_')"
        " and event_date >= make_date(measurement_year - 1, 11, 15))"
        " or evidence_key is null group by all"
    ).fetchall()
    assert wrong == []


def test_every_breakdown_adds_up_to_the_year(warehouse: duckdb.DuckDBPyConnection) -> None:
    wrong = warehouse.sql(
        "with part as (select measure_id, measurement_year, basis,"
        " case when month is not null then 'month' else stratum_name end as family,"
        " sum(denominator) as d, sum(numerator) as n, sum(excluded) as e, sum(open) as o"
        " from measures.fct_measure_rate group by all)"
        " select part.* from part inner join part as year"
        " using (measure_id, measurement_year, basis)"
        " where year.family = 'total' and (part.d, part.n, part.e, part.o)"
        " is distinct from (year.d, year.n, year.e, year.o)"
    ).fetchall()
    assert wrong == []


def test_no_released_cell_is_small(warehouse: duckdb.DuckDBPyConnection) -> None:
    columns = ("denominator", "numerator", "denominator - numerator", "excluded", "open")
    small = " or ".join(f"{column} between 1 and 10" for column in columns)
    rows = warehouse.sql(f"select * from exports.export_metric_measure_rate where {small}")
    assert rows.fetchall() == []


def test_no_released_rate_is_a_float(warehouse: duckdb.DuckDBPyConnection) -> None:
    kinds = warehouse.sql("describe exports.export_metric_measure_rate").fetchall()
    assert [name for name, kind, *_ in kinds if kind in {"DOUBLE", "FLOAT"}] == []
