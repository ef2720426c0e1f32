"""Reads FHIR R4 resources (NDJSON, single resources, Bundles) into typed rows and rejects.

Must not be here: any particular sender or resource type. The contract says which resources and
elements are records and where their values are (fhir_paths). A file is split into resources block
by block (fhir_resources). Resources of one type are decoded together with the schema derived from
the contract's paths, and the texts are validated like a CSV. A resource that was rejected before
decoding is an empty row, which always fails, so that record numbers stay correct. Standard:
hl7.org/fhir/R4.

A row's number is the ordinal of its record among the records of its table in the file. Elements
are read from accepted resources only. A reject keeps only values of contract columns, or the type
and id if the JSON is not readable, because a resource may contain note text, which is never
stored.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from sources.casts import SOURCE_ROW, build_validator, empty_rows
from sources.contract import Table
from sources.formats.fhir_paths import ANY_TYPE, ELEMENT, PARENT, ROW, Shape, Step
from sources.formats.fhir_plans import ResourcePlan, resource_plans
from sources.formats.fhir_resources import BAD_JSON, Problem, resources
from sources.formats.result import ReadTable, Reject, RejectFile, TypedFiles, account_for_records

_TYPE = "resourceType"
_TYPE_FIRST = r'^\s*\{\s*"resourceType"\s*:\s*"([A-Za-z]{1,64})"\s*[,}]'
_TYPE_ANYWHERE = re.compile(r'"resourceType"\s*:\s*"([A-Za-z]{1,64})"')
_ID_ANYWHERE = re.compile(r'"id"\s*:\s*"([A-Za-z0-9.\-]{1,64})"')
_WORD = re.compile(r"[A-Za-z]{1,64}")
# The decoder builds objects for all texts of a call; a batch of this size stays in the CPU cache.
_BATCH_SIZE = 500
_NO_TYPE = Problem("no_resource_type", "resourceType: expected a resource type")


def read_fhir(
    path: Path,
    tables: Mapping[str, Table],
    zone: str,
    batch_id: str,
    out: Path,
    first_rows: Mapping[str, int],
) -> dict[str, ReadTable]:
    """Read one file of FHIR resources into Parquet files of typed rows and of rejects, by table.

    Args:
        path: the uncompressed file.
        tables: the contract's tables with a `record`; one of them is for every type without a
            table.
        zone: the agency's time zone, for timestamps without an offset.
        batch_id: lineage.
        out: typed rows go to `<out>-<table>.<n>.parquet`, rejects to
            `<out>-<table>.rejects.parquet`.
        first_rows: by table, number of the first record (above 1 for the second file of an
            archive).

    Raises:
        FileRefusedError: empty_file, bad_encoding, not_fhir, record_too_long.
    """
    return _FileReader(resource_plans(tables), zone, batch_id, out, first_rows).run(path)


class _FileReader:
    """Reads one file, block by block."""

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
            types, problems = _types(texts, block.problems)
            known = types.replace_strict(
                {kind: kind for kind in self.plans}, default=ANY_TYPE, return_dtype=pl.String()
            )
            for kind in known.unique(maintain_order=True):
                positions = (known == kind).arg_true()
                found = (
                    {
                        n: problems[position]
                        for n, position in enumerate(positions)
                        if position in problems
                    }
                    if problems
                    else {}
                )
                self._read(self.plans[kind], texts.gather(positions), found)
        if not self.outputs:
            resource = self.plans[ANY_TYPE].resource
            self._output(resource.name, resource.table)
        return {name: output.finish() for name, output in self.outputs.items()}

    def _output(self, name: str, table: Table) -> _TableOutput:
        if name not in self.outputs:
            out = self.out.with_name(f"{self.out.name}-{name}")
            first_row = self.first_rows[name]
            self.outputs[name] = _TableOutput(table, out, self.zone, self.batch_id, first_row)
        return self.outputs[name]

    def _read(self, plan: ResourcePlan, texts: pl.Series, problems: dict[int, Problem]) -> None:
        """Read resources of one type, and the elements of the accepted ones."""
        reader = plan.reader(texts)
        decoded, found = decode(texts, reader.shape, problems)
        output = self._output(reader.resource.name, reader.resource.table)
        first = output.next_row
        passed = output.add(
            decoded.select(reader.resource.columns),
            {
                position: (problem, _type_and_id(texts[position]))
                for position, problem in found.items()
            },
        )
        if not reader.elements:
            return
        numbered = decoded.with_row_index(ROW, offset=first)
        if len(passed) < decoded.height:
            numbered = numbered.filter(pl.col(ROW).is_in(passed.implode()))
        present = {column.name for column in decoded if column.null_count() < decoded.height}
        for table in reader.elements:
            of_resource = [name for name in table.resource_names if name in numbered.columns]
            found_elements = [
                _explode(numbered, path, of_resource).select(pl.col(ROW), *table.columns)
                for path in table.element_paths
                if path[0].name in present
            ]
            if not found_elements:
                continue
            elements = pl.concat(found_elements).sort(ROW, maintain_order=True)
            if table.position is not None:
                position = pl.int_range(1, pl.len() + 1).over(ROW).cast(pl.String())
                elements = elements.with_columns(position.alias(table.position))
            if elements.height:
                self._output(table.name, table.table).add(elements.drop(ROW), {})


class _TableOutput:
    """The rows and rejects of one table."""

    def __init__(self, table: Table, out: Path, zone: str, batch_id: str, first_row: int) -> None:
        self.table, self.zone, self.batch_id = table, zone, batch_id
        self.first_row = self.next_row = first_row
        self.typed = TypedFiles(out)
        self.typed.add(empty_rows(table))
        self.rejects = RejectFile(out.with_name(f"{out.name}.rejects.parquet"), batch_id)

    def add(self, texts: pl.DataFrame, problems: dict[int, tuple[Problem, bytes]]) -> pl.Series:
        """Validate and keep the next records; returns the numbers of the accepted ones.

        Args:
            texts: the records' columns.
            problems: position to (why the record was rejected before decoding, its reject line).
        """
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
            for row, position, line in rows:
                if row - first in problems:
                    problem, kept_line = problems[row - first]
                    self.rejects.add(
                        Reject(row, problem.reason_code, None, problem.detail, kept_line)
                    )
                    continue
                check = validator.checks[position]
                reject = Reject(row, check.reason_code, check.column, check.detail, line.encode())
                self.rejects.add(reject)
        return accepted[SOURCE_ROW].cast(pl.UInt32())

    def finish(self) -> ReadTable:
        """Write the remaining rows; every record must be accounted for."""
        rejected = self.rejects.finish()
        rows_in = self.next_row - self.first_row
        return account_for_records(self.typed.finish(), self.rejects.path, rows_in, rejected)


def _types(texts: pl.Series, problems: dict[int, Problem]) -> tuple[pl.Series, dict[int, Problem]]:
    """The resource type of each record, or None, and the problems of records without a type."""
    types = texts.str.extract(_TYPE_FIRST, 1)
    rest = types.is_null()
    if not rest.any():
        return types, problems
    positions = rest.arg_true()
    shape = Shape(elements={_TYPE: Shape()})
    known = {n: problems[position] for n, position in enumerate(positions) if position in problems}
    decoded, found = decode(texts.gather(positions), shape, known)
    types_found = decoded[_TYPE].to_list()
    for n, kind in enumerate(types_found):
        if n in found:
            # A record that cannot be parsed may still contain its type.
            written = _TYPE_ANYWHERE.search(texts[positions[n]])
            types_found[n] = written[1] if written else None
        elif not (kind and _WORD.fullmatch(kind)):
            found[n] = _NO_TYPE
    problems = problems | {positions[n]: problem for n, problem in found.items()}
    return types.clone().scatter(positions, types_found), problems


def decode(
    texts: pl.Series, shape: Shape, problems: dict[int, Problem]
) -> tuple[pl.DataFrame, dict[int, Problem]]:
    """Decode JSON objects by a shape; objects with a problem become empty rows.

    Args:
        texts: one JSON object each.
        shape: what to read; its elements become the columns.
        problems: records not to decode.

    Returns:
        One row per text, and the problems, both given and found.
    """
    if problems:
        texts = texts.clone().scatter(list(problems), "{}")
    decoded = _decoded(texts, shape)
    if decoded is None:
        # At least one text is broken. Each is checked on its own, and the remaining ones are
        # decoded again.
        found = {
            position: found_problem
            for position, text in enumerate(texts)
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
    """Decode in batches; None if any text is not an object of this shape."""
    series = pl.Series("", texts, dtype=pl.String())
    batches: list[pl.Series] = []
    for start in range(0, len(series) or 1, _BATCH_SIZE):
        batch = series.slice(start, _BATCH_SIZE)
        try:
            decoded = batch.str.json_decode(shape.data_type)
        except (pl.exceptions.ComputeError, pl.exceptions.ShapeError):
            return None
        # The decoder reads the texts as one array: a text that is not an object can become two
        # elements or merge with the next text.
        if len(decoded) != len(batch):
            return None
        batches.append(decoded)
    return pl.concat(batches, rechunk=True).struct.unnest()


def _problem(text: str, shape: Shape) -> Problem | None:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return BAD_JSON
    if not isinstance(content, dict):
        return BAD_JSON
    kind = content.get(_TYPE)
    # The detail must name elements only: a malformed resourceType may contain anything.
    location = kind if isinstance(kind, str) and _WORD.fullmatch(kind) else "resource"
    mismatch = shape.type_mismatch(content, location)
    return Problem("bad_json_type", mismatch) if mismatch else None


def _type_and_id(text: str) -> bytes:
    """What the reject ledger may keep of unreadable JSON: its type and id, if found."""
    found = {
        name: match[1]
        for name, match in ((_TYPE, _TYPE_ANYWHERE.search(text)), ("id", _ID_ANYWHERE.search(text)))
        if match
    }
    return json.dumps(found).encode()


def _explode(
    resources_read: pl.DataFrame, path: tuple[Step, ...], of_resource: list[str]
) -> pl.DataFrame:
    """One row per element at the end of a path, with these columns of its resource.

    Elements that do not meet a condition of the path are left out.
    """
    names = [step.name for step in path]
    label = ".".join(names[:-1] if names[-1] == "coding" else names)
    found = resources_read.select(
        pl.col(ROW),
        *of_resource,
        pl.col(path[0].name).alias("element"),
        pl.lit(1, pl.Int64).alias(PARENT),
        pl.lit(label).alias(ELEMENT),
    )
    is_within_array = False
    for number, step in enumerate(path):
        if number:
            found = found.with_columns(pl.col("element").struct.field(step.name).alias("element"))
        if step.is_array:
            found = found.filter(pl.col("element").list.len() > 0)
            if not is_within_array:
                items = pl.int_ranges(1, pl.col("element").list.len() + 1)
                found = found.with_columns(items.alias(PARENT)).explode("element", PARENT)
                is_within_array = True
            else:
                found = found.explode("element")
        found = found.filter(pl.col("element").is_not_null())
        for condition in step.conditions:
            found = found.filter(condition.matches(pl.col("element")))
    return found
