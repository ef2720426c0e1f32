"""FHIR JSON (R4 2.6.2) as Polars text expressions: an element without a value is omitted, never null or empty.

The presence of an element is computed from columns and not from its text, so that each text is built once.
Must not be here: resource types, columns of senders.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import polars as pl

# JSON strings cannot contain control characters; FHIR allows three of them, escaped.
UNSUPPORTED_CHARACTERS = r"[\x00-\x1f\x7f]"


@dataclass(frozen=True)
class Json:
    """A JSON value per row.

    Attributes:
        parts: Texts to concatenate: constants and expressions.
        is_there: Whether the row has the value; None if every row has it.
    """

    parts: tuple[str | pl.Expr, ...]
    is_there: pl.Expr | None = None

    def text(self) -> pl.Expr:
        """The value as text; null if the row has none."""
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
    """A value that already is JSON, such as a number."""
    return Json((value,), value.is_not_null())


def text(value: pl.Expr) -> Json:
    """A JSON string from a text without control characters."""
    escaped = value.str.replace_all("\\", "\\\\", literal=True)
    return Json(('"', escaped.str.replace_all('"', '\\"', literal=True), '"'), value.is_not_null())


def const(value: str) -> Json:
    """A constant string."""
    return Json((json.dumps(value),))


def given(of: pl.Expr, value: Json) -> Json:
    """A value that is present only if `of` is not null; for objects with constant elements."""
    return Json(value.parts, of.is_not_null())


def obj(**elements: Json) -> Json:
    """An object of the present elements, absent if there are none. A trailing `_` in a name avoids Python keywords."""
    named = [
        Json((f'"{name.rstrip("_")}":', *value.parts), value.is_there)
        for name, value in elements.items()
    ]
    return _enclosed("{", named, "}")


def arr(*items: Json) -> Json:
    """An array of the present items, absent if there are none."""
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
    """A Coding of a non-null code; the system is optional."""
    if system is None:
        return obj(code=text(code))
    named = const(system) if isinstance(system, str) else text(system)
    return given(code, obj(system=named, code=text(code)))


def concept(*codings: Json) -> Json:
    """A CodeableConcept of the present codings."""
    return obj(coding=arr(*codings))


def reference(kind: str, id_: pl.Expr) -> Json:
    """A Reference to a resource by a non-null id."""
    return given(id_, obj(reference=Json((f'"{kind}/', id_, '"'))))
