"""Splits the bytes of a delimited file into records and finds the broken ones.

RFC 4180: comma, quote, doubled quote inside quotes, LF or CRLF. Must not be here: columns, types,
contracts.

`CsvScanner` reads every byte once, in blocks, and decides whether Polars may read the file
unchanged; Polars alone accepts a short record and fills it with nulls. `blocks` splits an
irregular file into records and marks the broken ones. DuckDB's CSV reader (1.5.6) was not
suitable: it drops an unclosed quote and everything after it without a reject, refuses mixed line
ends, and alters lines that are not UTF-8.

Empty lines are skipped. A quoted field without a closing quote is one broken record of one line;
reading resumes with the next line.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

BLOCK_BYTES = 4 << 20
MAX_LINE_BYTES = 8 << 20
_MAX_RECORD_LINES = 1000  # a longer quoted field is treated as an unclosed quote
_COMMA, _QUOTE, _LF, _CR = 44, 34, 10, 13
# A doubled quote inside an unquoted field is accepted: the scan cannot distinguish it from a
# valid one, and Polars reads it.
_FIELD = rb'(?:"(?:[^"]|"")*"|(?:[^",\n](?:[^",\n]|"")*)?)'
_RECORD = re.compile(rb"(?s:%b(?:,%b)*)" % (_FIELD, _FIELD))
_FIELDS = re.compile(rb'"(?:[^"]|"")*"|,')


@dataclass(frozen=True)
class CsvScan:
    """The result of scanning a file's bytes.

    Attributes:
        lines: lines outside quotes, including the header and empty lines.
        delimiters: commas outside quotes.
        is_clean: the file is UTF-8 without NUL, and every quote is closed and encloses a whole
            field.
        has_quotes, has_multiline: whether there are quotes, and line ends inside quotes.
        longest_line: lower bound of the longest line, exact above MAX_LINE_BYTES.
    """

    lines: int
    delimiters: int
    is_clean: bool
    has_quotes: bool
    has_multiline: bool
    longest_line: int

    def is_regular(self, n_fields: int) -> bool:
        """Whether every record has `n_fields` fields, unless short and long records balance out."""
        return self.is_clean and n_fields > 1 and self.delimiters == self.lines * (n_fields - 1)


class CsvScanner:
    """Scans a file block by block."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._is_clean = True
        self._in_quotes = False
        self._awaits_end_of_field = False
        self._has_quotes = self._has_multiline = False
        self._lines = self._delimiters = 0
        self._line_bytes = self._longest = 0
        self._last = _LF

    def feed(self, block: bytes) -> None:
        """Scan the next bytes of the file."""
        if not block:
            return
        self._check_text(block)
        self._measure_lines(block)
        last = block[-1]
        if b'"' in block:
            # Removing pairs of quotes (empty quoted fields, doubled quotes) does not change which
            # other bytes are inside quotes, and most files then have no quotes left.
            self._has_quotes = True
            first, block = block[0], block.replace(b'""', b"")
            if self._awaits_end_of_field and first == _QUOTE:
                self._awaits_end_of_field = False
        if not block:
            self._last = last
            return
        values = np.frombuffer(block, np.uint8)
        if self._awaits_end_of_field:
            self._is_clean &= block[0] in (_COMMA, _LF, _CR, _QUOTE)
            self._awaits_end_of_field = False
        commas, ends = values == _COMMA, values == _LF
        if b'"' in block:
            inside_commas, inside_ends = self._quoted(values, commas, ends)
        elif self._in_quotes:
            inside_commas, inside_ends = np.count_nonzero(commas), np.count_nonzero(ends)
        else:
            inside_commas = inside_ends = 0
        self._delimiters += int(np.count_nonzero(commas)) - int(inside_commas)
        self._lines += int(np.count_nonzero(ends)) - int(inside_ends)
        self._has_multiline |= inside_ends > 0
        self._last = last

    def finish(self) -> CsvScan:
        """The result, after the last block."""
        try:
            self._decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            self._is_clean = False
        return CsvScan(
            lines=self._lines + (self._last != _LF),
            delimiters=self._delimiters,
            is_clean=self._is_clean and not self._in_quotes,
            has_quotes=self._has_quotes,
            has_multiline=self._has_multiline,
            longest_line=max(self._longest, self._line_bytes),
        )

    def _check_text(self, block: bytes) -> None:
        if b"\0" in block:
            self._is_clean = False
        if self._is_clean and not (block.isascii() and not self._decoder.getstate()[0]):
            try:
                self._decoder.decode(block)
            except UnicodeDecodeError:
                self._is_clean = False

    def _measure_lines(self, block: bytes) -> None:
        first = block.find(b"\n")
        if first < 0:
            self._line_bytes += len(block)
            return
        self._longest = max(self._longest, self._line_bytes + first)
        self._line_bytes = len(block) - block.rfind(b"\n") - 1

    def _quoted(self, values: np.ndarray, commas: np.ndarray, ends: np.ndarray) -> tuple[int, int]:
        """Count commas and line ends inside quotes; check that quotes are at field edges."""
        positions = np.flatnonzero(values == _QUOTE)
        opens = (np.arange(len(positions)) + self._in_quotes) % 2 == 0
        before = np.where(positions > 0, values[positions - 1], self._last)[opens]
        # 0xBF is the last byte of a byte order mark, which may precede a quoted header.
        is_edge = (before == _COMMA) | (before == _LF) | (before == _QUOTE) | (before == 0xBF)
        closing = positions[~opens]
        if len(closing) and closing[-1] == len(values) - 1:
            self._awaits_end_of_field = True
            closing = closing[:-1]
        after = values[closing + 1]
        is_end = (after == _COMMA) | (after == _LF) | (after == _CR) | (after == _QUOTE)
        self._is_clean &= bool(is_edge.all()) and bool(is_end.all())
        inside_commas = int(np.add.reduceat(commas, positions, dtype=np.int64)[opens].sum())
        inside_ends = int(np.add.reduceat(ends, positions, dtype=np.int64)[opens].sum())
        if self._in_quotes:
            inside_commas += int(np.count_nonzero(commas[: positions[0]]))
            inside_ends += int(np.count_nonzero(ends[: positions[0]]))
        self._in_quotes ^= bool(len(positions) % 2)
        return inside_commas, inside_ends


@dataclass(frozen=True)
class Block:
    """Consecutive records of a file, without their line ends.

    Attributes:
        first: number of the first record, from 1; the header is not counted.
        problems: position in `records` to reason code.
    """

    first: int
    records: list[bytes]
    problems: dict[int, str]


def blocks(file: BinaryIO, n_fields: int) -> Iterator[Block]:
    """The records after the header line, in order; memory is bounded by a block and MAX_LINE_BYTES."""
    file.readline(MAX_LINE_BYTES)
    number, rest = 1, b""
    while True:
        data = file.read(BLOCK_BYTES)
        is_last = len(data) < BLOCK_BYTES
        text, rest = rest + data, b""
        if not is_last:
            text, _, rest = text.rpartition(b"\n")
        found = _split_without_quotes(text, n_fields)
        if found is None:
            marked, opened = _split_with_quotes(text.split(b"\n"), n_fields, is_last=is_last)
            rest = b"\n".join([*opened, rest]) if opened else rest
            found = [record for record, _ in marked], _problems(marked, n_fields)
        records, problems = found
        if records:
            yield Block(number, records, problems)
            number += len(records)
        if is_last:
            return


def _split_without_quotes(text: bytes, n_fields: int) -> tuple[list[bytes], dict[int, str]] | None:
    """Split a block that has no quotes except empty quoted fields, and no bad bytes; else None."""
    bare = text.replace(b',"",', b",,").replace(b',"",', b",,").replace(b',""\n', b",\n")
    if b'"' in bare or b"\0" in bare or not _is_utf8(bare):
        return None
    records, bare_records = text.split(b"\n"), bare.split(b"\n")
    if b"\r" in bare:
        records = [record.removesuffix(b"\r") for record in records]
        bare_records = [record.removesuffix(b"\r") for record in bare_records]
    if b"" in records:
        records, bare_records = list(filter(None, records)), list(filter(None, bare_records))
    counts = [record.count(b",") for record in bare_records]
    expected = n_fields - 1
    if counts.count(expected) == len(counts):
        return records, {}
    return records, {
        position: "ragged_row" for position, count in enumerate(counts) if count != expected
    }


def _split_with_quotes(
    lines: list[bytes], n_fields: int, *, is_last: bool
) -> tuple[list[tuple[bytes, bool]], list[bytes]]:
    """Split lines into records.

    Returns:
        Each record with a flag for an unclosed quote, and the lines of a record that continues in
        the next block.
    """
    records: list[tuple[bytes, bool]] = []
    position = 0
    while position < len(lines):
        line = lines[position]
        position += 1
        if line in (b"", b"\r"):
            continue
        if b'"' not in line or line.count(b'"') % 2 == 0:
            records.append((line.removesuffix(b"\r"), False))
            continue
        end = _closing_line(lines, position, n_fields)
        if end:
            records.append((b"\n".join(lines[position - 1 : end]).removesuffix(b"\r"), False))
            position = end
        elif (
            end is None
            and not is_last
            and len(lines) - position < _MAX_RECORD_LINES
            and sum(map(len, lines[position:])) < BLOCK_BYTES
        ):
            return records, lines[position - 1 :]
        else:
            records.append((line.removesuffix(b"\r"), True))
    return records, []


def _closing_line(lines: list[bytes], position: int, n_fields: int) -> int | None:
    """Find the line that closes the quoted field opened in the line before `position`.

    Returns:
        The position after that line; 0 if the closed record is not valid; None if no line closes
            the quote.
    """
    for end in range(position, min(len(lines), position + _MAX_RECORD_LINES)):
        if lines[end].count(b'"') % 2:
            record = b"\n".join(lines[position - 1 : end + 1]).removesuffix(b"\r")
            is_proper = _is_quoted_properly(record) and _count_fields(record) == n_fields
            return end + 1 if is_proper else 0
    return None


def _is_quoted_properly(record: bytes) -> bool:
    return _RECORD.fullmatch(record) is not None


def _count_fields(record: bytes) -> int:
    return 1 + sum(1 for found in _FIELDS.finditer(record) if found[0] == b",")


def _problems(records: list[tuple[bytes, bool]], n_fields: int) -> dict[int, str]:
    problems: dict[int, str] = {}
    for position, (record, is_unclosed) in enumerate(records):
        if b"\0" in record:
            problems[position] = "nul_byte"
        elif not record.isascii() and not _is_utf8(record):
            problems[position] = "bad_encoding"
        elif is_unclosed:
            problems[position] = "unclosed_quote"
        elif b'"' in record:
            if not _is_quoted_properly(record):
                problems[position] = "bad_quotes"
            elif _count_fields(record) != n_fields:
                problems[position] = "ragged_row"
        elif record.count(b",") != n_fields - 1:
            problems[position] = "ragged_row"
    return problems


def _is_utf8(record: bytes) -> bool:
    try:
        record.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
