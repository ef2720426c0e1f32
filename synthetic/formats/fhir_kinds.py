"""What is common to all kinds of records that are told as FHIR resources: their columns' types, and what can be told.

Must not be here: a resource type; files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from synthetic.formats import fhir_json as fhir
from synthetic.formats.row_files import complete

HL7 = "http://terminology.hl7.org/CodeSystem"
# The tag by which our reader knows the program of a resource (sources/ehr_fhir/contract.yml).
PROGRAM = "urn:caseload:program"
_LOCAL = "%Y-%m-%dT%H:%M:%S"
_PATTERNS = {
    "id": r"^[A-Za-z0-9\-.]{1,64}$",
    "day": r"^(?:19|20)\d\d-\d\d-\d\d$",
    "number": r"^\d{1,9}$",
    "yes": r"^(?:true|false)$",
}
_DELETED = "is_deleted"


@dataclass(frozen=True)
class Kind:
    """A table of the agency's record that is told as one type of resource.

    Attributes:
        source: the sender.
        table: its table.
        resource: the type, as whose file name it is told.
        key: the column that is the resource's id.
        columns: type of each column that is told: id, moment, day, number, yes, text.
        told: the resource as JSON, given the agency's zone, or nothing; the row's columns are texts as delivered.
        tellable: what else has to be so, of a row.
        untold: columns that may have a value and are not carried.
        changed: when the record was changed (meta.lastUpdated), as text that sorts, if the row says so.
        is_beside: whether the rows stay CSV too.
    """

    source: str
    table: str
    resource: str
    key: str
    columns: Mapping[str, str]
    told: Callable[[str], fhir.Json]
    tellable: pl.Expr
    untold: frozenset[str] = frozenset()
    changed: pl.Expr | None = None
    is_beside: bool = False

    def completed(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows with all columns that are told."""
        return complete(rows, (*self.columns, _DELETED))

    def is_tellable(self, names: list[str], zone: str) -> pl.Expr:
        """Whether a resource can say what a row of a file with these columns says."""
        known = {*self.columns, *self.untold, _DELETED}
        checks = [pl.col(name).is_null() for name in names if name not in known]
        checks += [_is_typed(pl.col(name), kind, zone) for name, kind in self.columns.items()]
        return pl.all_horizontal(pl.col(self.key).is_not_null(), *checks, self.tellable).fill_null(
            False
        )


def is_deleted() -> pl.Expr:
    """Whether the sender withdraws the row."""
    return (pl.col(_DELETED) == "true").fill_null(False)


def _is_typed(value: pl.Expr, kind: str, zone: str) -> pl.Expr:
    if kind == "moment":
        said = instant(value, zone).is_not_null()
    elif kind == "text":
        said = ~value.str.contains(fhir.UNSPEAKABLE)
    else:
        said = value.str.contains(_PATTERNS[kind])
    return value.is_null() | said


def local(value: pl.Expr) -> pl.Expr:
    """A time as the clock showed it; nothing for one that is written otherwise."""
    return value.str.to_datetime(_LOCAL, strict=False, exact=True)


def instant(value: pl.Expr, zone: str) -> pl.Expr:
    """The instant of a local time; nothing for one that clocks show twice or never, or that is written otherwise."""
    return local(value).dt.replace_time_zone(zone, ambiguous="null", non_existent="null")


def moment(value: pl.Expr, zone: str) -> fhir.Json:
    """A local time as dateTime, with its offset."""
    return fhir.given(value, written(instant(value, zone)))


def written(value: pl.Expr) -> fhir.Json:
    """An instant as dateTime."""
    return fhir.Json((value.dt.strftime('"%Y-%m-%dT%H:%M:%S%:z"'),), value.is_not_null())


def meta(updated: fhir.Json | None = None) -> fhir.Json:
    """What the server says of the resource: when it changed it, and the program that keeps it."""
    program = fhir.arr(fhir.coding(PROGRAM, pl.col("program_id")))
    if updated is None:
        return fhir.obj(tag=program)
    return fhir.obj(lastUpdated=updated, tag=program)


def patient() -> fhir.Json:
    """A Reference to the client."""
    return fhir.reference("Patient", pl.col("client_id"))


def said(name: str) -> fhir.Json:
    """A column's text."""
    return fhir.text(pl.col(name))


def mapped(name: str, words: Mapping[str, str]) -> pl.Expr:
    """A column in other words; nothing for one without."""
    return pl.col(name).replace_strict(words, default=None, return_dtype=pl.String)
