"""The seed of weights says what rules/risk-score.md#score says: points of each step at its bounds, none twice, none left out."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

SEEDS = Path(__file__).parents[2] / "dbt_project" / "seeds" / "risk"


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a seed."""
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def points(measure: str, value: str) -> list[int]:
    """Points of every rule whose step holds the value, as int_risk__reason joins it."""
    number = Decimal(value)
    return [
        int(rule["points"])
        for rule in rows("risk_weight")
        if rule["measure"] == measure
        and (not rule["at_least"] or number >= Decimal(rule["at_least"]))
        and (not rule["above"] or number > Decimal(rule["above"]))
        and (not rule["at_most"] or number <= Decimal(rule["at_most"]))
        and (not rule["below"] or number < Decimal(rule["below"]))
    ]


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        (
            "days_since_psych_discharge",
            {"0": 18, "7": 18, "8": 12, "30": 12, "31": 6, "90": 6, "91": 0},
        ),
        ("days_since_crisis", {"0": 10, "7": 10, "8": 6, "30": 6, "31": 0}),
        ("days_since_medical_discharge", {"14": 6, "15": 0}),
        ("days_from_stay_to_return", {"30": 6, "31": 0}),
        ("days_since_against_advice", {"30": 4, "31": 0}),
        ("days_uncontacted", {"0": 3, "30": 3, "31": 0}),
        ("psych_stay_count", {"1": 4, "2": 8, "3": 8}),
        ("ed_visit_count", {"2": 0, "3": 4, "5": 4, "6": 7}),
        ("ed_visit_recent_count", {"2": 0, "3": 4}),
        ("crisis_contact_count", {"1": 0, "2": 5}),
        ("lace_score", {"9": 0, "10": 3, "19": 3}),
        ("cssrs_level", {"1": 0, "2": 8, "3": 15}),
        ("days_since_self_harm", {"180": 12, "181": 0}),
        ("phq9_latest", {"9": 0, "10": 3, "14": 3, "15": 6, "19": 6, "20": 8, "27": 8}),
        ("phq9_rise", {"4": 0, "5": 4}),
        ("phq9_weeks_without_response", {"7": 0, "8": 4}),
        ("has_serious_mental_illness", {"1": 3}),
        ("has_smi_and_sud", {"1": 3}),
        ("audit_total", {"19": 0, "20": 3}),
        ("dast10_total", {"5": 0, "6": 3}),
        ("dla20_mean", {"4": 3, "4.05": 0}),
        ("charlson_score", {"2": 0, "3": 3, "4": 3}),
        ("cadence_gap_ratio", {"1.5": 0, "1.5001": 3, "2": 3, "2.0001": 6}),
        ("missed_of_last_3", {"1": 0, "2": 5, "3": 5}),
        ("no_future_appointment", {"1": 4}),
        ("days_unseen_since_intake", {"0": 4, "200": 4}),
        ("moud_gap_days", {"7": 0, "8": 8}),
        ("lai_overdue_days", {"7": 0, "8": 8}),
        ("antidepressant_gap_days", {"30": 0, "31": 3}),
        ("antipsychotic_covered_percent", {"0": 5, "79.9999": 5, "80": 0}),
        ("housing_instability", {"1": 4, "2": 6}),
        ("need_safety", {"1": 5}),
        ("need_transportation", {"1": 2}),
        ("need_food", {"1": 2}),
        ("need_utilities", {"1": 2}),
        ("no_working_phone", {"1": 2}),
        ("primary_care_missing", {"1": 1}),
        ("metabolic_test_missing", {"1": 1}),
        ("plan_overdue_days", {"0": 0, "1": 1}),
        ("safety_plan_missing", {"1": 1}),
        ("days_since_positive_phq9", {"30": 0, "31": 1}),
    ],
)
def test_steps_of_the_specification(measure: str, expected: dict[str, int]) -> None:
    for value, wanted in expected.items():
        found = points(measure, value)
        assert len(found) <= 1, f"{measure} = {value} is on two steps"
        assert sum(found) == wanted, f"{measure} = {value}"


def test_every_measure_of_the_seed_is_tested_above() -> None:
    marker = test_steps_of_the_specification.pytestmark[0]  # type: ignore[attr-defined]
    tested = {measure for measure, _ in marker.args[1]}
    assert {rule["measure"] for rule in rows("risk_weight")} == tested


def test_one_window_per_measure() -> None:
    windows: dict[str, set[str]] = {}
    for rule in rows("risk_weight"):
        windows.setdefault(rule["measure"], set()).add(rule["window_days"])
    assert {measure: found for measure, found in windows.items() if len(found) > 1} == {}


def test_caps_and_tiers_of_the_specification() -> None:
    assert {row["domain"]: int(row["cap"]) for row in rows("risk_cap")} == {
        "transition": 25, "utilization": 15, "clinical": 25, "engagement": 15, "medication": 10, "social": 10,
        "care_gap": 5, "total": 100,
    }  # fmt: skip
    assert {row["tier"]: int(row["at_least"]) for row in rows("risk_tier")} == {
        "critical": 60, "high": 40, "rising": 20, "standard": 0,
    }  # fmt: skip
    assert {row["tier"]: Decimal(row["caseload_units"]) for row in rows("risk_tier")} == {
        "critical": 3, "high": 2, "rising": Decimal("1.5"), "standard": 1,
    }  # fmt: skip


def test_every_number_names_its_source() -> None:
    for name in ("risk_weight", "risk_cap", "risk_tier", "risk_setting"):
        assert all(row["source"] for row in rows(name)), name


def test_rules_that_yield_are_clinical_like_the_stronger_one() -> None:
    """int_risk__reason looks for both among the clinical facts only."""
    domains = {rule["rule_id"]: rule["domain"] for rule in rows("risk_weight")}
    pairs = [
        (rule["rule_id"], rule["yields_to"]) for rule in rows("risk_weight") if rule["yields_to"]
    ]
    assert pairs
    assert {domains[rule] for pair in pairs for rule in pair} == {"clinical"}
