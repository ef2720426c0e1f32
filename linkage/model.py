"""Loads the fixed match model from `model.yml` as splink settings.

A comparison is a list of levels, tried in order; the last level has no `when` and takes the
remaining pairs. If either value is missing, the comparison counts neither for nor against a match
(level `missing`). Nothing is estimated here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

MODEL = Path(__file__).with_name("model.yml")
MISSING = "missing"


class ModelError(ValueError):
    """An invalid `model.yml`; names the comparison and what was expected."""


@dataclass(frozen=True)
class Level:
    """One level of agreement of a comparison.

    Attributes:
        name: its name in evidence.
        when: SQL condition over `<column>_l` and `<column>_r`, or None for the last level.
        m: share of pairs of the same person at this level.
        u: share of pairs of two different people at this level.
    """

    name: str
    when: str | None
    m: float
    u: float

    @property
    def weight(self) -> float:
        """The match weight in bits."""
        return math.log2(self.m / self.u)


@dataclass(frozen=True)
class Model:
    """The prior, the lowest probability to report, and each compared column's levels, closest first."""

    prior: float
    lowest_probability: float
    comparisons: dict[str, tuple[Level, ...]]

    def settings(self) -> dict[str, Any]:
        """The model as splink settings; the pairs are given, so records are joined on `pair_key`."""
        return {
            "link_type": "link_only",
            "unique_id_column_name": "pair_key",
            "probability_two_random_records_match": self.prior,
            "blocking_rules_to_generate_predictions": ["l.pair_key = r.pair_key"],
            "comparisons": [
                {
                    "output_column_name": column,
                    "comparison_levels": [_missing(column), *map(_level, levels)],
                }
                for column, levels in self.comparisons.items()
            ],
            # splink outputs the level of a comparison only together with its values.
            "retain_matching_columns": True,
        }


def load(path: Path = MODEL) -> Model:
    """Read the model.

    Raises:
        ModelError: the shares of a comparison do not add up to 1, or a level other than the last
            has no condition.
    """
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    comparisons = {
        column: tuple(
            Level(
                level["level"],
                level["when"].replace("{}", column) if "when" in level else None,
                level["m"],
                level["u"],
            )
            for level in levels
        )
        for column, levels in raw["comparisons"].items()
    }
    for column, levels in comparisons.items():
        if [level.when is None for level in levels] != [False] * (len(levels) - 1) + [True]:
            raise ModelError(f"{path.name}: {column}: expected only the last level without `when`")
        for share in ("m", "u"):
            total = sum(getattr(level, share) for level in levels)
            if not math.isclose(total, 1, abs_tol=0.01):
                raise ModelError(
                    f"{path.name}: {column}: {share} add up to {total:.3f}; expected 1"
                )
    return Model(raw["prior"], raw["lowest_probability"], comparisons)


def _missing(column: str) -> dict[str, Any]:
    return {
        "sql_condition": f"{column}_l is null or {column}_r is null",
        "label_for_charts": MISSING,
        "is_null_level": True,
    }


def _level(level: Level) -> dict[str, Any]:
    return {
        "sql_condition": level.when or "ELSE",
        "label_for_charts": level.name,
        "m_probability": level.m,
        "u_probability": level.u,
        "fix_m_probability": True,
        "fix_u_probability": True,
    }
