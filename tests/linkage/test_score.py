"""Scoring: every level occurs, missing values are neutral, row order changes no byte."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linkage.model import load
from linkage.score import score

MODEL = load()
ADA: dict[str, Any] = {
    "first_name": "ada",
    "formal_name": "ada",
    "last_name": "crane",
    "birth_date": dt.date(1980, 2, 13),
    "sex": "female",
    "phone": "2025550101",
    "address": "12 sample",
    "zip_code": "00011",
    "ssn_last4": "1234",
}
TYPES = dict.fromkeys(ADA, pl.String) | {"birth_date": pl.Date}


def _pairs(path: Path, people: list[dict[str, Any]], keys: list[int] | None = None) -> Path:
    """Each of these people paired with Ada."""
    rows = [
        {"pair_key": key}
        | {f"person_{name}": value for name, value in (ADA | person).items()}
        | {f"candidate_{name}": value for name, value in ADA.items()}
        for key, person in zip(keys or range(len(people)), people, strict=True)
    ]
    types = {"pair_key": pl.Int64}
    types |= {
        f"{side}_{name}": kind for side in ("person", "candidate") for name, kind in TYPES.items()
    }
    pl.DataFrame(rows, schema=types).write_parquet(path)
    return path


def _scored(tmp_path: Path, *people: dict[str, Any]) -> list[dict[str, Any]]:
    score(_pairs(tmp_path / "pair.parquet", list(people)), tmp_path / "score.parquet", MODEL)
    return pl.read_parquet(tmp_path / "score.parquet").rows(named=True)


@pytest.fixture(scope="module")
def levels(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The agreement level of each case below, in one run: starting splink takes a second."""
    rows = _scored(tmp_path_factory.mktemp("levels"), *(ADA | change for change, _, _ in CASES))
    assert len(rows) == len(CASES)
    return [row[f"{column}_agreement"] for row, (_, column, _) in zip(rows, CASES, strict=True)]


CASES: list[tuple[dict[str, Any], str, str]] = [
    ({}, "first_name", "same"),
    ({"first_name": "adie", "formal_name": "ada"}, "first_name", "nickname"),
    ({"first_name": "adaa", "formal_name": "adaa"}, "first_name", "similar"),
    ({"first_name": "ida", "formal_name": "ida"}, "first_name", "different"),
    ({"first_name": None, "formal_name": None}, "first_name", "missing"),
    ({"last_name": "cranepoe"}, "last_name", "part"),
    ({"last_name": "carne"}, "last_name", "similar"),
    ({"last_name": "ane"}, "last_name", "different"),  # three letters occur in too many names
    ({"birth_date": dt.date(1980, 2, 13)}, "birth_date", "same"),
    ({"birth_date": dt.date(1980, 2, 31 - 20)}, "birth_date", "digit"),
    ({"birth_date": dt.date(1908, 2, 13)}, "birth_date", "digit"),  # two digits swapped
    ({"birth_date": dt.date(1980, 3, 24)}, "birth_date", "different"),
    ({"birth_date": None}, "birth_date", "missing"),
    ({"sex": "male"}, "sex", "different"),
    ({"phone": "2025550102"}, "phone", "different"),
    ({"address": "13 sample"}, "address", "zip"),
    ({"zip_code": "00012"}, "address", "different"),
    ({"zip_code": None}, "address", "same"),
    ({"address": None}, "address", "missing"),
    ({"ssn_last4": "4321"}, "ssn_last4", "different"),
]


@pytest.mark.parametrize("number", range(len(CASES)))
def test_agreement_level(number: int, levels: list[str]) -> None:
    assert levels[number] == CASES[number][2]


def test_swapped_day_and_month_is_its_own_level(tmp_path: Path) -> None:
    person = ADA | {"birth_date": dt.date(1980, 3, 2)}
    pairs = _pairs(tmp_path / "pair.parquet", [person])
    frame = pl.read_parquet(pairs).with_columns(candidate_birth_date=dt.date(1980, 2, 3))
    frame.write_parquet(pairs)
    score(pairs, tmp_path / "score.parquet", MODEL)
    assert pl.read_parquet(tmp_path / "score.parquet")["birth_date_agreement"].item() == "swapped"


def test_missing_values_do_not_change_the_weight(tmp_path: Path) -> None:
    bare = dict.fromkeys(("phone", "address", "zip_code", "ssn_last4"))
    (row,) = _scored(tmp_path, ADA | bare)
    known = ("first_name", "last_name", "birth_date", "sex")
    bits = sum(MODEL.comparisons[name][0].weight for name in known)
    assert float(row["match_weight"]) == pytest.approx(bits - 16.6096, abs=0.001)


def test_pairs_below_the_lowest_probability_are_not_written(tmp_path: Path) -> None:
    stranger = {"first_name": "ida", "formal_name": "ida", "phone": None, "address": None}
    assert _scored(tmp_path, ADA | stranger | {"last_name": "poe", "ssn_last4": None}) == []


@given(order=st.permutations(range(6)))
@settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_row_order_changes_no_byte(order: list[int], tmp_path: Path) -> None:
    people = [ADA | change for change, _, _ in CASES[:6]]
    written = []
    for keys in (list(range(6)), order):
        pairs = _pairs(tmp_path / "pair.parquet", [people[key] for key in keys], keys)
        score(pairs, tmp_path / "score.parquet", MODEL)
        written.append((tmp_path / "score.parquet").read_bytes())
    assert written[0] == written[1]
