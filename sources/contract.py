"""Loads `sources/<source>/contract.yml`: the tables, columns and rules of a sender.

Must not be here: reading data files, business rules. This module knows only the syntax of
contract.yml. Longer than the size budget: the syntax below and its reading change together.

Column syntax, one line per column: `name: {type: …, is: description, …}`.

- `name*`: column and value required. `name+`: column required, value may be empty. `name`:
  optional.
- `{a,b}_x` and `x_{1..3}` expand to several columns with the same definition.
- `type`: varchar, integer, bigint, decimal (18,4), date, timestamp, boolean.
- `values`: a closed list, or the name of one under `lists`. A list written as a mapping also
  gives accepted spellings; matching then ignores case, and the value is normalized to the key.
- `pattern`: a regular expression for the whole value, or a name in PATTERNS. `min`, `max`:
  inclusive range.
- `date_only`: the timestamp may be delivered as a date; adds the column `<name>_precision`.
- `required_unless: {column: value}`: a value is required unless the other column has that value.
- `header`: other header texts of the column in a list that a care manager returns; compared without
  case, blanks and punctuation. `if_empty`: the value of an empty cell in such a list.
- `at`: where to find the value in a record of a format without a header, in that format's
  notation.

A table with `record` is filled from files that mix record types (HL7 v2, FHIR, X12); `record`
names the type in the format's notation. A table with `list: {keys: [client_id], entry: outcome}` is
filled from the sheets of returned workbooks: those whose header has one of the keys and the column
`entry`; a row with a value there is a record. `files` is a regular expression for file names that
belong to the table in addition to those that begin with its name.

A key is a list of columns. `first_of` in a key takes the first alternative with values; an
alternative of several columns is written in brackets. `rules` compare two columns and apply where
both have a value. Longer than the size budget: the syntax above and its parser belong together.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

SOURCES = Path(__file__).parent
LEDGER = "caseload"
TYPES = ("varchar", "integer", "bigint", "decimal", "date", "timestamp", "boolean")
# Increase it when the readers accept something else: every landed file is then read again, as
# after a contract change.
READER_VERSION = 1

# Formats shared by many columns. They are deliberately loose: they catch what a spreadsheet or an
# export did to a code (1.00E+10, 10-Jan, NULL). Codes that are merely unknown are counted
# downstream.
PATTERNS = {
    "id": r"\S(?:.*\S)?",
    "code": r"[A-Za-z0-9]{1,18}(?:\.[A-Za-z0-9]{1,4})?",
    "ndc": r"[0-9]{1,11}|[0-9]{4,5}-[0-9]{3,4}-[0-9]{1,2}",
    "staff_id": r"[A-Za-z0-9._-]{1,64}",
}
DEFAULT_DATES = (dt.date(1900, 1, 1), dt.date(2100, 12, 31))


class ContractError(ValueError):
    """An invalid contract.yml; the message names the file, table, column and expectation."""


@dataclass(frozen=True)
class Column:
    """One column of a sender's table.

    Attributes:
        is_required: the header must name it.
        is_value_required: every row must have a value.
        values: the closed list after normalization, or None.
        spellings: pairs of lower-case spelling and listed value if other spellings are accepted,
            else None.
        pattern: regular expression for the whole value, or None; `shape` is its name in PATTERNS,
            if any.
        minimum, maximum: inclusive range (int or date), or None.
        required_unless: (other column, its value that makes this column optional), or None.
        header, if_empty: other header texts, and the value of an empty cell, in a returned list.
        at: where the format's reader finds the value; None if the header names the column.
    """

    name: str
    type: str
    description: str
    is_required: bool
    is_value_required: bool
    values: tuple[str, ...] | None = None
    spellings: tuple[tuple[str, str], ...] | None = None
    pattern: str | None = None
    shape: str | None = None
    minimum: int | dt.date | None = None
    maximum: int | dt.date | None = None
    date_only: bool = False
    required_unless: tuple[str, str] | None = None
    header: tuple[str, ...] = ()
    if_empty: str | None = None
    at: str | None = None

    @property
    def sql_type(self) -> str:
        """The DuckDB type."""
        return {"decimal": "decimal(18,4)", "timestamp": "timestamp with time zone"}.get(
            self.type, self.type
        )


@dataclass(frozen=True)
class Rule:
    """`left` must be `<=` or `<` `right` where both have a value; reason code `rule_<name>`."""

    name: str
    left: str
    operator: str
    right: str


@dataclass(frozen=True)
class FirstOf:
    """A key part: the first alternative whose columns all have values."""

    alternatives: tuple[tuple[str, ...], ...]


KeyPart = str | FirstOf


@dataclass(frozen=True)
class ListShape:
    """What makes a sheet of a returned workbook a list of a table.

    Attributes:
        keys: columns that say what a row is about; the header has at least one of them.
        entry: the column that a person fills in; a row without a value there is no record.
    """

    keys: tuple[str, ...]
    entry: str


@dataclass(frozen=True)
class Table:
    """One table of a sender, with columns in the order of the contract.

    Attributes:
        record: the record type that fills it from files of mixed record types, or None.
        files: regular expression, ignoring case, for file names that belong to it besides those
            that begin with its name.
        list: how a returned workbook fills it, or None.
    """

    name: str
    description: str
    key: tuple[KeyPart, ...]
    columns: tuple[Column, ...]
    rules: tuple[Rule, ...] = ()
    record: str | None = None
    files: str | None = None
    list: ListShape | None = None

    @property
    def has_is_deleted(self) -> bool:
        """Whether the sender can delete rows."""
        return any(column.name == "is_deleted" for column in self.columns)

    def typed_columns(self) -> list[tuple[str, str]]:
        """(name, DuckDB type) of the typed rows; lineage columns come last."""
        pairs: list[tuple[str, str]] = []
        for column in self.columns:
            pairs.append((column.name, column.sql_type))
            if column.date_only:
                pairs.append((f"{column.name}_precision", "varchar"))
        return [*pairs, ("_batch_id", "varchar"), ("_source_row", "bigint")]


@dataclass(frozen=True)
class Contract:
    """Everything that one sender may deliver."""

    source: str
    description: str
    formats: tuple[str, ...]
    tables: Mapping[str, Table]

    def table(self, name: str) -> Table:
        """The table of that name; raises KeyError if the contract has none."""
        return self.tables[name]

    @property
    def record_tables(self) -> dict[str, Table]:
        """The tables that are filled from files of mixed record types, by name."""
        return {name: table for name, table in self.tables.items() if table.record is not None}

    def hash(self, zone: str) -> str:
        """16 hex digits over everything that decides how bytes become rows.

        The time zone is included, descriptions are not.
        """
        meaning = {
            "reader": READER_VERSION,
            "zone": zone,
            "source": self.source,
            "tables": [
                [
                    t.name,
                    t.record,
                    [_plain(c) for c in t.columns],
                    [_plain(r) for r in t.rules],
                    *([vars(t.list)] if t.list else []),
                ]
                for t in self.tables.values()
            ],
        }
        return hashlib.sha256(
            json.dumps(meaning, sort_keys=True, default=str).encode()
        ).hexdigest()[:16]


def _plain(value: Column | Rule) -> dict[str, Any]:
    return {name: item for name, item in vars(value).items() if name != "description"}


@cache
def load_contracts() -> dict[str, Contract]:
    """Every sender's contract by source name, sorted by name.

    Raises:
        ContractError: a contract.yml does not follow the syntax above.
    """
    paths = sorted(SOURCES.glob("*/contract.yml"))
    return {path.parent.name: load_contract(path) for path in paths if path.parent.name != LEDGER}


@cache
def load_ledger_contract() -> Contract:
    """The tables that orchestration writes into schema raw_caseload."""
    return load_contract(SOURCES / LEDGER / "contract.yml")


def load_contract(path: Path) -> Contract:
    """Load one contract; the folder must have the name of the source.

    Raises:
        ContractError: names the location in the file and what was expected.
    """
    try:
        # The C loader is five times as fast, and every command loads all contracts.
        raw = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ContractError(f"{path}: not readable as YAML: {error}") from error
    location = str(path)
    _expect(isinstance(raw, dict), location, "a mapping with source, description, formats, tables")
    _known(raw, {"source", "description", "formats", "lists", "tables"}, location)
    _expect(
        raw.get("source") == path.parent.name,
        location,
        f"source: {path.parent.name}, the folder's name",
    )
    _expect(
        isinstance(raw.get("tables"), dict) and raw["tables"],
        location,
        "at least one table under `tables`",
    )
    lists = raw.get("lists") or {}
    tables = {name: _table(name, body, lists, location) for name, body in raw["tables"].items()}
    return Contract(
        raw["source"], _text(raw, "description", location), tuple(raw.get("formats") or ()), tables
    )


def _table(name: str, body: object, lists: dict[str, Any], location: str) -> Table:
    location = f"{location}: {name}"
    _expect(isinstance(body, dict), location, "a mapping with description, key, columns")
    _known(body, {"description", "key", "columns", "rules", "record", "files", "list"}, location)
    _expect(isinstance(body.get("columns"), dict), location, "a mapping under `columns`")
    columns: list[Column] = []
    for written, spec in body["columns"].items():
        columns.extend(_columns(str(written), spec, lists, location))
    names = [column.name.casefold() for column in columns]
    for duplicate in {n for n in names if names.count(n) > 1}:
        raise ContractError(f"{location}: column {duplicate} is defined twice; expected once")
    known = {column.name for column in columns}
    key = tuple(_key_part(part, known, location) for part in body.get("key") or ())
    _expect(bool(key), location, "a `key` of at least one column")
    # The readers replace a record that they cannot parse with an empty one and rely on the
    # validator to reject it.
    _expect(any(c.is_value_required for c in columns), location, "at least one column marked `*`")
    rules = tuple(_rule(n, text, known, location) for n, text in (body.get("rules") or {}).items())
    for column in columns:
        if column.required_unless:
            _expect(
                column.required_unless[0] in known,
                location,
                f"required_unless of {column.name} on a known column",
            )
    record = _text(body, "record", location) if "record" in body else None
    files = _text(body, "files", location) if "files" in body else None
    description = _text(body, "description", location)
    shape = _list_shape(body["list"], known, location) if "list" in body else None
    return Table(name, description, key, tuple(columns), rules, record, files, shape)


def _list_shape(body: object, known: set[str], location: str) -> ListShape:
    _expect(
        isinstance(body, dict)
        and set(body) == {"keys", "entry"}
        and bool(body["keys"])
        and {*body["keys"], body["entry"]} <= known,
        location,
        "list: {keys: […], entry: …} with known columns",
    )
    assert isinstance(body, dict)
    return ListShape(tuple(body["keys"]), body["entry"])


def _columns(written: str, spec: object, lists: dict[str, Any], location: str) -> Iterator[Column]:
    location = f"{location}.{written}"
    _expect(isinstance(spec, dict), location, "a mapping such as {type: varchar, is: description}")
    _known(
        spec,
        {
            "type",
            "is",
            "at",
            "values",
            "pattern",
            "min",
            "max",
            "date_only",
            "required_unless",
            "header",
            "if_empty",
        },
        location,
    )
    _expect(spec.get("type") in TYPES, location, f"type: one of {', '.join(TYPES)}")
    values, spellings = _values(spec.get("values"), lists, location)
    pattern = spec.get("pattern")
    ranged = spec["type"] in ("date", "timestamp")
    minimum = spec.get("min", DEFAULT_DATES[0] if ranged else None)
    maximum = spec.get("max", DEFAULT_DATES[1] if ranged else None)
    for bound in (minimum, maximum):
        kind = dt.date if ranged else int
        _expect(
            bound is None or isinstance(bound, kind),
            location,
            f"min and max of type {kind.__name__}",
        )
    if pattern is not None:
        try:
            re.compile(PATTERNS.get(pattern, pattern))
        except re.error as error:
            raise ContractError(
                f"{location}: pattern is not a regular expression: {error}"
            ) from error
    unless = spec.get("required_unless")
    for name in _names(written.rstrip("*+")):
        yield Column(
            name=name,
            type=spec["type"],
            description=_text(spec, "is", location),
            is_required=written[-1] in "*+",
            is_value_required=written.endswith("*"),
            values=values,
            spellings=spellings,
            pattern=PATTERNS.get(pattern, pattern) if pattern else None,
            shape=pattern if pattern in PATTERNS else None,
            minimum=minimum,
            maximum=maximum,
            date_only=bool(spec.get("date_only", False)),
            required_unless=next(iter(unless.items())) if unless else None,
            header=tuple(spec.get("header") or ()),
            if_empty=_text(spec, "if_empty", location) if "if_empty" in spec else None,
            at=_text(spec, "at", location) if "at" in spec else None,
        )


def _names(written: str) -> list[str]:
    """`a_{1..3}` -> a_1, a_2, a_3 and `{a,b}_x` -> a_x, b_x."""
    parts = re.split(r"\{([^}]*)\}", written)
    choices: list[list[str]] = []
    for position, part in enumerate(parts):
        if position % 2 == 0:
            choices.append([part])
        elif span := re.fullmatch(r"(\d+)\.\.(\d+)", part):
            choices.append([str(n) for n in range(int(span[1]), int(span[2]) + 1)])
        else:
            choices.append(part.split(","))
    return ["".join(name) for name in itertools.product(*choices)]


def _values(
    spec: object, lists: dict[str, Any], location: str
) -> tuple[tuple[str, ...] | None, tuple[tuple[str, str], ...] | None]:
    if spec is None:
        return None, None
    if isinstance(spec, str):
        _expect(spec in lists, location, f"values: a list, or one of the lists {', '.join(lists)}")
        spec = lists[spec]
    if isinstance(spec, list):
        _expect(
            all(isinstance(v, str) for v in spec),
            location,
            "values that are strings (quote numbers and yes/no)",
        )
        return tuple(spec), None
    pairs = {str(v).lower(): v for v in spec} | {
        s.lower(): v for v, others in spec.items() for s in others
    }
    return tuple(spec), tuple(sorted(pairs.items()))


def _key_part(part: object, known: set[str], location: str) -> KeyPart:
    if isinstance(part, str):
        _expect(part in known, location, f"key column {part} among the columns")
        return part
    _expect(
        isinstance(part, dict) and set(part) == {"first_of"},
        location,
        "a column or first_of: […] as a part of the key",
    )
    alternatives = tuple(
        (names,) if isinstance(names, str) else tuple(names) for names in part["first_of"]
    )
    _expect(
        all(name in known for names in alternatives for name in names),
        location,
        "first_of with known columns",
    )
    return FirstOf(alternatives)


def _rule(name: str, text: str, known: set[str], location: str) -> Rule:
    found = re.fullmatch(r"(\w+) (<=|<) (\w+)", str(text))
    if not found or not {found[1], found[3]} <= known:
        raise ContractError(
            f"{location}: rule {name}: expected `column <= column` with known columns"
        )
    return Rule(name, found[1], found[2], found[3])


def _text(body: dict[str, Any], name: str, location: str) -> str:
    value = body.get(name)
    _expect(isinstance(value, str) and bool(value.strip()), location, f"text under `{name}`")
    return " ".join(str(value).split())


def _known(body: dict[str, Any], allowed: set[str], location: str) -> None:
    for name in sorted(set(map(str, body)) - allowed):
        raise ContractError(
            f"{location}: unknown entry `{name}`; expected one of {', '.join(sorted(allowed))}"
        )


def _expect(condition: bool, location: str, expected: str) -> None:
    if not condition:
        raise ContractError(f"{location}: expected {expected}")
