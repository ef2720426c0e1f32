"""JSON of FHIR (R4 2.6.2) as Polars expressions of text: what has no value is left out, never null, never empty.

Whether an element is there is asked of columns, never of the text that it becomes: each text is made once.
Must not be here: resource types, columns of senders.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import polars as pl

# JSON allows no control character in a text, and FHIR but three.
UNSPEAKABLE = r"[\x00-\x1f\x7f]"


@dataclass(frozen=True)
class Json:
    """A value of JSON, row by row.

    Attributes:
        parts: texts that make it one after another, the same in every row or not.
        is_there: whether the row has it; None where every row has.
    """

    parts: tuple[str | pl.Expr, ...]
    is_there: pl.Expr | None = None

    def text(self) -> pl.Expr:
        """The value as text; nothing where it is not there."""
        whole = _joined(self.parts)
        return whole if self.is_there is None else pl.when(self.is_there).then(whole)


def _joined(parts: tuple[str | pl.Expr, ...]) -> pl.Expr:
    merged: list[str | pl.Expr] = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        else:
            merged.append(part)
    return pl.concat_str(pl.lit(part) if isinstance(part, str) else part for part in merged)


def raw(value: pl.Expr) -> Json:
    """A value that is JSON already, as numbers are."""
    return Json((value,), value.is_not_null())


def text(value: pl.Expr) -> Json:
    """A text, of which a value without control characters is meant."""
    escaped = value.str.replace_all("\\", "\\\\", literal=True)
    return Json(('"', escaped.str.replace_all('"', '\\"', literal=True), '"'), value.is_not_null())


def const(value: str) -> Json:
    """The same text in every row."""
    return Json((json.dumps(value),))


def given(of: pl.Expr, value: Json) -> Json:
    """A value where `of` has one: for what holds constants beside it."""
    return Json(value.parts, of.is_not_null())


def obj(**elements: Json) -> Json:
    """An object of those elements that are there; none where none is. A name may end in `_`, as Python's own words."""
    named = [
        Json((f'"{name.rstrip("_")}":', *value.parts), value.is_there)
        for name, value in elements.items()
    ]
    return _enclosed("{", named, "}")


def arr(*items: Json) -> Json:
    """An array of those items that are there; none where none is."""
    return _enclosed("[", list(items), "]")


def _enclosed(begin: str, items: list[Json], end: str) -> Json:
    first, *rest = items
    if not rest:
        return Json((begin, *first.parts, end), first.is_there)
    if first.is_there is None:
        parts: list[str | pl.Expr] = [begin, *first.parts]
        for item in rest:
            following = (",", *item.parts)
            if item.is_there is None:
                parts += following
            else:
                parts.append(pl.when(item.is_there).then(_joined(following)).otherwise(pl.lit("")))
        return Json((*parts, end))
    inner = pl.concat_str([item.text() for item in items], separator=",", ignore_nulls=True)
    if any(item.is_there is None for item in rest):
        return Json((begin, inner, end))
    return Json((begin, inner, end), pl.any_horizontal(item.is_there for item in items))


def coding(system: str | pl.Expr | None, code: pl.Expr) -> Json:
    """A Coding of a code that is a text, where there is one; its system may be missing."""
    if system is None:
        return obj(code=text(code))
    named = const(system) if isinstance(system, str) else text(system)
    return given(code, obj(system=named, code=text(code)))


def concept(*codings: Json) -> Json:
    """A CodeableConcept of those codings that are there."""
    return obj(coding=arr(*codings))


def reference(kind: str, id_: pl.Expr) -> Json:
    """A Reference to a resource by its id, where there is one."""
    return given(id_, obj(reference=Json((f'"{kind}/', id_, '"'))))
