"""Reads the rows of a list and writes its file into a release, encrypted if its recipient has a key."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TextIO
from zoneinfo import ZoneInfo

import duckdb

from publishing.encryption import Recipient
from publishing.release import Release, ReleaseError

_ROWS_AT_ONCE = 5_000


@dataclass(frozen=True)
class ListFile:
    """A file with rows of an export.

    Attributes:
        path: path in the release.
        relation: the export that it contains.
        columns: name and kind of every column, in order.
        order: sort columns; together they are unique.
    """

    path: str
    relation: str
    columns: tuple[tuple[str, str], ...]
    order: str


def write(
    release: Release,
    path: str,
    recipient: Recipient | None,
    write_rows: Callable[[TextIO], int],
) -> int:
    """Write the file, and add it to the release.

    Args:
        release: the open release.
        path: path in the release; an encrypted file is `<path>.age`.
        recipient: recipient of the file; None writes it plain.
        write_rows: writes the content as UTF-8 with its own line ends, and returns the rows.

    Returns:
        Rows written.
    """
    if recipient is None:
        with release.file(path).open("w", encoding="utf-8", newline="") as file:
            count = write_rows(file)
        release.add(path, count)
        return count
    encrypted_path = f"{path}.age"
    # An unnamed file: a killed run leaves no plain copy.
    with tempfile.TemporaryFile(dir=release.directory) as plain:
        text = io.TextIOWrapper(plain, encoding="utf-8", newline="")
        count = write_rows(text)
        text.detach()  # flushes and leaves `plain` open
        plain.seek(0)
        content_hash = recipient.content_hash(plain)
        plain.seek(0)
        with release.file(encrypted_path).open("wb") as encrypted:
            recipient.encrypt_stream(plain, encrypted)
    release.add(encrypted_path, count, content_hash=content_hash)
    return count


def rows(
    connection: duckdb.DuckDBPyConnection, zone: ZoneInfo, spec: ListFile
) -> Iterator[list[str | None]]:
    """Yield the rows of a list, every column as text.

    Args:
        connection: the warehouse.
        zone: the agency's time zone; times are written with its offset.
        spec: the list.

    Raises:
        ReleaseError: a column is missing from the relation.
    """
    found = {line[0] for line in connection.execute(f"describe {spec.relation}").fetchall()}
    missing = [name for name, _ in spec.columns if name not in found]
    if missing:
        raise ReleaseError(
            f"{spec.relation} has no column {', '.join(missing)}: {spec.path} needs every column"
        )
    columns = ",\n".join(
        f"{format_expression(f'listed.{name}', kind, zone)} as {name}"
        for name, kind in spec.columns
    )
    # All names are constants of the lists. Rows are ordered by values, not by the formatted texts.
    order = ", ".join(f"listed.{part}" for part in spec.order.split(", "))
    query = f"select {columns} from {spec.relation} as listed order by {order}"  # noqa: S608
    cursor = connection.execute(query)
    while chunk := cursor.fetchmany(_ROWS_AT_ONCE):
        yield from map(list, chunk)


def format_expression(name: str, kind: str, zone: ZoneInfo) -> str:
    """Return SQL that formats a column as text; null stays null, which is an empty field."""
    if kind == "text":
        return f"cast({name} as varchar)"
    if kind == "date":
        return f"strftime(cast({name} as date), '%Y-%m-%d')"
    if kind == "boolean":
        return f"case when {name} then 'true' when not {name} then 'false' end"
    if kind == "digits":
        return f"nullif(regexp_replace(cast({name} as varchar), '[^0-9]', '', 'g'), '')"
    if kind == "tenths":
        return f"printf('%.1f', cast({name} as double))"
    if kind == "number":
        exact = f"cast(cast({name} as decimal(18, 4)) as varchar)"
        return f"rtrim(rtrim({exact}, '0'), '.')"
    if kind == "instant":
        local = f"timezone('{zone.key}', cast({name} as timestamptz))"
        minutes = f"date_diff('minute', timezone('UTC', cast({name} as timestamptz)), {local})"
        offset = (
            f"printf('%s%02d:%02d', case when {minutes} < 0 then '-' else '+' end,"
            f" abs({minutes}) // 60, abs({minutes}) % 60)"
        )
        return f"strftime({local}, '%Y-%m-%dT%H:%M:%S') || {offset}"
    raise ValueError(f"no format for columns of kind {kind!r}")
