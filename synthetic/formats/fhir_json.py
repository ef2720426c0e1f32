"""JSON of FHIR (R4 2.6.2) as Polars expressions of text: what has no value is left out, never null, never empty.

Must not be here: resource types, columns of senders.
"""

from __future__ import annotations

import json

import polars as pl

# JSON allows no control character in a text, and FHIR but three.
UNSPEAKABLE = r"[\x00-\x1f\x7f]"


def text(value: pl.Expr) -> pl.Expr:
    """A text, of which a value without control characters is meant."""
    escaped = value.str.replace_all("\\", "\\\\", literal=True)
    return '"' + escaped.str.replace_all('"', '\\"', literal=True) + '"'


def const(value: str | bool) -> pl.Expr:
    """The same value in every row."""
    return pl.lit(json.dumps(value))


def given(of: pl.Expr, json_text: pl.Expr) -> pl.Expr:
    """Something where `of` has a value: for what holds constants beside it."""
    return pl.when(of.is_not_null()).then(json_text)


def obj(**elements: pl.Expr) -> pl.Expr:
    """An object of those elements that have a value; nothing where none has. A name may end in `_`, as Python's own words."""
    pairs = [pl.lit(f'"{name.rstrip("_")}":') + value for name, value in elements.items()]
    return _enclosed("{", pairs, "}")


def arr(*items: pl.Expr) -> pl.Expr:
    """An array of those items that have a value; nothing where none has."""
    return _enclosed("[", list(items), "]")


def _enclosed(begin: str, parts: list[pl.Expr], end: str) -> pl.Expr:
    if len(parts) == 1:
        return begin + parts[0] + end
    inner = pl.concat_str(parts, separator=",", ignore_nulls=True)
    return pl.when(pl.any_horizontal(part.is_not_null() for part in parts)).then(
        begin + inner + end
    )


def coding(system: str | None, code: pl.Expr) -> pl.Expr:
    """A Coding of a code that is a text, where there is one."""
    if system is None:
        return obj(code=text(code))
    return given(code, obj(system=const(system), code=text(code)))


def concept(*codings: pl.Expr) -> pl.Expr:
    """A CodeableConcept of those codings that have a value."""
    return obj(coding=arr(*codings))


def reference(kind: str, id_: pl.Expr) -> pl.Expr:
    """A Reference to a resource by its id, where there is one."""
    return obj(reference=text(kind + "/" + id_))
