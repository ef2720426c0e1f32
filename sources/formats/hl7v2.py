"""Reads HL7 v2 messages (v2.5.1 chapters 2, 3, 10) into typed rows and rejects.

Must not be here: any particular sender. A file is split into messages block by block
(hl7v2_frames); messages may follow each other directly, in batches or in MLLP frames. Each
message is normalized to canonical separators and UTF-8 (hl7v2_text), many are parsed together
into text columns (hl7v2_fields), and the texts are validated like a CSV. A message that was
rejected before parsing is an empty row, which always fails, so that record numbers stay correct.

A row's number is the ordinal of its record in the file. Records are messages, and rejected parts
between messages (wrong batch trailers, stray bytes). A reject keeps the message as received. For
a message type outside the contract it keeps only the MSH segment, because such a message may
contain a document, and note text is never stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import polars as pl

from sources.casts import SOURCE_ROW, Check, build_validator, empty_rows
from sources.contract import Table
from sources.formats.hl7v2_fields import FIELD_OF_COLUMN, read_fields
from sources.formats.hl7v2_frames import Messages, Problem, Slices, messages, starts_with_at
from sources.formats.hl7v2_lines import MessageText
from sources.formats.hl7v2_text import STANDARD_HEADERS, canonical
from sources.formats.result import PARQUET, ReadTable, Reject, account_for_records, write_rejects

_TYPE = "message_type"
_TYPE_FIELD = 8  # index of MSH-9 after splitting by the field separator
_EXPECTED = {
    "bad_timestamp": "a timestamp written YYYYMMDDHHMM[SS[.S]][+ZZZZ], or a date where a date is enough",
    "bad_date": "a date written YYYYMMDD",
    "bad_boolean": "Y or N",
}


def read_hl7v2(
    path: Path,
    tables: Mapping[str, Table],
    zone: str,
    batch_id: str,
    out: Path,
    first_rows: Mapping[str, int],
) -> dict[str, ReadTable]:
    """Read one file of HL7 v2 messages into Parquet files of typed rows and one of rejects.

    Args:
        path: the uncompressed file.
        tables: the contract's only table of messages; it has the columns in
            `hl7v2_fields.FIELD_OF_COLUMN`.
        zone: the agency's time zone, for timestamps without an offset.
        batch_id: lineage.
        out: typed rows go to `<out>.<n>.parquet`, rejects to `<out>.rejects.parquet`.
        first_rows: by table, number of the first record (above 1 for the second file of an
            archive).

    Raises:
        FileRefusedError: empty_file, bad_encoding (UTF-16), not_hl7v2, unreadable.
    """
    ((name, table),) = tables.items()
    return {name: _FileReader(table, zone, batch_id, out, first_rows[name]).run(path)}


class _FileReader:
    """Reads one file, block by block; memory is bounded by a block."""

    def __init__(self, table: Table, zone: str, batch_id: str, out: Path, first_row: int) -> None:
        self.table, self.zone, self.batch_id = table, zone, batch_id
        self.out, self.next_row = out, first_row
        types = next(column.values for column in table.columns if column.name == _TYPE)
        self.types = frozenset(types or ())
        self.typed: list[Path] = []

    def run(self, path: Path) -> ReadTable:
        """Read the file."""
        first_row = self.next_row
        rejects = self.out.with_name(f"{self.out.name}.rejects.parquet")
        rejected = write_rejects(self._rejects(path), rejects, self.batch_id)
        if not self.typed:
            self._write(empty_rows(self.table))
        return account_for_records(tuple(self.typed), rejects, self.next_row - first_row, rejected)

    def _rejects(self, path: Path) -> Iterator[Reject]:
        """Write each block's typed rows and yield its rejects."""
        with path.open("rb") as file:
            for block in messages(file):
                yield from self._block(block)

    def _block(self, block: Messages) -> Iterator[Reject]:
        frame, problems = read_fields(_canonical(block))
        problems |= block.problems
        first = self.next_row
        self.next_row += len(block.records)
        if problems:
            is_whole = pl.Series([True]).new_from_index(0, frame.height)
            is_whole = is_whole.scatter(list(problems), False)
            frame = frame.with_columns(pl.when(is_whole).then(pl.all()))
        records = frame.with_row_index(SOURCE_ROW, offset=first)
        validator = build_validator(self.table, frozenset(frame.columns), self.zone)
        accepted, rejected = validator.partition(records, self.batch_id)
        if accepted.height:
            self._write(accepted)
        if rejected is None:
            return
        for row, position in zip(rejected[SOURCE_ROW], rejected["check"], strict=True):
            record = block.records[row - first]
            problem = problems.get(row - first)
            line = self._reject_line(record)
            if problem is not None:
                yield Reject(row, problem.reason_code, problem.location, problem.detail, line)
            else:
                check = validator.checks[position]
                yield Reject(row, check.reason_code, check.column, _detail(check), line)

    def _write(self, rows: pl.DataFrame) -> None:
        path = self.out.with_name(f"{self.out.name}.{len(self.typed) + 1}.parquet")
        rows.write_parquet(path, **PARQUET)
        self.typed.append(path)

    def _reject_line(self, record: bytes) -> bytes:
        """The part of a record that the reject ledger may keep."""
        line = record.replace(b"\n", b"\r").split(b"\r", 1)[0]
        fields = line.split(line[3:4]) if line[:3].upper() == b"MSH" and line[3:4] else []
        kind = fields[_TYPE_FIELD][:3].decode("latin-1") if len(fields) > _TYPE_FIELD else ""
        return line if kind and kind not in self.types else record


def _canonical(block: Messages) -> MessageText:
    """The canonical text of a block's records.

    A record that cannot be normalized becomes empty, and its problem is added to the block's.
    """
    # Nearly every block is canonical as received: it is used as one buffer, without copying records.
    if isinstance(block.records, Slices):
        slices = block.records
        content = slices.buffer[slices.begins[0] : slices.ends[-1]]
        text = MessageText(content, slices.begins - slices.begins[0])
        if (
            _is_plain_ascii(content)
            and _have_standard_header(text, slices.ends - slices.begins).all()
        ):
            return text
    records = list(block.records)
    for position, record in enumerate(records):
        if position in block.problems:
            records[position] = b""
        elif not (record.startswith(STANDARD_HEADERS) and _is_plain_ascii(record)):
            found = canonical(record)
            if isinstance(found, Problem):
                block.problems[position] = found
                found = b""
            records[position] = found
    return MessageText.of(records)


def _is_plain_ascii(content: bytes) -> bool:
    """Whether messages in these bytes are canonical if their separators are the standard ones."""
    return content.isascii() and b"\0" not in content and b"\x1b" not in content


def _have_standard_header(text: MessageText, sizes: np.ndarray) -> np.ndarray:
    """Whether each message begins with the standard header."""
    values = np.frombuffer(text.content, np.uint8)
    return (sizes >= len(STANDARD_HEADERS[0])) & starts_with_at(
        STANDARD_HEADERS[0], values, text.firsts
    )


def _detail(check: Check) -> str:
    field = FIELD_OF_COLUMN.get(check.column, "")
    return f"{field} {check.column}: expected {_EXPECTED.get(check.reason_code, check.expected)}"
