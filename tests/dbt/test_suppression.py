"""Small cells can be neither read nor computed from what `suppressed_cells` publishes (docs/suppression.md).

Random tables of totals and parts go through the macro on DuckDB. Then the test acts as a reader: from the published
cells alone, it solves every equation "total = sum of its parts".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from pathlib import Path

import duckdb
import jinja2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

MACRO = Path(__file__).parents[2] / "dbt_project" / "macros" / "suppressed_cells.sql"
LARGEST_SMALL_CELL = 10
DEPTH = 2


@dataclass(frozen=True)
class Cell:
    """One row of a table of counts: its place in the forest, its size and its numerator."""

    key: str
    parent: str | None
    family: str | None
    size: int
    numerator: int

    def counts(self) -> tuple[int, int, int]:
        """Size, numerator, and what the two leave."""
        return self.size, self.numerator, self.size - self.numerator


@pytest.fixture(scope="module")
def published() -> Iterator[duckdb.DuckDBPyConnection]:
    """A database with a table `cell_in_tree` and the view `published` that the macro makes of it."""
    environment = jinja2.Environment(extensions=["jinja2.ext.do"], autoescape=False)
    call = (
        "{{ suppressed_cells(relation='cell_in_tree', keys=['row_key'], counts=['size', 'numerator'],"
        f" differences=[['size', 'numerator']], hidden=['rate'], depth={DEPTH}) }}}}"
    )
    body = environment.from_string(MACRO.read_text(encoding="utf-8") + call).render()
    connection = duckdb.connect()
    connection.execute("set threads = 1")
    connection.execute(
        "create table cell_in_tree (row_key varchar, parent_key varchar, family varchar, size bigint,"
        " numerator bigint, rate decimal(9, 6))"
    )
    connection.execute(f"create view published as {body}")
    yield connection
    connection.close()


def suppress(connection: duckdb.DuckDBPyConnection, cells: list[Cell]) -> dict[str, bool]:
    """Which rows the macro suppresses; checks that nothing but whole rows is hidden."""
    connection.execute("delete from cell_in_tree")
    places = ", ".join(["(?, ?, ?, ?, ?, 0.5)"] * len(cells))
    connection.execute(
        f"insert into cell_in_tree values {places}",
        [
            value
            for cell in cells
            for value in (cell.key, cell.parent, cell.family, cell.size, cell.numerator)
        ],
    )
    rows = connection.execute(
        "select row_key, size, numerator, rate, is_suppressed from published"
    ).fetchall()
    assert len(rows) == len(cells)
    known = {cell.key: cell for cell in cells}
    for key, size, numerator, rate, is_suppressed in rows:
        if is_suppressed:
            assert (size, numerator, rate) == (None, None, None)
        else:
            assert (size, numerator) == (known[key].size, known[key].numerator)
            assert rate is not None
    return {row[0]: row[4] for row in rows}


@st.composite
def forests(draw: st.DrawFn) -> list[Cell]:
    """A total, its parts in one or two families, and parts of these parts; sometimes a part that is not published."""
    cells: list[Cell] = []
    part = st.one_of(st.sampled_from([0, 0, 2, 12, 30]), st.integers(0, 14))

    def leaf(key: str, parent: str, family: str) -> Cell:
        numerator = draw(part)
        return Cell(key, parent, family, numerator + draw(part), numerator)

    def total(key: str, parent: str | None, family: str | None, parts: list[Cell]) -> Cell:
        return Cell(
            key, parent, family, sum(c.size for c in parts), sum(c.numerator for c in parts)
        )

    first: list[Cell] = []
    for index in range(draw(st.integers(1, 4))):
        key = f"a{index}"
        inner = [leaf(f"{key}.{place}", key, "inner") for place in range(draw(st.integers(0, 3)))]
        first.append(total(key, "all", "first", inner) if inner else leaf(key, "all", "first"))
        cells.extend(inner)
    root = total("all", None, None, first)
    cells.extend([root, *first])
    # The second family of the same total: its last part takes what is left, or stays unpublished.
    left_size, left_numerator = root.size, root.numerator
    for index in range(draw(st.integers(0, 3))):
        numerator = draw(st.integers(0, left_numerator))
        rest = draw(st.integers(0, left_size - left_numerator))
        cells.append(Cell(f"b{index}", "all", "second", numerator + rest, numerator))
        left_size, left_numerator = left_size - numerator - rest, left_numerator - numerator
    if draw(st.booleans()):
        cells.append(Cell("b.last", "all", "second", left_size, left_numerator))
    return cells


def families(cells: list[Cell]) -> dict[tuple[str, str], list[Cell]]:
    """The parts of each total, by family."""
    found: dict[tuple[str, str], list[Cell]] = {}
    for cell in cells:
        if cell.parent is not None and cell.family is not None:
            found.setdefault((cell.parent, cell.family), []).append(cell)
    return found


def solved(equations: list[dict[str, Fraction]]) -> set[str]:
    """Unknowns with one value in every solution: rows of the reduced system with a single unknown."""
    rows = [dict(equation) for equation in equations if equation]
    pivots: list[tuple[str, dict[str, Fraction]]] = []
    for row in rows:
        for name, pivot in pivots:
            if name in row:
                factor = row[name]
                for other, value in pivot.items():
                    row[other] = row.get(other, Fraction(0)) - factor * value
        row = {name: value for name, value in row.items() if value}
        if not row:
            continue
        name = min(row)
        row = {other: value / row[name] for other, value in row.items()}
        for _, pivot in pivots:
            if name in pivot:
                factor = pivot[name]
                for other, value in row.items():
                    pivot[other] = pivot.get(other, Fraction(0)) - factor * value
                for other in [other for other, value in pivot.items() if not value]:
                    del pivot[other]
        pivots.append((name, row))
    return {name for name, pivot in pivots if len(pivot) == 1}


@settings(max_examples=120, deadline=None)
@given(cells=forests())
def test_no_suppressed_cell_can_be_worked_out(
    published: duckdb.DuckDBPyConnection, cells: list[Cell]
) -> None:
    is_hidden = suppress(published, cells)
    known = {cell.key: cell for cell in cells}

    for cell in cells:  # no small cell is published
        if not is_hidden[cell.key]:
            assert not any(1 <= count <= LARGEST_SMALL_CELL for count in cell.counts())

    for part in range(3):
        equations = []
        for (parent, family), children in families(cells).items():
            equation = {c.key: Fraction(1) for c in children if is_hidden[c.key]}
            if is_hidden[parent]:
                equation[parent] = Fraction(-1)
            left = known[parent].counts()[part] - sum(c.counts()[part] for c in children)
            if left:  # the unpublished rest is another unknown of this equation
                equation[f"{parent}|{family}|rest"] = Fraction(1)
            equations.append(equation)
        # A difference of 0 between total and parts gives nothing away; a cell of 0 may be known.
        revealed = {key for key in solved(equations) if "|" not in key}
        small = {key for key in revealed if 1 <= known[key].counts()[part] <= LARGEST_SMALL_CELL}
        assert not small, (part, small)


@settings(max_examples=120, deadline=None)
@given(cells=forests())
def test_no_difference_of_published_cells_is_a_small_cell(
    published: duckdb.DuckDBPyConnection, cells: list[Cell]
) -> None:
    is_hidden = suppress(published, cells)
    known = {cell.key: cell for cell in cells}
    parts_of = families(cells)

    def hidden_sums(parent: str, family: str, part: int) -> list[int]:
        """What the hidden parts of a total amount to, each taken whole or as the hidden parts of its own parts."""
        children = parts_of[parent, family]
        rest = known[parent].counts()[part] - sum(c.counts()[part] for c in children)
        choices = [[rest]]
        for child in children:
            if is_hidden[child.key]:
                inner = [hidden_sums(p, f, part) for p, f in parts_of if p == child.key]
                choices.append(
                    [child.counts()[part], *(amount for sums in inner for amount in sums)]
                )
        return [sum(choice) for choice in product(*choices)]

    for (parent, family), part in product(parts_of, range(3)):
        if not is_hidden[parent]:
            for amount in hidden_sums(parent, family, part):
                assert not 1 <= amount <= LARGEST_SMALL_CELL, (parent, family, part, amount)


def test_one_small_part_takes_the_next_smallest_with_it(
    published: duckdb.DuckDBPyConnection,
) -> None:
    cells = [
        Cell("all", None, None, 112, 40),
        Cell("a", "all", "site", 12, 0),
        Cell("b", "all", "site", 40, 15),
        Cell("c", "all", "site", 60, 25),
    ]
    assert suppress(published, cells) == {"all": False, "a": False, "b": False, "c": False}
    small = [*cells[:1], Cell("a", "all", "site", 5, 0), Cell("b", "all", "site", 47, 15), cells[3]]
    assert suppress(published, small) == {"all": False, "a": True, "b": True, "c": False}


def test_two_small_parts_that_add_up_to_a_small_cell_take_a_third(
    published: duckdb.DuckDBPyConnection,
) -> None:
    cells = [
        Cell("all", None, None, 102, 0),
        Cell("a", "all", "site", 1, 0),
        Cell("b", "all", "site", 1, 0),
        Cell("c", "all", "site", 40, 0),
        Cell("d", "all", "site", 60, 0),
    ]
    assert suppress(published, cells) == {"all": False, "a": True, "b": True, "c": True, "d": False}


def test_zero_is_published_and_a_small_numerator_hides_its_row(
    published: duckdb.DuckDBPyConnection,
) -> None:
    cells = [
        Cell("all", None, None, 100, 30),
        Cell("a", "all", "site", 40, 3),
        Cell("b", "all", "site", 60, 27),
        Cell("c", "all", "site", 0, 0),
    ]
    assert suppress(published, cells) == {"all": False, "a": True, "b": True, "c": False}


def test_a_total_hidden_for_its_sibling_does_not_show_through_its_parts(
    published: duckdb.DuckDBPyConnection,
) -> None:
    cells = [
        Cell("all", None, None, 200, 0),
        Cell("a", "all", "site", 4, 0),
        Cell("b", "all", "site", 50, 0),
        Cell("c", "all", "site", 146, 0),
        Cell("b.x", "b", "month", 20, 0),
        Cell("b.y", "b", "month", 30, 0),
    ]
    hidden = suppress(published, cells)
    assert hidden == {"all": False, "a": True, "b": True, "c": False, "b.x": True, "b.y": False}


def test_the_cover_of_a_hidden_total_covers_its_numerator_too(
    published: duckdb.DuckDBPyConnection,
) -> None:
    # a and b hide together; were only b.x hidden in b, a's and b.x's numerators would show as 3 of them together.
    cells = [
        Cell("all", None, None, 190, 73),
        Cell("a", "all", "site", 40, 3),
        Cell("b", "all", "site", 60, 30),
        Cell("c", "all", "site", 90, 40),
        Cell("b.x", "b", "month", 12, 0),
        Cell("b.y", "b", "month", 48, 30),
    ]
    hidden = suppress(published, cells)
    assert hidden == {"all": False, "a": True, "b": True, "c": False, "b.x": True, "b.y": True}


def test_a_table_whose_parts_overlap_still_hides_the_next_smallest(
    published: duckdb.DuckDBPyConnection,
) -> None:
    cells = [
        Cell("all", None, None, 100, 0),
        Cell("a", "all", "program", 5, 0),
        Cell("b", "all", "program", 60, 0),
        Cell("c", "all", "program", 50, 0),
    ]
    assert suppress(published, cells) == {"all": False, "a": True, "b": False, "c": True}
