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

from sources.casts import SOURCE_ROW, build_validator, empty_rows
from sources.contract import Table
from sources.formats.fhir_paths import ANY_TYPE, ROW, Shape, Step
from sources.formats.fhir_plans import ResourcePlan, resource_plans
from sources.formats.fhir_resources import BAD_JSON, Problem, resources
from sources.formats.result import ReadTable, Reject, RejectFile, TypedFiles, account_for_records

_TYPE = "resourceType"
_TYPE_FIRST = r'^\s*\{\s*"resourceType"\s*:\s*"([A-Za-z]{1,64})"\s*[,}]'
_TYPE_FIRST_BYTES = re.compile(r'\{ ?"resourceType": ?"([A-Za-z]{1,64})"[,}]')
_TYPE_ANYWHERE = re.compile(r'"resourceType"\s*:\s*"([A-Za-z]{1,64})"')
_ID_ANYWHERE = re.compile(r'"id"\s*:\s*"([A-Za-z0-9.\-]{1,64})"')
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
    return _FileReader(resource_plans(tables), zone, batch_id, out, first_rows).run(path)


class _FileReader:
    """One file on its path, block by block."""

    def __init__(
        self,
        plans: dict[str, ResourcePlan],
        zone: str,
        batch_id: str,
        out: Path,
        first_rows: Mapping[str, int],
    ) -> None:
        self.plans, self.zone, self.batch_id, self.out = plans, zone, batch_id, out
        self.first_rows = first_rows
        self.outputs: dict[str, _TableOutput] = {}

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
        if not self.outputs:
            whole = self.plans[ANY_TYPE].whole
            self._output(whole.name, whole.table)
        return {name: output.finish() for name, output in self.outputs.items()}

    def _output(self, name: str, table: Table) -> _TableOutput:
        if name not in self.outputs:
            out = self.out.with_name(f"{self.out.name}-{name}")
            first_row = self.first_rows[name]
            self.outputs[name] = _TableOutput(table, out, self.zone, self.batch_id, first_row)
        return self.outputs[name]

    def _read(self, plan: ResourcePlan, texts: pl.Series, problems: dict[int, Problem]) -> None:
        """Resources of one type, and the elements of those that pass."""
        reader = plan.reader(texts)
        decoded, found = decode(texts, reader.shape, problems)
        output = self._output(reader.whole.name, reader.whole.table)
        first = output.next_row
        passed = output.add(
            decoded.select(reader.whole.columns),
            {place: (problem, _type_and_id(texts[place])) for place, problem in found.items()},
        )
        if not reader.elements:
            return
        numbered = decoded.with_row_index(ROW, offset=first)
        if len(passed) < decoded.height:
            numbered = numbered.filter(pl.col(ROW).is_in(passed.implode()))
        there = {column.name for column in decoded if column.null_count() < decoded.height}
        for table in reader.elements:
            found_elements = [
                _explode(numbered, path).select(pl.col(ROW), *table.columns)
                for path in table.element_paths
                if path[0].name in there
            ]
            if not found_elements:
                continue
            elements = pl.concat(found_elements).sort(ROW, maintain_order=True)
            if table.position is not None:
                place = pl.int_range(1, pl.len() + 1).over(ROW).cast(pl.String())
                elements = elements.with_columns(place.alias(table.position))
            if elements.height:
                self._output(table.name, table.table).add(elements.drop(ROW), {})


class _TableOutput:
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
        validator = build_validator(self.table, frozenset(texts.columns), self.zone)
        accepted, rejected = validator.partition(records, self.batch_id)
        self.typed.add(accepted)
        if rejected is not None:
            kept = rejected.select(pl.struct(validator.texts).struct.json_encode()).to_series()
            rows = zip(rejected[SOURCE_ROW], rejected["check"], kept, strict=True)
            for row, place, line in rows:
                if row - first in problems:
                    problem, kept_line = problems[row - first]
                    self.rejects.add(
                        Reject(row, problem.reason_code, None, problem.detail, kept_line)
                    )
                    continue
                check = validator.checks[place]
                reject = Reject(row, check.reason_code, check.column, check.detail, line.encode())
                self.rejects.add(reject)
        return accepted[SOURCE_ROW].cast(pl.UInt32())

    def finish(self) -> ReadTable:
        """Write what is left, and account for every record."""
        rejected = self.rejects.finish()
        rows_in = self.next_row - self.first_row
        return account_for_records(self.typed.finish(), self.rejects.path, rows_in, rejected)


def _only_type(texts: pl.Series) -> str | None:
    """The type that all records say, where they all begin with it in one writing; nearly every file is so."""
    found = _TYPE_FIRST_BYTES.match(texts[0]) if len(texts) else None
    return found[1] if found and texts.str.starts_with(found[0]).all() else None


def _types(texts: pl.Series, problems: dict[int, Problem]) -> tuple[pl.Series, dict[int, Problem]]:
    """The type of each record, as far as it says one, and the problems of those without."""
    types = texts.str.extract(_TYPE_FIRST, 1)
    rest = types.is_null()
    if not rest.any():
        return types, problems
    places = rest.arg_true()
    shape = Shape(elements={_TYPE: Shape()})
    known = {n: problems[place] for n, place in enumerate(places) if place in problems}
    decoded, found = decode(texts.gather(places), shape, known)
    types_found = decoded[_TYPE].to_list()
    for n, kind in enumerate(types_found):
        if n in found:
            # what cannot be read may still say what it would have been
            written = _TYPE_ANYWHERE.search(texts[places[n]])
            types_found[n] = written[1] if written else None
        elif not (kind and _WORD.fullmatch(kind)):
            found[n] = _NO_TYPE
    problems = problems | {places[n]: problem for n, problem in found.items()}
    return types.clone().scatter(places, types_found), problems


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
        found = {
            place: found_problem
            for place, text in enumerate(texts)
            if (found_problem := _problem(text, shape))
        }
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
    mismatch = shape.type_mismatch(content, place)
    return Problem("bad_json_type", mismatch) if mismatch else None


def _type_and_id(text: str) -> bytes:
    """What the reject ledger may keep of a record that cannot be read: its type and id, as far as it says them."""
    found = {
        name: said[1]
        for name, said in ((_TYPE, _TYPE_ANYWHERE.search(text)), ("id", _ID_ANYWHERE.search(text)))
        if said
    }
    return json.dumps(found).encode()


def _explode(resources_read: pl.DataFrame, path: tuple[Step, ...]) -> pl.DataFrame:
    """The elements that a path leads to, each a row beside its resource; those that a condition leaves out are not there."""
    found = resources_read.with_columns(pl.col(path[0].name).alias("element"))
    for number, step in enumerate(path):
        if number:
            found = found.with_columns(pl.col("element").struct.field(step.name).alias("element"))
        if step.is_array:
            found = found.filter(pl.col("element").list.len() > 0).explode("element")
        found = found.filter(pl.col("element").is_not_null())
        for condition in step.conditions:
            found = found.filter(condition.matches(pl.col("element")))
    return found
