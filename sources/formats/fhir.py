"""FHIR R4 resources (hl7.org/fhir/R4; bulk NDJSON, single resources, Bundles) into typed rows and rejects of many tables.

What must not be here: any one sender or resource type. The contract says which resources and elements are records and where
their values stand (fhir_paths); a file is cut into resources block by block (fhir_resources); those of one type are decoded
together by the schema that the contract's paths make, and the contract judges the texts as it judges a CSV. A resource that
is set aside before is an empty row there, which never passes, so that the numbers stand.

A row's number is the ordinal of its record among those of its table in the file. Elements are read of accepted resources
only. A reject keeps what the contract's columns would have kept, and of JSON that cannot be read the type and the id alone:
a resource may carry the text of notes, which is never stored.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from sources.casts import SOURCE_ROW, empty_rows, judgement
from sources.contract import Table
from sources.formats.fhir_kinds import Plans, plans_of
from sources.formats.fhir_paths import ANY_TYPE, ROW, Shape, Step
from sources.formats.fhir_resources import BAD_JSON, Problem, resources
from sources.formats.result import ReadTable, Reject, RejectFile, TypedFiles, read_back

_TYPE = "resourceType"
_FIRST = r'^\s*\{\s*"resourceType"\s*:\s*"([A-Za-z]{1,64})"\s*[,}]'
_BEGINNING = re.compile(r'\{ ?"resourceType": ?"([A-Za-z]{1,64})"[,}]')
_SAID = re.compile(r'"resourceType"\s*:\s*"([A-Za-z]{1,64})"')
_SAID_ID = re.compile(r'"id"\s*:\s*"([A-Za-z0-9.\-]{1,64})"')
_WORD = re.compile(r"[A-Za-z]{1,64}")
# The decoder holds all that it read, as objects: few enough of them stay in the processor's cache.
_DECODED_AT_ONCE = 500
# To plan a step takes longer than to decode a hundred.
_PLANNED_AT_ONCE = 16
_NO_TYPE = Problem("no_resource_type", "resourceType: expected the type of a resource")


def read_fhir(
    path: Path,
    tables: Mapping[str, Table],
    zone: str,
    batch_id: str,
    out: Path,
    first_rows: Mapping[str, int],
) -> dict[str, ReadTable]:
    """Read one file of FHIR resources into Parquet files of typed rows and of rejects, for each table that it fills.

    Args:
        path: the plain (unpacked) file.
        tables: the contract's tables with a `record`; one of them is of every type without a table.
        zone: the agency's zone, for moments without an offset.
        batch_id: lineage.
        out: typed rows go to `<out>-<table>.<n>.parquet`, rejects to `<out>-<table>.rejects.parquet`.
        first_rows: by table, number of the first record (above 1 for the second file of an archive).

    Raises:
        FileRefusedError: empty_file, bad_encoding, not_fhir, record_too_long.
    """
    return _Reading(plans_of(tables), zone, batch_id, out, first_rows).run(path)


class _Reading:
    """One file on its way, block by block."""

    def __init__(
        self,
        plans: dict[str, Plans],
        zone: str,
        batch_id: str,
        out: Path,
        first_rows: Mapping[str, int],
    ) -> None:
        self.plans, self.zone, self.batch_id, self.out = plans, zone, batch_id, out
        self.first_rows = first_rows
        self.filled: dict[str, _Filled] = {}

    def run(self, path: Path) -> dict[str, ReadTable]:
        """Read the file."""
        for block in resources(path):
            texts = pl.Series(block.texts, dtype=pl.String())
            only = None if block.problems else _only_type(texts)
            if only is not None:
                self._read(self.plans.get(only, self.plans[ANY_TYPE]), texts, {})
                continue
            types, problems = _types(texts, block.problems)
            known = types.replace_strict(
                {kind: kind for kind in self.plans}, default=ANY_TYPE, return_dtype=pl.String()
            )
            for kind in known.unique(maintain_order=True):
                places = (known == kind).arg_true()
                found = (
                    {n: problems[place] for n, place in enumerate(places) if place in problems}
                    if problems
                    else {}
                )
                self._read(self.plans[kind], texts.gather(places), found)
        if not self.filled:
            whole = self.plans[ANY_TYPE].whole
            self._filled(whole.name, whole.table)
        return {name: filled.finish() for name, filled in self.filled.items()}

    def _filled(self, name: str, table: Table) -> _Filled:
        if name not in self.filled:
            out = self.out.with_name(f"{self.out.name}-{name}")
            first_row = self.first_rows[name]
            self.filled[name] = _Filled(table, out, self.zone, self.batch_id, first_row)
        return self.filled[name]

    def _read(self, plans: Plans, texts: pl.Series, problems: dict[int, Problem]) -> None:
        """Resources of one type, and the elements of those that pass."""
        kind = plans.kind(texts)
        decoded, found = decode(texts, kind.shape, problems)
        filled = self._filled(kind.whole.name, kind.whole.table)
        first = filled.next_row
        passed = filled.add(
            decoded.select(kind.whole.columns),
            {place: (problem, _said(texts[place])) for place, problem in found.items()},
        )
        if not kind.elements:
            return
        numbered = decoded.with_row_index(ROW, offset=first)
        if len(passed) < decoded.height:
            numbered = numbered.filter(pl.col(ROW).is_in(passed.implode()))
        there = {column.name for column in decoded if column.null_count() < decoded.height}
        for part in kind.elements:
            ways = [
                _elements(numbered, way).select(pl.col(ROW), *part.columns)
                for way in part.ways
                if way[0].name in there
            ]
            if not ways:
                continue
            elements = pl.concat(ways).sort(ROW, maintain_order=True)
            if part.position is not None:
                place = pl.int_range(1, pl.len() + 1).over(ROW).cast(pl.String())
                elements = elements.with_columns(place.alias(part.position))
            if elements.height:
                self._filled(part.name, part.table).add(elements.drop(ROW), {})


class _Filled:
    """A table that the file fills."""

    def __init__(self, table: Table, out: Path, zone: str, batch_id: str, first_row: int) -> None:
        self.table, self.zone, self.batch_id = table, zone, batch_id
        self.first_row = self.next_row = first_row
        self.typed = TypedFiles(out)
        self.typed.add(empty_rows(table))
        self.rejects = RejectFile(out.with_name(f"{out.name}.rejects.parquet"), batch_id)

    def add(self, texts: pl.DataFrame, problems: dict[int, tuple[Problem, bytes]]) -> pl.Series:
        """The next records, with what sets some of them aside already; returns the numbers of those that pass."""
        first = self.next_row
        self.next_row += texts.height
        if problems:
            is_whole = pl.Series([True]).new_from_index(0, texts.height)
            is_whole = is_whole.scatter(list(problems), False)
            texts = texts.with_columns(pl.when(is_whole).then(pl.all()))
        records = texts.with_row_index(SOURCE_ROW, offset=first)
        judged = judgement(self.table, frozenset(texts.columns), self.zone)
        accepted, rejected = judged.sort(records, self.batch_id)
        self.typed.add(accepted)
        if rejected is not None:
            kept = rejected.select(pl.struct(judged.texts).struct.json_encode()).to_series()
            rows = zip(rejected[SOURCE_ROW], rejected["check"], kept, strict=True)
            for row, place, line in rows:
                if row - first in problems:
                    problem, said = problems[row - first]
                    self.rejects.add(Reject(row, problem.reason_code, None, problem.detail, said))
                    continue
                check = judged.checks[place]
                told = (check.reason_code, check.column, check.detail, line.encode())
                self.rejects.add(Reject(row, *told))
        return accepted[SOURCE_ROW].cast(pl.UInt32())

    def finish(self) -> ReadTable:
        """Write what is left, and account for every record."""
        rejected = self.rejects.finish()
        rows_in = self.next_row - self.first_row
        return read_back(self.typed.finish(), self.rejects.path, rows_in, rejected)


def _only_type(texts: pl.Series) -> str | None:
    """The type that all records say, where they all begin with it in one writing; nearly every file is so."""
    found = _BEGINNING.match(texts[0]) if len(texts) else None
    return found[1] if found and texts.str.starts_with(found[0]).all() else None


def _types(texts: pl.Series, problems: dict[int, Problem]) -> tuple[pl.Series, dict[int, Problem]]:
    """The type of each record, as far as it says one, and the problems of those without."""
    types = texts.str.extract(_FIRST, 1)
    rest = types.is_null()
    if not rest.any():
        return types, problems
    places = rest.arg_true()
    shape = Shape(elements={_TYPE: Shape()})
    known = {n: problems[place] for n, place in enumerate(places) if place in problems}
    decoded, found = decode(texts.gather(places), shape, known)
    said = decoded[_TYPE].to_list()
    for n, kind in enumerate(said):
        if n in found:
            # what cannot be read may still say what it would have been
            told = _SAID.search(texts[places[n]])
            said[n] = told[1] if told else None
        elif not (kind and _WORD.fullmatch(kind)):
            found[n] = _NO_TYPE
    problems = problems | {places[n]: problem for n, problem in found.items()}
    return types.clone().scatter(places, said), problems


def decode(
    texts: pl.Series, shape: Shape, problems: dict[int, Problem]
) -> tuple[pl.DataFrame, dict[int, Problem]]:
    """What a shape reads of JSON objects, and the problems of those that are none or are of another shape.

    Args:
        texts: one JSON object each.
        shape: what to read; its elements are the columns.
        problems: records that are not to be read.

    Returns:
        A row for each text, empty where there is a problem; the problems given and found.
    """
    if problems:
        texts = texts.clone().scatter(list(problems), "{}")
    decoded = _decoded(texts, shape)
    if decoded is None:
        # One of them is broken: each is looked at by itself, and what is left is decoded again.
        found = {place: told for place, text in enumerate(texts) if (told := _problem(text, shape))}
        problems = problems | found
        texts = texts.clone().scatter(list(found), "{}") if found else texts
        decoded = _decoded(texts, shape)
    if decoded is None:
        found = {n: BAD_JSON for n, text in enumerate(texts) if _decoded([text], shape) is None}
        problems = problems | found
        decoded = _decoded(texts.clone().scatter(list(found), "{}"), shape)
    assert decoded is not None
    return decoded, problems


def _decoded(texts: pl.Series | list[str], shape: Shape) -> pl.DataFrame | None:
    series, data_type = pl.Series("", texts, dtype=pl.String()), shape.data_type
    parts = [
        series.slice(start, _DECODED_AT_ONCE).alias(str(start))
        for start in range(0, len(series) or 1, _DECODED_AT_ONCE)
    ]
    # the last one may be shorter, and goes apart
    groups = [
        parts[n : min(n + _PLANNED_AT_ONCE, len(parts) - 1)]
        for n in range(0, len(parts) - 1, _PLANNED_AT_ONCE)
    ]
    found: list[pl.Series] = []
    for group in (*groups, parts[-1:]):
        try:
            read = pl.DataFrame(group).select(pl.all().str.json_decode(data_type))
        except (pl.exceptions.ComputeError, pl.exceptions.ShapeError):
            return None
        # the decoder reads the texts as one array: one that is no object may make two, or one with its neighbor
        if read.height != len(group[0]):
            return None
        found.extend(read.get_columns())
    return pl.concat([part.alias("") for part in found], rechunk=True).struct.unnest()


def _problem(text: str, shape: Shape) -> Problem | None:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return BAD_JSON
    if not isinstance(content, dict):
        return BAD_JSON
    said = content.get(_TYPE)
    # the detail names elements alone: what stands where a type belongs may be anything
    place = said if isinstance(said, str) and _WORD.fullmatch(said) else "resource"
    misfit = shape.misfit(content, place)
    return Problem("bad_json_type", misfit) if misfit else None


def _said(text: str) -> bytes:
    """What the reject ledger may keep of a record that cannot be read: its type and id, as far as it says them."""
    found = {
        name: said[1]
        for name, said in ((_TYPE, _SAID.search(text)), ("id", _SAID_ID.search(text)))
        if said
    }
    return json.dumps(found).encode()


def _elements(resources_read: pl.DataFrame, way: tuple[Step, ...]) -> pl.DataFrame:
    """The elements that a way leads to, each a row beside its resource; those that a condition leaves out are not there."""
    found = resources_read.with_columns(pl.col(way[0].name).alias("element"))
    for number, step in enumerate(way):
        if number:
            found = found.with_columns(pl.col("element").struct.field(step.name).alias("element"))
        if step.is_array:
            found = found.filter(pl.col("element").list.len() > 0).explode("element")
        found = found.filter(pl.col("element").is_not_null())
        for condition in step.conditions:
            found = found.filter(condition.holds(pl.col("element")))
    return found
