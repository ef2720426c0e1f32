"""The lists of what the baseline lacks name only rules, task types and measures of the pipeline."""

import csv
from pathlib import Path

from benchmarks import agreement

SEEDS = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds"


def _rows(seed: str) -> list[dict[str, str]]:
    with (SEEDS / seed).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_absent_rules_are_rules_of_the_score():
    rules = {row["rule_id"] for row in _rows("risk/risk_weight.csv")}
    assert set(agreement.ABSENT_RULES) - rules == set()


def test_the_caps_of_every_domain_with_an_absent_rule_are_left_out():
    domains = {
        row["domain"]
        for row in _rows("risk/risk_weight.csv")
        if row["rule_id"] in agreement.ABSENT_RULES
    }
    assert set(agreement.ABSENT_CAPS) == {f"cap_{domain}" for domain in domains | {"total"}}


def test_lanes_0_to_4_are_compared_completely():
    lanes = {row["task_type"]: int(row["lane"]) for row in _rows("task/task_type.csv")}
    assert {lanes[task_type] for task_type in agreement.ABSENT_TASK_TYPES} == {5, 6, 7}


def test_compared_measures_are_whole_measures():
    defined = _rows("measures/measure_definition.csv")
    sets = {row["measure_set"] for row in defined if row["measure_id"] in agreement.MEASURES}
    assert set(agreement.MEASURES) == {
        row["measure_id"] for row in defined if row["measure_set"] in sets
    }
