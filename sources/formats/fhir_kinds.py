"""What is read of each type of FHIR resource: a schema and an expression per column, made of the contract's paths.

What must not be here: bytes, texts that are no JSON, types of values (the contract's checks). Looking an element up in a
resource costs the same whether it is there or not, and most of the contract's elements are in no resource of a file: a kind
is narrowed to the names that a block's texts hold. What is left out is null, as it would have been read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

import polars as pl

from sources.contract import Column, ContractError, Table
from sources.formats.fhir_paths import ANY_TYPE, POSITION, ROW, Path, Shape, Step, paths, steps

# A year or a month is a FHIR date too, but no day.
_VAGUE = r"^[0-9]{4}(?:-[0-9]{2})?$"
# A letter, a digit or `_` written as an escape: JSON allows it in the name of an element.
_ESCAPED = r"\\u00(?:3[0-9]|[4-7])"
_SAMPLE = 50
_END = 7
_NOTHING = pl.repeat(None, pl.len(), dtype=pl.String())


@dataclass(frozen=True)
class Part:
    """The table that a resource, or elements of it, fill: what leads to the elements, and an expression per column.

    Attributes:
        position: the column of the element's place, which is known last.
    """

    name: str
    table: Table
    ways: tuple[tuple[Step, ...], ...]
    columns: tuple[pl.Expr, ...]
    position: str | None


@dataclass(frozen=True)
class _Plan:
    """A part as the contract says it: for each column that is not its position the ways to its value."""

    name: str
    table: Table
    ways: tuple[tuple[Step, ...], ...]
    columns: tuple[tuple[Column, tuple[Path, ...]], ...]
    position: str | None

    def part(self, names: frozenset[str]) -> Part:
        """As it reads resources that have no other elements than those."""
        return Part(
            self.name,
            self.table,
            tuple(way for way in self.ways if _names(way) <= names),
            tuple(self._value(column, found, names) for column, found in self.columns),
            self.position,
        )

    def all_steps(self) -> list[tuple[Step, ...]]:
        """What leads to the elements and to their values."""
        return [*self.ways, *(path.steps for _, found in self.columns for path in found)]

    def _value(self, column: Column, found: tuple[Path, ...], names: frozenset[str]) -> pl.Expr:
        if column.at == ROW:
            return pl.col(ROW).cast(pl.String()).alias(column.name)
        is_element = self.ways != ((),)
        values = [
            path.value(pl.col("element") if is_element and not path.is_from_resource else None)
            for path in found
            if _names(path.steps) <= names
        ]
        return _text(values, column) if values else _NOTHING.alias(column.name)


@dataclass(frozen=True)
class Kind:
    """What is read of a type of resource."""

    shape: Shape
    whole: Part
    elements: tuple[Part, ...]


@dataclass(frozen=True, eq=False)
class Plans:
    """What may be read of a type of resource, by the contract."""

    shape: Shape
    whole: _Plan
    elements: tuple[_Plan, ...]

    def kind(self, texts: pl.Series) -> Kind:
        """What is read of these resources."""
        return _narrowed(self, self._names | _present(texts, self._unsure))

    @cached_property
    def _names(self) -> frozenset[str]:
        """Names that conditions look at: an element may be chosen because it lacks them."""
        ways = [way for plan in (self.whole, *self.elements) for way in plan.all_steps()]
        conditions = [condition for way in ways for step in way for condition in step.conditions]
        return frozenset().union(*(_names(condition.path) for condition in conditions))

    @cached_property
    def _unsure(self) -> frozenset[str]:
        return self.shape.names() - self._names


@lru_cache(maxsize=256)
def _narrowed(plans: Plans, names: frozenset[str]) -> Kind:
    elements = (plan.part(names) for plan in plans.elements)
    return Kind(
        plans.shape.only(names),
        plans.whole.part(names),
        tuple(part for part in elements if part.ways),
    )


def _present(texts: pl.Series, names: frozenset[str]) -> frozenset[str]:
    """Those of the names that may be in any of the texts."""
    if texts.str.contains(_ESCAPED).any():
        return names
    # most names that are there at all are in the first few; only those of the rest are looked for everywhere
    found = _named(texts.head(_SAMPLE), names)
    rest = names - found
    if not rest:
        return found
    # their ends alone: the search looks for the first bytes of each, and many names begin as others that are there
    ends = sorted({f'{name[-_END:]}"' for name in rest})
    is_other = texts.str.contains("|".join(ends))
    return found | _named(texts.filter(is_other), rest) if is_other.any() else found


def _named(texts: pl.Series, names: frozenset[str]) -> frozenset[str]:
    text = "\n".join(texts)
    return frozenset(name for name in names if f'"{name}"' in text)


def _names(way: tuple[Step, ...]) -> frozenset[str]:
    return frozenset(step.name for step in way)


def plans_of(tables: Mapping[str, Table]) -> dict[str, Plans]:
    """By type, and under `*` for all others.

    Raises:
        ContractError: a record or a path that is none, or no table of every type.
    """
    return _plans(tuple(tables.items()))


@cache
def _plans(tables: tuple[tuple[str, Table], ...]) -> dict[str, Plans]:
    wholes = {table.record: (name, table) for name, table in tables if table.record is not None}
    wholes = {kind: found for kind, found in wholes.items() if re.fullmatch(r"\w+|\*", kind)}
    if ANY_TYPE not in wholes:
        raise ContractError("record: expected a table of `*`, the resources of every other type")
    found = {}
    for kind, (name, table) in wholes.items():
        shape = Shape()
        whole = _plan(name, table, ((),), shape)
        elements = tuple(
            _plan(child_name, child, _ways(child, child_name), shape)
            for child_name, child in tables
            if str(child.record).startswith(f"{kind}.")
        )
        found[kind] = Plans(shape, whole, elements)
    return found


def _ways(table: Table, where: str) -> tuple[tuple[Step, ...], ...]:
    return tuple(steps(way.strip(), where)[1:] for way in str(table.record).split(" | "))


def _plan(name: str, table: Table, ways: tuple[tuple[Step, ...], ...], shape: Shape) -> _Plan:
    ends = [shape.add(way, name) for way in ways]
    columns: list[tuple[Column, tuple[Path, ...]]] = []
    position = None
    for column in table.columns:
        where = f"{name}.{column.name}"
        if column.at is None:
            raise ContractError(f"{where}: expected `at`")
        if column.at == POSITION:
            position = column.name
            continue
        found = () if column.at == ROW else paths(column.at, where)
        for path in found:
            for end in [shape] if path.is_from_resource else ends:
                end.add(path.steps, where)
        columns.append((column, found))
    return _Plan(name, table, ways, tuple(columns), position)


def _text(values: list[pl.Expr], column: Column) -> pl.Expr:
    text = pl.coalesce(values) if len(values) > 1 else values[0]
    text = pl.when(text != "").then(text)
    if column.type in ("date", "timestamp"):
        text = pl.when(~text.str.contains(_VAGUE)).then(text)
    return text.alias(column.name)
