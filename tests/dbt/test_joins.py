"""Outer joins compare columns of both sides, so that the database need not compare every pair of rows.

DuckDB cannot hash an outer join whose condition reads the left side alone or is not a comparison: 135,000 tasks beside
3 million appointments then take hours. Such a condition belongs in a `case` of the compared column or of the select list.
Seeds are small, so joins with them may have any condition.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlglot
from sqlglot import exp

from tests.conftest import Demo
from tests.dbt.test_portability import compiled_models

_COMPARISONS = (exp.EQ, exp.NullSafeEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Between)
_OUTER = {"LEFT", "RIGHT", "FULL", "ANTI", "SEMI"}


def test_outer_joins_compare_both_sides(demo: Demo) -> None:
    found = {}
    for path in compiled_models(demo):
        tree = sqlglot.parse_one(path.read_text(), read="duckdb")
        if problems := list(_pairwise_joins(tree)):
            found[path.stem] = problems
    assert found == {}


@pytest.mark.parametrize(
    ("condition", "is_hashed"),
    [
        ("a.x = b.x", True),
        ("a.x = b.x and b.y = 1", True),
        ("a.x = b.x and a.y < b.y", True),
        ("case when a.y = 1 then a.x end = b.x", True),
        ("a.x = b.x and a.y = 1", False),
        ("a.x = b.x and (a.y or not b.y)", False),
        ("a.x < b.x", False),
    ],
)
def test_a_join_of_every_pair_is_found(condition: str, is_hashed: bool) -> None:
    tree = sqlglot.parse_one(f"select 1 from m.a left join m.b on {condition}", read="duckdb")
    assert list(_pairwise_joins(tree)) == ([] if is_hashed else [f"b: {condition}"])


def _pairwise_joins(tree: exp.Expression) -> Iterator[str]:
    """Name and condition of each outer join for which every pair of rows is compared."""
    for join in tree.find_all(exp.Join):
        condition = join.args.get("on")
        kinds = {join.side.upper(), join.kind.upper()}
        if condition is None or not kinds & _OUTER or _is_of_seeds(tree, join.this):
            continue
        right = join.this.alias_or_name
        conjuncts = list(condition.flatten()) if isinstance(condition, exp.And) else [condition]
        has_equality = any(isinstance(part, (exp.EQ, exp.NullSafeEQ)) for part in conjuncts)
        if not has_equality or not all(_is_comparison(part, right) for part in conjuncts):
            yield f"{right}: {condition.sql(dialect='duckdb').lower()}"


def _is_comparison(condition: exp.Expression, right: str) -> bool:
    """Whether a condition reads the right side alone, or compares it with other columns."""
    read = _tables(condition)
    if read <= {right}:
        return True
    sides = [_tables(side) for side in condition.iter_expressions()]
    return (
        right in read
        and isinstance(condition, _COMPARISONS)
        and all(side <= {right} or right not in side for side in sides)
    )


def _tables(condition: exp.Expression) -> set[str]:
    return {column.table for column in condition.find_all(exp.Column)}


def _is_of_seeds(tree: exp.Expression, relation: exp.Expression) -> bool:
    """Whether a joined relation reads nothing but seeds."""
    common = {table.alias: table for table in tree.find_all(exp.CTE)}
    tables = list(relation.find_all(exp.Table))
    return bool(tables) and all(
        table.db == "seeds"
        if table.db
        else table.name in common and _is_of_seeds(tree, common[table.name].this)
        for table in tables
    )
