"""Stand-ins for dbt's cross-database macros, with which sqlfluff lints the models. They are never run.

Only macros that our models call. The real ones are in the packages dbt-adapters and dbt-duckdb.
"""

from __future__ import annotations


def type_string() -> str:
    """Name of the text type."""
    return "varchar"


def type_timestamp() -> str:
    """Name of the timestamp type."""
    return "timestamp"


def type_bigint() -> str:
    """Name of the 64-bit integer type."""
    return "bigint"


def dateadd(datepart: str, interval: object, from_date_or_timestamp: str) -> str:
    """A date or instant, some dateparts later."""
    return f"date_add({from_date_or_timestamp}, interval ({interval}) {datepart})"


def datediff(first_date: str, second_date: str, datepart: str) -> str:
    """Boundaries of a datepart between two dates."""
    return f"date_diff('{datepart}', {first_date}, {second_date})"


def date_trunc(datepart: str, date: str) -> str:
    """Start of a datepart."""
    return f"date_trunc('{datepart}', {date})"


def last_day(date: str, datepart: str) -> str:
    """Last day of a datepart."""
    return f"last_day_of('{datepart}', {date})"


def listagg(measure: str, delimiter: str = "','", order_by: str = "", limit: object = None) -> str:
    """Values of a group, joined."""
    return f"string_agg({measure}, {delimiter} {order_by})"


def concat(fields: list[str]) -> str:
    """Texts, joined."""
    return " || ".join(fields)


def bool_or(expression: str) -> str:
    """Whether any row of a group says so."""
    return f"bool_or({expression})"


def safe_cast(field: str, type_name: str) -> str:
    """A cast that gives null where it fails."""
    return f"try_cast({field} as {type_name})"


def split_part(string_text: str, delimiter_text: str, part_number: int) -> str:
    """One part of a text, from 1."""
    return f"split_part({string_text}, {delimiter_text}, {part_number})"
