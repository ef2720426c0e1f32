"""The fixed match model: probabilities of typical pairs, and errors of an invalid model."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest

from linkage.model import MODEL, ModelError, load

ROOT = Path(__file__).resolve().parents[2]
CURRENT_MODEL = load()


def _posterior(**levels: str) -> float:
    """The probability of a pair at these levels, computed by hand; other comparisons are missing."""
    bits = math.log2(CURRENT_MODEL.prior / (1 - CURRENT_MODEL.prior))
    for column, name in levels.items():
        (level,) = (level for level in CURRENT_MODEL.comparisons[column] if level.name == name)
        bits += level.weight
    return 1 / (1 + 2**-bits)


def test_best_level_has_the_highest_weight_and_last_level_the_lowest() -> None:
    # A swapped date is rarer between different people than one wrong digit, so it weighs more.
    for column, levels in CURRENT_MODEL.comparisons.items():
        weights = [level.weight for level in levels]
        assert weights[0] == max(weights), column
        assert weights[-1] == min(weights) < 0, column


def test_name_birth_date_and_sex_suffice_and_less_does_not() -> None:
    full = {"first_name": "same", "last_name": "same", "birth_date": "same", "sex": "same"}
    assert _posterior(**full) >= 0.999
    for column in ("first_name", "last_name", "birth_date"):
        rest = {name: level for name, level in full.items() if name != column}
        assert _posterior(**rest) < 0.999, column
    assert _posterior(**full | {"sex": "different"}) < 0.999
    assert _posterior(**full | {"last_name": "similar"}) < 0.999
    # another address and phone: two people with the same name and birth date
    assert _posterior(**full, phone="different", address="different") < 0.999


def test_same_address_and_phone_outweigh_a_changed_name() -> None:
    changed_name = {
        "first_name": "same",
        "last_name": "different",
        "birth_date": "same",
        "sex": "same",
    }
    assert 0.5 < _posterior(**changed_name) < 0.999  # a review-queue probability
    assert _posterior(**changed_name, phone="same", address="same") >= 0.999


def test_agency_thresholds_exceed_the_lowest_written_probability() -> None:
    with (ROOT / "dbt_project/seeds/identity/identity_limit.csv").open(newline="") as file:
        limits = {row["limit_id"]: float(row["limit_value"]) for row in csv.DictReader(file)}
    assert CURRENT_MODEL.lowest_probability < limits["review_probability"]
    assert limits["review_probability"] < limits["automatic_probability"]


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("m: 0.985, u: 0.5}", "m: 0.9, u: 0.5}", "sex: m add up to 0.915"),
        ("u: 0.012}", "u: 0.12}", "first_name: u add up to 1.108"),
        ("- {level: different, m: 0.015, u: 0.5}", "", "sex: expected only the last level"),
        ('{level: same, when: "{}_l = {}_r", m: 0.985', "{level: same, m: 0.985", "sex: expected"),
    ],
)
def test_invalid_model_is_refused(before: str, after: str, message: str, tmp_path: Path) -> None:
    text = MODEL.read_text(encoding="utf-8")
    assert before in text
    broken = tmp_path / "model.yml"
    broken.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(ModelError, match=message):
        load(broken)
