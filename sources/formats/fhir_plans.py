"""Derives what to read of each FHIR resource type from the contract's paths.

Must not be here: bytes, invalid JSON, types of values (the contract's checks).

A `ResourcePlan` covers everything the contract reads of a type. Decoding costs time for each
element of the schema, present or not, and most of the contract's elements occur in no resource of
a file. So a plan yields a `ResourceReader` that is limited to the element names in a block's
texts; the other columns are null, as they would be anyway.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

import polars as pl

from sources.contract import Column, ContractError, Table
from sources.formats.fhir_paths import (
    ANY_TYPE,
    ELEMENT,
    PARENT,
    POSITION,
    ROW,
    Shape,
    Step,
    ValuePath,
    parse_steps,
    value_paths,
)

# A FHIR date may be a year or a month only; such a value is not a date here.
_YEAR_OR_MONTH = r"^[0-9]{4}(?:-[0-9]{2})?$"
# An ASCII letter, digit or `_` written as a JSON escape, which could hide an element's name.
_ESCAPED_NAME = r"\\u00(?:3[0-9]|[4-7])"
# What is known of a record beyond its content.
_OF_RECORD = (ROW, ELEMENT, PARENT)
_SAMPLE = 50
_NULL_TEXT = pl.repeat(None, pl.len(), dtype=pl.String())


@dataclass(frozen=True)
class TableReader:
    """The element paths and column expressions that fill one table.

    Attributes:
        element_paths: paths to the elements that are records; one empty path if the resource
            itself is the record.
        columns: one expression per column, except the position.
        position: the column for the element's position, which is added after the elements are
            exploded.
        resource_names: elements of the resource itself that the columns read.
    """

    name: str
    table: Table
    element_paths: tuple[tuple[Step, ...], ...]
    columns: tuple[pl.Expr, ...]
    position: str | None
    resource_names: frozenset[str]


@dataclass(frozen=True)
class TablePlan:
    """How the contract fills one table: for each column except the position, the paths to its value."""

    name: str
    table: Table
    element_paths: tuple[tuple[Step, ...], ...]
    columns: tuple[tuple[Column, tuple[ValuePath, ...]], ...]
    position: str | None

    def reader(self, names: frozenset[str]) -> TableReader:
        """The reader for resources that contain only these element names."""
        return TableReader(
            self.name,
            self.table,
            tuple(path for path in self.element_paths if _names(path) <= names),
            tuple(self._value(column, found, names) for column, found in self.columns),
            self.position,
            frozenset(
                path.steps[0].name
                for _, found in self.columns
                for path in found
                if path.is_from_resource
            ),
        )

    def all_steps(self) -> list[tuple[Step, ...]]:
        """The paths to the elements and to their values."""
        return [*self.element_paths, *(path.steps for _, found in self.columns for path in found)]

    def _value(
        self, column: Column, found: tuple[ValuePath, ...], names: frozenset[str]
    ) -> pl.Expr:
        if column.at in _OF_RECORD:
            return pl.col(column.at).cast(pl.String()).alias(column.name)
        is_element = self.element_paths != ((),)
        values = [
            path.value(pl.col("element") if is_element and not path.is_from_resource else None)
            for path in found
            if _names(path.steps) <= names
        ]
        return _text(values, column) if values else _NULL_TEXT.alias(column.name)


@dataclass(frozen=True)
class ResourceReader:
    """How to decode resources of one type and fill their tables."""

    shape: Shape
    resource: TableReader
    elements: tuple[TableReader, ...]


@dataclass(frozen=True, eq=False)
class ResourcePlan:
    """Everything that the contract reads of a resource type."""

    shape: Shape
    resource: TablePlan
    elements: tuple[TablePlan, ...]

    def reader(self, texts: pl.Series) -> ResourceReader:
        """The reader for these resources."""
        return _reader(self, self._names | _present(texts, self._optional_names))

    @cached_property
    def _names(self) -> frozenset[str]:
        """Names used in conditions.

        They are always read, because a condition can select elements that lack them.
        """
        paths = [path for table in (self.resource, *self.elements) for path in table.all_steps()]
        conditions = [condition for path in paths for step in path for condition in step.conditions]
        return frozenset().union(*(_names(condition.path) for condition in conditions))

    @cached_property
    def _optional_names(self) -> frozenset[str]:
        return self.shape.names() - self._names


@lru_cache(maxsize=256)
def _reader(plan: ResourcePlan, names: frozenset[str]) -> ResourceReader:
    elements = (table.reader(names) for table in plan.elements)
    return ResourceReader(
        plan.shape.narrowed_to(names),
        plan.resource.reader(names),
        tuple(table for table in elements if table.element_paths),
    )


def _present(texts: pl.Series, names: frozenset[str]) -> frozenset[str]:
    """The names that may occur in any of the texts."""
    if texts.str.contains(_ESCAPED_NAME).any():
        return names
    # Most names that occur at all are in the first texts; one search for all other names finds the
    # few texts that contain any of them.
    found = _named(texts.head(_SAMPLE), names)
    rest = names - found
    if not rest:
        return found
    has_other_name = texts.str.contains_any([f'"{name}"' for name in sorted(rest)])
    return found | _named(texts.filter(has_other_name), rest)


def _named(texts: pl.Series, names: frozenset[str]) -> frozenset[str]:
    text = "\n".join(texts)
    return frozenset(name for name in names if f'"{name}"' in text)


def _names(path: tuple[Step, ...]) -> frozenset[str]:
    return frozenset(step.name for step in path)


def resource_plans(tables: Mapping[str, Table]) -> dict[str, ResourcePlan]:
    """The plan of each resource type, and under `*` that of all other types.

    Raises:
        ContractError: an invalid record or path, or no table for `*`.
    """
    return _resource_plans(tuple(tables.items()))


@cache
def _resource_plans(tables: tuple[tuple[str, Table], ...]) -> dict[str, ResourcePlan]:
    resource_tables = {
        table.record: (name, table) for name, table in tables if table.record is not None
    }
    resource_tables = {
        kind: found for kind, found in resource_tables.items() if re.fullmatch(r"\w+|\*", kind)
    }
    if ANY_TYPE not in resource_tables:
        raise ContractError(
            "record: expected a table with record `*`, for resources of all other types"
        )
    found = {}
    for kind, (name, table) in resource_tables.items():
        shape = Shape()
        resource = _plan(name, table, ((),), shape)
        elements = tuple(
            _plan(child_name, child, paths, shape)
            for child_name, child in tables
            if (paths := _element_paths(child, kind, child_name))
        )
        found[kind] = ResourcePlan(shape, resource, elements)
    return found


def _element_paths(table: Table, kind: str, location: str) -> tuple[tuple[Step, ...], ...]:
    """The paths to the elements of a resource type that are records of the table."""
    paths = (path.strip() for path in str(table.record).split(" | "))
    return tuple(parse_steps(path, location)[1:] for path in paths if path.startswith(f"{kind}."))


def _plan(
    name: str, table: Table, element_paths: tuple[tuple[Step, ...], ...], shape: Shape
) -> TablePlan:
    suffixes = [shape.add(path, name) for path in element_paths]
    columns: list[tuple[Column, tuple[ValuePath, ...]]] = []
    position = None
    for column in table.columns:
        location = f"{name}.{column.name}"
        if column.at is None:
            raise ContractError(f"{location}: expected `at`")
        if column.at == POSITION:
            position = column.name
            continue
        found = () if column.at in _OF_RECORD else value_paths(column.at, location)
        for path in found:
            for end in [shape] if path.is_from_resource else suffixes:
                end.add(path.steps, location)
        columns.append((column, found))
    return TablePlan(name, table, element_paths, tuple(columns), position)


def _text(values: list[pl.Expr], column: Column) -> pl.Expr:
    text = pl.coalesce(values) if len(values) > 1 else values[0]
    text = pl.when(text != "").then(text)
    if column.type in ("date", "timestamp"):
        text = pl.when(~text.str.contains(_YEAR_OR_MONTH)).then(text)
    return text.alias(column.name)
