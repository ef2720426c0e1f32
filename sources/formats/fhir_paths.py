"""The words in which a contract says where a value stands in a FHIR resource, and what reads it: a schema and expressions.

What must not be here: any resource type, any sender, bytes. A small part of FHIRPath (hl7.org/fhirpath) in its spelling,
chosen so that every path can be read column by column.

- `period.start`: elements within elements, by their JSON names (`valueQuantity`, not `value[x]`).
- `name[0]`: the first of an array. Every array is written with brackets; an element without them is no array.
- `name[use=official]`: the first of an array whose element `use` is so; `!=` is not so, `~` contains it. Several hold together.
  `name[period.end=]`: the first without that element.
- `a | b`: the first of several paths that has a value.
- `….local(Patient)`: the id that a reference's text leads to, `Patient/1`, `http://…/Patient/1/_history/2` or `urn:uuid:…`;
  with a type in the brackets only of that type. `….kind()` is its type, and `….conditional()` the identifier's value of
  `Patient?identifier=system|value`. A reference within the resource (`#x`) leads to no id: `contained[…]` reads it.
- `….number()`: the value where it is a plain number, else nothing. Texts are read in no other path where they may be notes.
- `/id`: from the resource, where the record is an element of it. `row()`: the resource's record number; `position()`: the
  element's place.

A table's `record` is a type (`Patient`), `*` (every type without a table), or elements (`Patient.identifier[]`, all of an
array, each a record; brackets with a condition leave others out; `a[] | b[]`: those of both).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import reduce

import polars as pl

from sources.contract import ContractError

ROW = "row()"
POSITION = "position()"
ANY_TYPE = "*"
_STEP = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)((?:\[(?:[^\[\]]|\[[0-9]+\])*\])*)(?:\.|$)")
_BRACKET = re.compile(r"\[((?:[^\[\]]|\[[0-9]+\])*)\]")
_CONDITION = re.compile(r"([A-Za-z0-9_.\[\]]+?)(!=|=|~)(.*)")
_FUNCTION = re.compile(r"^(.*)\.(local|kind|conditional|number)\(([A-Za-z]*)\)$")
_ID = r"([A-Za-z0-9.\-]{1,64})"
_NUMBER = r"^\s*[+-]?[0-9]{1,14}(?:\.[0-9]+)?\s*$"


@dataclass(frozen=True)
class Condition:
    """What an element of an array must be."""

    path: tuple[Step, ...]
    operator: str
    value: str

    def matches(self, element: pl.Expr) -> pl.Expr:
        """Whether it is so, of a struct; a missing value is unlike every other."""
        found = walk(element, self.path)
        if self.operator == "~":
            return found.str.contains(self.value, literal=True).fill_null(value=False)
        value = pl.lit(self.value or None, pl.String)
        return found.eq_missing(value) if self.operator == "=" else found.ne_missing(value)


@dataclass(frozen=True)
class Step:
    """One element: `is_array` where the path has brackets, `place` or `conditions` say which of it."""

    name: str
    is_array: bool = False
    place: int | None = None
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class ValuePath:
    """One path to a value: `function` is applied to what the steps lead to."""

    steps: tuple[Step, ...]
    is_from_resource: bool = False
    function: str = ""
    argument: str = ""

    def value(self, element: pl.Expr | None) -> pl.Expr:
        """The value as text, of an element or (None) of the resource whose elements are the columns."""
        text = walk(element, self.steps)
        match self.function:
            case "local":
                kind = self.argument
                return text.map_batches(
                    lambda texts: _local(texts, kind),
                    return_dtype=pl.String(),
                    is_elementwise=True,
                )
            case "kind":
                return text.str.extract(r"(?:^|/)([A-Z][A-Za-z]+)[/?]", 1)
            case "conditional":
                return text.str.extract(r"\?(?:.*&)?identifier=(?:[^|&]*\|)?([^|&]+)", 1)
            case "number":
                return pl.when(text.str.contains(_NUMBER)).then(text.str.strip_chars())
        return text


def _local(texts: pl.Series, kind: str) -> pl.Series:
    """The ids that references lead to; nearly every file writes all of them `Patient/1`."""
    if texts.str.contains(rf"^{kind}/[A-Za-z0-9.\-]*$").all():
        return texts.str.slice(len(kind) + 1)
    pattern = (
        rf"^(?:urn:(?:uuid|oid):|(?:[^?#]*/)?{kind or '[A-Z][A-Za-z]+'}/){_ID}(?:/_history/[^/]*)?$"
    )
    return texts.str.extract(pattern, 1)


def walk(element: pl.Expr | None, steps: tuple[Step, ...]) -> pl.Expr:
    """What the steps lead to."""
    return reduce(_step, steps, element)  # type: ignore[arg-type, return-value]


def _step(element: pl.Expr | None, step: Step) -> pl.Expr:
    found = pl.col(step.name) if element is None else element.struct.field(step.name)
    if step.place is not None:
        return found.list.get(step.place, null_on_oob=True)
    if step.conditions:
        holds = [condition.matches(pl.element()) for condition in step.conditions]
        return found.list.filter(reduce(pl.Expr.and_, holds)).list.get(0, null_on_oob=True)
    return found


def value_paths(text: str, where: str) -> tuple[ValuePath, ...]:
    """The element_paths to a value that `at` names, in order.

    Raises:
        ContractError: a path that is none.
    """
    return tuple(_path(part.strip(), where) for part in text.split(" | "))


def _path(text: str, where: str) -> ValuePath:
    function = _FUNCTION.match(text)
    text, name, argument = (function[1], function[2], function[3]) if function else (text, "", "")
    is_from_resource = text.startswith("/")
    found = parse_steps(text.removeprefix("/"), where)
    if any(step.is_array and step.place is None and not step.conditions for step in found):
        raise ContractError(f"{where}: {text}: expected one of an array, not all")
    return ValuePath(found, is_from_resource, name, argument)


def parse_steps(text: str, where: str) -> tuple[Step, ...]:
    """The elements that a path names.

    Raises:
        ContractError: a path that is none.
    """
    found: list[Step] = []
    at = 0
    while at < len(text):
        step = _STEP.match(text, at)
        if step is None:
            raise ContractError(f"{where}: {text}: expected elements joined by dots")
        brackets = _BRACKET.findall(step[2])
        place = int(brackets[0]) if brackets and brackets[0].isdigit() else None
        conditions_written = [b for b in brackets if b and not b.isdigit()]
        conditions = tuple(_condition(bracket, where) for bracket in conditions_written)
        found.append(Step(step[1], bool(brackets), place, conditions))
        at = step.end()
    if not found or text.endswith("."):
        raise ContractError(f"{where}: expected a path of elements")
    return tuple(found)


def _condition(text: str, where: str) -> Condition:
    found = _CONDITION.fullmatch(text)
    if found is None:
        raise ContractError(f"{where}: [{text}]: expected a place, or element=value")
    return Condition(parse_steps(found[1], where), found[2], found[3])


@dataclass
class Shape:
    """What is read of a JSON object: its elements by name; a value without elements is a text.

    Attributes:
        is_array: whether it comes as an array of such.
        elements: shapes by name; none for a value.
    """

    is_array: bool = False
    elements: dict[str, Shape] = field(default_factory=dict)

    def add(self, path: tuple[Step, ...], where: str) -> Shape:
        """Read what a path leads to, and the conditions on the path; returns the shape at its end.

        Raises:
            ContractError: two paths take an element for an array, and for none.
        """
        shape = self
        for step in path:
            known = shape.elements.setdefault(step.name, Shape(is_array=step.is_array))
            if known.is_array != step.is_array:
                raise ContractError(
                    f"{where}: {step.name}: expected an array everywhere, or nowhere"
                )
            shape = known
            for condition in step.conditions:
                shape.add(condition.path, where)
        return shape

    def names(self) -> frozenset[str]:
        """The names of its elements, and of theirs."""
        return frozenset(self.elements).union(*(shape.names() for shape in self.elements.values()))

    def narrowed_to(self, names: frozenset[str]) -> Shape:
        """The shape without the elements of other names, but for one where none would be left: a struct needs one."""
        kept = [name for name in self.elements if name in names] or list(self.elements)[:1]
        return Shape(self.is_array, {name: self.elements[name].narrowed_to(names) for name in kept})

    @property
    def data_type(self) -> pl.DataType:
        """The Polars type: text, struct, or list of these."""
        inner: pl.DataType = pl.String()
        if self.elements:
            inner = pl.Struct({name: shape.data_type for name, shape in self.elements.items()})
        return pl.List(inner) if self.is_array else inner

    def type_mismatch(self, value: object, place: str) -> str | None:
        """The first element that is of another kind than a path takes it for, or None."""
        if value is None:
            return None
        if self.is_array:
            if not isinstance(value, list):
                return f"{place}: expected an array"
            single = Shape(elements=self.elements)
            return next(filter(None, (single.type_mismatch(item, place) for item in value)), None)
        if not self.elements:
            is_value = isinstance(value, str | bool | int | float)
            return None if is_value else f"{place}: expected a value"
        if not isinstance(value, dict):
            return f"{place}: expected an object"
        return next(
            filter(
                None,
                (
                    shape.type_mismatch(value.get(name), f"{place}.{name}")
                    for name, shape in self.elements.items()
                ),
            ),
            None,
        )
