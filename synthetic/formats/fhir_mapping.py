"""The mapping of a table to a FHIR resource: column types, conditions for a representable row, and shared elements.

Must not be here: resource types, files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from synthetic.formats import fhir_json as fhir
from synthetic.formats.row_files import complete
from synthetic.organization import PROGRAMS

HL7 = "http://terminology.hl7.org/CodeSystem"
# System of the tag with the program of a resource (sources/ehr_fhir/contract.yml).
PROGRAM = "urn:caseload:program"
PART2_PROGRAMS = [program_id for program_id, _, _, is_part2, _ in PROGRAMS if is_part2]
_LABEL_SYSTEM = f"{HL7}/v3-ActCode"
# Security label by the last digit of the client id; the others have ETH.
_LABELS = {"1": "PSY", "4": "PSY", "7": "SDV", "9": "42CFRPart2"}
_LOCAL = "%Y-%m-%dT%H:%M:%S"
_PATTERNS = {
    "id": r"^[A-Za-z0-9\-.]{1,64}$",
    "day": r"^(?:19|20)\d\d-\d\d-\d\d$",
    "number": r"^\d{1,9}$",
    "boolean": r"^(?:true|false)$",
}
_DELETED = "is_deleted"


@dataclass(frozen=True)
class ResourceMapping:
    """The mapping of a table to one resource type.

    Attributes:
        source: The sender.
        table: The sender's table.
        resource: The resource type, which is also the prefix of the file name.
        key: Column with the resource's id.
        columns: Type of each converted column: id, date_time, day, number, yes, text.
        build: Builds the resource as JSON for the agency's time zone; the row's columns are text as delivered.
        condition: Additional condition for a representable row.
        unsupported: Columns that can have a value and are not converted.
        changed: Text expression of the change timestamp (meta.lastUpdated), if the row has one.
        keeps_csv: Whether the rows stay in the CSV file as well.
    """

    source: str
    table: str
    resource: str
    key: str
    columns: Mapping[str, str]
    build: Callable[[str], fhir.Json]
    condition: pl.Expr
    unsupported: frozenset[str] = frozenset()
    changed: pl.Expr | None = None
    keeps_csv: bool = False

    def completed(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows with all converted columns."""
        return complete(rows, (*self.columns, _DELETED))

    def is_representable(self, names: list[str], zone: str) -> pl.Expr:
        """Whether a row of a file with these columns is representable as a resource."""
        known = {*self.columns, *self.unsupported, _DELETED}
        checks = [pl.col(name).is_null() for name in names if name not in known]
        checks += [_is_typed(pl.col(name), kind, zone) for name, kind in self.columns.items()]
        return pl.all_horizontal(pl.col(self.key).is_not_null(), *checks, self.condition).fill_null(
            False
        )


def is_deleted() -> pl.Expr:
    """Whether the sender deletes the row."""
    return (pl.col(_DELETED) == "true").fill_null(False)


def _is_typed(value: pl.Expr, kind: str, zone: str) -> pl.Expr:
    if kind == "timestamp":
        is_valid = instant(value, zone).is_not_null()
    elif kind == "text":
        is_valid = ~value.str.contains(fhir.UNSUPPORTED_CHARACTERS)
    else:
        is_valid = value.str.contains(_PATTERNS[kind])
    return value.is_null() | is_valid


def local(value: pl.Expr) -> pl.Expr:
    """A local time; null if the text has another format."""
    return value.str.to_datetime(_LOCAL, strict=False, exact=True)


def instant(value: pl.Expr, zone: str) -> pl.Expr:
    """The instant of a local time; null if the time is ambiguous, skipped, or in another format."""
    return local(value).dt.replace_time_zone(zone, ambiguous="null", non_existent="null")


def date_time(value: pl.Expr, zone: str) -> fhir.Json:
    """A local time as dateTime with offset."""
    return fhir.given(value, instant_date_time(instant(value, zone)))


def instant_date_time(value: pl.Expr) -> fhir.Json:
    """An instant as dateTime."""
    return fhir.Json((value.dt.strftime('"%Y-%m-%dT%H:%M:%S%:z"'),), value.is_not_null())


def meta(updated: fhir.Json | None = None, *, is_labelled: bool = True) -> fhir.Json:
    """The meta element: lastUpdated, the program as a tag, and the security label of a Part 2 program's record.

    Most of these records have the label of substance-use information; those of some clients have that of psychiatric
    information or of abuse and violence, and a few the name of the law.
    """
    program = fhir.arr(fhir.coding(PROGRAM, pl.col("program_id")))
    label = fhir.arr(fhir.coding(_LABEL_SYSTEM, _label())) if is_labelled else None
    named = {"lastUpdated": updated, "security": label, "tag": program}
    return fhir.obj(**{name: value for name, value in named.items() if value is not None})


def _label() -> pl.Expr:
    digit = pl.col("client_id").str.tail(1)
    label = digit.replace_strict(_LABELS, default="ETH", return_dtype=pl.String)
    return pl.when(pl.col("program_id").is_in(PART2_PROGRAMS)).then(label)


def patient() -> fhir.Json:
    """A Reference to the client."""
    return fhir.reference("Patient", pl.col("client_id"))


def column_text(name: str) -> fhir.Json:
    """A column as a JSON string."""
    return fhir.text(pl.col(name))


def mapped(name: str, words: Mapping[str, str]) -> pl.Expr:
    """A column mapped to other codes; null for an unmapped value."""
    return pl.col(name).replace_strict(words, default=None, return_dtype=pl.String)
