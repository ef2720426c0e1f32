"""Builds the validator of a table: casts to the contract's types, finds failing records.

Must not be here: reading files, joins, business rules. A record is accepted or rejected as a
whole. A rejected record reports the first check that it fails, in the order of the contract's
columns and then its rules. Decimals with more than four places are rounded half to even at the
fourth place, because floating-point exports end in …0000001. No other value is changed, except
that a listed spelling becomes its canonical value.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import polars as pl

from sources.contract import Column, Rule, Table
from sources.timestamps import instant, wall_clock

POLARS_TYPES: dict[str, pl.DataType] = {
    "varchar": pl.String(),
    "integer": pl.Int32(),
    "bigint": pl.Int64(),
    "decimal": pl.Decimal(18, 4),
    "date": pl.Date(),
    "timestamp": pl.Datetime("us", "UTC"),
    "boolean": pl.Boolean(),
}
SOURCE_ROW = "_source_row"
BATCH_ID = "_batch_id"

# Spreadsheets and database exports write these for null or for an error.
NULL_TEXTS = (
    "NULL",
    "null",
    "Null",
    "(null)",
    "N/A",
    "n/a",
    "#N/A",
    "NA",
    "NaN",
    "nan",
    "None",
    "\\N",
    "#REF!",
    "#VALUE!",
)
TRUE_TEXTS = ("true", "t", "1", "yes", "y")
FALSE_TEXTS = ("false", "f", "0", "no", "n")
_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_SCIENTIFIC = r"^[0-9](?:\.[0-9]+)?E\+[0-9]+$"
_DAY_BYTES = 10  # YYYY-MM-DD
# Prefixes of intermediate columns. They cannot clash: records carry contract column names only.
_WALL, _TYPED = "wall ", "typed "


@dataclass(frozen=True)
class Check:
    """One reason to reject a record; `fails` is true where the record fails (null counts as false)."""

    reason_code: str
    column: str
    expected: str
    fails: pl.Expr

    @property
    def detail(self) -> str:
        """Column and expectation; never a value from the data."""
        return f"{self.column}: expected {self.expected}"


@dataclass(frozen=True)
class RowValidator:
    """The compiled checks and casts of a table, for the columns present; reused for many files.

    Attributes:
        checks: the checks, in order of precedence.
        wall_clocks: expressions that parse local timestamps.
        typed: expressions of the typed values; they use the columns of `wall_clocks`.
        output: expressions of the accepted rows.
        texts: names of the text columns, kept for the rejects.
    """

    checks: tuple[Check, ...]
    wall_clocks: tuple[pl.Expr, ...]
    typed: tuple[pl.Expr, ...]
    output: tuple[pl.Expr, ...]
    texts: tuple[str, ...]

    def partition(
        self, records: pl.DataFrame, batch_id: str
    ) -> tuple[pl.DataFrame, pl.DataFrame | None]:
        """Split records into accepted typed rows and rejected text rows.

        Args:
            records: text columns under the contract's names, and `_source_row` (1-based); empty
                values are null.
            batch_id: written to the accepted rows as lineage.

        Returns:
            The accepted rows, and the rejected rows or None. The rejected rows hold
            `_source_row`, the record's texts and `check`, the position in `checks` of the first
            failed check.
        """
        checked = records.with_columns(self.wall_clocks).with_columns(self.typed)
        # One column per check: Polars plans a single expression over all checks more slowly than
        # it reads a small file.
        fails = checked.select(check.fails.alias(str(n)) for n, check in enumerate(self.checks))
        failed = [column.name for column in fails if column.any()]
        lineage = (pl.lit(batch_id).alias(BATCH_ID), pl.col(SOURCE_ROW).cast(pl.Int64))
        if not failed:
            return checked.select(*self.output, *lineage), None
        first = pl.coalesce(
            pl.when(pl.col(name)).then(pl.lit(int(name), pl.UInt16)) for name in failed
        )
        check = fails.select(first.alias("check")).to_series()
        rejected = records.with_columns(check).filter(check.is_not_null())
        accepted = checked.filter(check.is_null()).select(*self.output, *lineage)
        return accepted, rejected.select(SOURCE_ROW, "check", *self.texts)


@cache
def build_validator(table: Table, present: frozenset[str], zone: str) -> RowValidator:
    """Compile the validator of a table.

    Args:
        table: the contract's table.
        present: the columns in the file; absent columns are left out of the result.
        zone: the agency's time zone, for local timestamps.
    """
    columns = [column for column in table.columns if column.name in present]
    known = {column.name: column for column in columns}
    checks = [check for column in columns for check in _checks(column, present)]
    for rule in table.rules:
        if rule.left in present and rule.right in present:
            columns_compared = f"{rule.left}, {rule.right}"
            expected = f"{rule.left} {rule.operator} {rule.right}"
            fails = _violates(rule, known[rule.left], known[rule.right], zone)
            checks.append(Check(f"rule_{rule.name}", columns_compared, expected, fails))
    return RowValidator(
        checks=tuple(checks),
        wall_clocks=tuple(
            wall_clock(pl.col(column.name)).alias(_WALL + column.name)
            for column in columns
            if column.type == "timestamp"
        ),
        typed=tuple(
            _typed(column, zone).alias(_typed_name(column))
            for column in columns
            if not _is_untyped_text(column)
        ),
        output=tuple(_output(columns)),
        texts=tuple(column.name for column in columns),
    )


def _violates(rule: Rule, left: Column, right: Column, zone: str) -> pl.Expr:
    """Where the rule is violated; dates are compared where either value is a bare date."""

    def exceeds(first: pl.Expr, second: pl.Expr) -> pl.Expr:
        return first > second if rule.operator == "<=" else first >= second

    typed = [pl.col(_typed_name(column)) for column in (left, right)]
    if not (left.date_only or right.date_only):
        return exceeds(*typed)
    is_day = pl.any_horizontal(
        pl.col(column.name).str.len_bytes() == _DAY_BYTES for column in (left, right)
    )
    days = [value.dt.convert_time_zone(zone).dt.date() for value in typed]
    return pl.when(is_day).then(exceeds(*days)).otherwise(exceeds(*typed))


def _output(columns: list[Column]) -> list[pl.Expr]:
    output = []
    for column in columns:
        output.append(pl.col(_typed_name(column)).alias(column.name))
        if column.date_only:
            length = pl.col(column.name).str.len_bytes()
            precision = (
                pl.when(length == _DAY_BYTES)
                .then(pl.lit("date"))
                .when(length > _DAY_BYTES)
                .then(pl.lit("time"))
            )
            output.append(precision.alias(f"{column.name}_precision"))
    return output


def empty_rows(table: Table) -> pl.DataFrame:
    """A frame of the table without rows: every column of the contract, typed, in order."""
    schema: dict[str, pl.DataType] = {}
    for column in table.columns:
        schema[column.name] = POLARS_TYPES[column.type]
        if column.date_only:
            schema[f"{column.name}_precision"] = pl.String()
    return pl.DataFrame(schema=schema | {BATCH_ID: pl.String(), SOURCE_ROW: pl.Int64()})


def _is_untyped_text(column: Column) -> bool:
    """Whether the delivered text is the value."""
    return column.type == "varchar" and not column.spellings


def _typed_name(column: Column) -> str:
    return column.name if _is_untyped_text(column) else _TYPED + column.name


def _typed(column: Column, zone: str) -> pl.Expr:
    text = pl.col(column.name)
    match column.type:
        case "integer" | "bigint" | "decimal":
            return text.cast(POLARS_TYPES[column.type], strict=False)
        case "date":
            return pl.when(text.str.contains(_DAY)).then(text.str.to_date("%Y-%m-%d", strict=False))
        case "timestamp":
            wall = pl.col(_WALL + column.name)
            return instant(text, wall, zone, date_only=column.date_only)
        case "boolean":
            lower = text.str.to_lowercase()
            return (
                pl.when(lower.is_in(TRUE_TEXTS))
                .then(True)
                .when(lower.is_in(FALSE_TEXTS))
                .then(False)
            )
    return _normalized(text, column)


def _normalized(text: pl.Expr, column: Column) -> pl.Expr:
    canonical = list(column.values or ())
    spellings = dict(column.spellings or ())

    def normalize(values: pl.Series) -> pl.Series:
        # Most files use canonical values only and need no rewriting.
        if values.is_in(canonical).all():
            return values
        return (
            values.str.strip_chars()
            .str.to_lowercase()
            .replace_strict(spellings, default=None, return_dtype=pl.String)
        )

    return text.map_batches(normalize, return_dtype=pl.String, is_elementwise=True)


def _checks(column: Column, present: frozenset[str]) -> list[Check]:
    text, typed = pl.col(column.name), pl.col(_typed_name(column))
    checks = []

    def add(reason_code: str, expected: str, fails: pl.Expr) -> None:
        checks.append(Check(reason_code, column.name, expected, fails))

    if column.is_value_required:
        is_plain_text = column.type == "varchar" and not (column.values or column.pattern)
        is_missing = (
            text.is_null() | (text.str.strip_chars() == "") if is_plain_text else text.is_null()
        )
        add("missing_required", "a value", is_missing)
    if column.required_unless:
        other, value = column.required_unless
        is_excused = pl.col(other).eq_missing(value) if other in present else pl.lit(value=False)
        add("missing_required", f"a value unless {other} is {value}", text.is_null() & ~is_excused)
    if column.type != "varchar":
        is_uncastable = text.is_not_null() & typed.is_null()
        if column.type == "decimal":
            # The cast reads 1E3 as 1000, but a spreadsheet that writes an exponent has usually
            # lost digits.
            is_uncastable = is_uncastable | text.str.contains("[eE]")
        add(*_CAST_FAILURES[column.type], is_uncastable)
        if column.minimum is not None or column.maximum is not None:
            add("out_of_range", _range_text(column), _outside(column, typed))
    elif column.values is not None:
        expected = f"one of {', '.join(column.values)}"
        is_unlisted = (
            typed.is_null() & text.is_not_null()
            if column.spellings
            else ~text.is_in(list(column.values))
        )
        add("value_not_allowed", expected, is_unlisted)
    elif column.pattern is not None:
        if column.shape != "staff_id":  # NA can be a person's initials
            add("null_text", "a value or an empty field", text.is_in(NULL_TEXTS))
        if column.shape == "id":
            is_padded = text.str.starts_with(" ") | text.str.ends_with(" ")
            add(
                "pattern_mismatch",
                "an id without leading or trailing blanks and not in scientific notation",
                is_padded | text.str.contains(_SCIENTIFIC),
            )
        else:
            matches = text.str.contains(f"^(?:{column.pattern})$")
            add("pattern_mismatch", f"the format {column.shape or column.pattern}", ~matches)
    return checks


_CAST_FAILURES = {
    "integer": ("bad_integer", "a whole number in plain digits"),
    "bigint": ("bad_integer", "a whole number in plain digits"),
    "decimal": ("bad_decimal", "a decimal number in plain digits"),
    "date": ("bad_date", "a date written YYYY-MM-DD"),
    "timestamp": (
        "bad_timestamp",
        "a timestamp written YYYY-MM-DDTHH:MM:SS, with or without offset",
    ),
    "boolean": ("bad_boolean", "true or false"),
}


def _outside(column: Column, typed: pl.Expr) -> pl.Expr:
    if column.type == "timestamp":
        typed = typed.dt.date()
    if column.maximum is None:
        return typed < column.minimum
    if column.minimum is None:
        return typed > column.maximum
    return ~typed.is_between(column.minimum, column.maximum)


def _range_text(column: Column) -> str:
    low = "" if column.minimum is None else f"at least {column.minimum}"
    high = "" if column.maximum is None else f"at most {column.maximum}"
    return " and ".join(filter(None, (low, high)))
