"""Parses the paths in a FHIR contract and evaluates them: a decoding schema and column expressions.

Must not be here: any resource type, any sender, bytes. The syntax is a small subset of FHIRPath
(hl7.org/fhirpath), chosen so that Polars can evaluate every path on whole columns.

- `period.start`: nested elements, by their JSON names (`valueQuantity`, not `value[x]`).
- `name[0]`: the first item of an array. Arrays are always written with brackets; an element
  without brackets is not an array.
- `name[use=official]`: the first item whose element `use` has this value. `!=` means another or
  no value, `~` contains the text. All conditions must hold. `name[period.end=]`: the first item
  without that element.
- `a | b`: the first path with a value.
- `….local(Patient)`: the id in a reference such as `Patient/1`, `http://…/Patient/1/_history/2`
  or `urn:uuid:…`; with a type in parentheses, only references to that type. `….kind()`: the type
  in the reference. `….conditional()`: the identifier value in `Patient?identifier=system|value`.
  A reference to a contained resource (`#x`) has no id; read `contained[…]` instead.
- `….number()`: the value if it is a plain number, else null. It is the only way to read text that
  may be a note. `….exists()`: true if the element is present, else null.
- `….count()`: the number of items of an array. `….joined()`: its values, separated by blanks.
- `/id`: evaluated from the resource, where the record is an element of it. `row()`: the
  resource's record number. `position()`: the element's position. `element()`: the names on the
  element's path, such as `type` for `type[].coding[]`. `parent()`: the position of the item in
  the first array on that path.

A table's `record` is a resource type (`Patient`), `*` (every type without a table), or elements:
`Patient.identifier[]` makes each item of the array a record, a condition in the brackets selects
items, and `a[] | b[]` combines two arrays. They may belong to several resource types; a table of
elements is then filled from all of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import reduce

import polars as pl

from sources.contract import ContractError

ROW = "row()"
POSITION = "position()"
ELEMENT = "element()"
PARENT = "parent()"
ANY_TYPE = "*"
_STEP = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)((?:\[(?:[^\[\]]|\[[0-9]+\])*\])*)(?:\.|$)")
_BRACKET = re.compile(r"\[((?:[^\[\]]|\[[0-9]+\])*)\]")
_CONDITION = re.compile(r"([A-Za-z0-9_.\[\]]+?)(!=|=|~)(.*)")
_FUNCTION = re.compile(
    r"^(.*)\.(local|kind|conditional|number|exists|count|joined)\(([A-Za-z]*)\)$"
)
_ID = r"([A-Za-z0-9.\-]{1,64})"
_OF_ARRAYS = ("exists", "count", "joined")
_NUMBER = r"^\s*[+-]?[0-9]{1,14}(?:\.[0-9]+)?\s*$"


@dataclass(frozen=True)
class Condition:
    """A condition on an item of an array."""

    path: tuple[Step, ...]
    operator: str
    value: str

    def matches(self, element: pl.Expr) -> pl.Expr:
        """Whether an item (a struct) meets the condition; null differs from every value."""
        found = walk(element, self.path)
        if self.operator == "~":
            return found.str.contains(self.value, literal=True).fill_null(value=False)
        value = pl.lit(self.value or None, pl.String)
        return found.eq_missing(value) if self.operator == "=" else found.ne_missing(value)


@dataclass(frozen=True)
class Step:
    """One element of a path.

    Attributes:
        is_array: the path has brackets after the name.
        index: the index in the brackets, or None.
        conditions: the conditions in the brackets.
    """

    name: str
    is_array: bool = False
    index: int | None = None
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class ValuePath:
    """A path to a value; `function` is applied to the value at its end."""

    steps: tuple[Step, ...]
    is_from_resource: bool = False
    function: str = ""
    argument: str = ""

    def value(self, element: pl.Expr | None) -> pl.Expr:
        """The value as text; `element` is None to read from the resource's columns."""
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
            case "exists":
                return pl.when(text.is_not_null()).then(pl.lit("true"))
            case "count":
                return text.list.len().cast(pl.String())
            case "joined":
                return text.list.join(" ")
        return text


def _local(texts: pl.Series, kind: str) -> pl.Series:
    """The ids in references.

    Most files write all of them like `Patient/1`, which needs no regular expression per value.
    """
    if texts.str.contains(rf"^{kind}/[A-Za-z0-9.\-]*$").all():
        return texts.str.slice(len(kind) + 1)
    pattern = (
        rf"^(?:urn:(?:uuid|oid):|(?:[^?#]*/)?{kind or '[A-Z][A-Za-z]+'}/){_ID}(?:/_history/[^/]*)?$"
    )
    return texts.str.extract(pattern, 1)


def walk(element: pl.Expr | None, steps: tuple[Step, ...]) -> pl.Expr:
    """The expression at the end of the steps."""
    return reduce(_step, steps, element)  # type: ignore[arg-type, return-value]


def _step(element: pl.Expr | None, step: Step) -> pl.Expr:
    found = pl.col(step.name) if element is None else element.struct.field(step.name)
    if step.index is not None:
        return found.list.get(step.index, null_on_oob=True)
    if step.conditions:
        are_met = [condition.matches(pl.element()) for condition in step.conditions]
        return found.list.filter(reduce(pl.Expr.and_, are_met)).list.get(0, null_on_oob=True)
    return found


def value_paths(text: str, location: str) -> tuple[ValuePath, ...]:
    """The paths in an `at`, in order of preference.

    Raises:
        ContractError: an invalid path.
    """
    return tuple(_path(part.strip(), location) for part in text.split(" | "))


def _path(text: str, location: str) -> ValuePath:
    function = _FUNCTION.match(text)
    text, name, argument = (function[1], function[2], function[3]) if function else (text, "", "")
    is_from_resource = text.startswith("/")
    found = parse_steps(text.removeprefix("/"), location)
    is_of_array = name in _OF_ARRAYS
    single = found[:-1] if is_of_array else found
    if any(step.is_array and step.index is None and not step.conditions for step in single):
        raise ContractError(f"{location}: {text}: expected one item of an array, not all")
    return ValuePath(found, is_from_resource, name, argument)


def parse_steps(text: str, location: str) -> tuple[Step, ...]:
    """The elements of a path.

    Raises:
        ContractError: an invalid path.
    """
    found: list[Step] = []
    at = 0
    while at < len(text):
        step = _STEP.match(text, at)
        if step is None:
            raise ContractError(f"{location}: {text}: expected elements joined by dots")
        brackets = _BRACKET.findall(step[2])
        index = int(brackets[0]) if brackets and brackets[0].isdigit() else None
        in_brackets = [b for b in brackets if b and not b.isdigit()]
        conditions = tuple(_condition(bracket, location) for bracket in in_brackets)
        found.append(Step(step[1], bool(brackets), index, conditions))
        at = step.end()
    if not found or text.endswith("."):
        raise ContractError(f"{location}: expected a path of elements")
    return tuple(found)


def _condition(text: str, location: str) -> Condition:
    found = _CONDITION.fullmatch(text)
    if found is None:
        raise ContractError(f"{location}: [{text}]: expected an index or element=value")
    return Condition(parse_steps(found[1], location), found[2], found[3])


@dataclass
class Shape:
    """The part of a JSON object that is read: its elements by name; a leaf is text.

    Attributes:
        is_array: the value is an array of this shape.
        elements: shapes by name; empty for a leaf.
    """

    is_array: bool = False
    elements: dict[str, Shape] = field(default_factory=dict)

    def add(self, path: tuple[Step, ...], location: str) -> Shape:
        """Add a path and its conditions; returns the shape at the end of the path.

        Raises:
            ContractError: one path treats an element as an array, another one does not.
        """
        shape = self
        for step in path:
            known = shape.elements.setdefault(step.name, Shape(is_array=step.is_array))
            if known.is_array != step.is_array:
                raise ContractError(
                    f"{location}: {step.name}: expected an array in all paths or in none"
                )
            shape = known
            for condition in step.conditions:
                shape.add(condition.path, location)
        return shape

    def names(self) -> frozenset[str]:
        """All element names, at every depth."""
        return frozenset(self.elements).union(*(shape.names() for shape in self.elements.values()))

    def narrowed_to(self, names: frozenset[str]) -> Shape:
        """The shape limited to these names, with at least one element: a struct needs one."""
        kept = [name for name in self.elements if name in names] or list(self.elements)[:1]
        return Shape(self.is_array, {name: self.elements[name].narrowed_to(names) for name in kept})

    @property
    def data_type(self) -> pl.DataType:
        """The Polars type: String, Struct, or List of these."""
        inner: pl.DataType = pl.String()
        if self.elements:
            inner = pl.Struct({name: shape.data_type for name, shape in self.elements.items()})
        return pl.List(inner) if self.is_array else inner

    def type_mismatch(self, value: object, location: str) -> str | None:
        """The first element whose JSON type differs from what the paths expect, or None."""
        if value is None:
            return None
        if self.is_array:
            if not isinstance(value, list):
                return f"{location}: expected an array"
            single = Shape(elements=self.elements)
            return next(
                filter(None, (single.type_mismatch(item, location) for item in value)), None
            )
        if not self.elements:
            is_value = isinstance(value, str | bool | int | float)
            return None if is_value else f"{location}: expected a value"
        if not isinstance(value, dict):
            return f"{location}: expected an object"
        return next(
            filter(
                None,
                (
                    shape.type_mismatch(value.get(name), f"{location}.{name}")
                    for name, shape in self.elements.items()
                ),
            ),
            None,
        )
