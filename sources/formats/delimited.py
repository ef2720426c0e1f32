"""Reads CSV (RFC 4180, UTF-8, with header) into typed rows and rejects.

Polars streams the file once; types are never inferred. Must not be here: any particular sender.
If a file's structure is irregular, each broken record is replaced with an empty one, so that
record numbers stay correct. An empty record always fails the contract, and its reject then
reports the structural problem and the original line.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from sources.casts import SOURCE_ROW, build_validator
from sources.contract import Table
from sources.formats.result import ReadTable, Reject, TypedFiles, account_for_records, write_rejects
from sources.formats.structure import MAX_LINE_BYTES, Block, CsvScan, blocks
from sources.header import Header, match_header, refuse_note_types
from sources.reasons import FileRefusedError

_OTHER_FORMATS = {
    b"PK\x03\x04": "a zip archive or workbook",
    b"\x1f\x8b": "gzip",
    b"PAR1": "Parquet",
    b"%PDF": "PDF",
    b"\xd0\xcf\x11\xe0": "an old Office document",
    b"{": "JSON",
    b"[": "JSON",
    b"<": "XML or HTML",
    b"ISA*": "X12",
    b"MSH|": "HL7 v2",
}
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_SEGMENT_BYTES = 8 << 20  # 32 MB cost 10 % more time and twice the memory
_BOM = b"\xef\xbb\xbf"


def read_header(path: Path, table: Table) -> Header:
    """Read the first line and match it to the contract.

    Raises:
        FileRefusedError: empty_file, not_a_csv, bad_encoding, bad_line_ends, and those of
            `match_header`.
    """
    with path.open("rb") as file:
        first = line = file.readline(MAX_LINE_BYTES)
        while line and not line.strip():
            line = file.readline(MAX_LINE_BYTES)
    if not line:
        raise FileRefusedError(
            "empty_file", f"the file has {path.stat().st_size} bytes; expected a header and records"
        )
    for start, kind in _OTHER_FORMATS.items():
        if line.startswith(start):
            raise FileRefusedError(
                "not_a_csv", f"the content is {kind}; expected comma-separated text"
            )
    if line.startswith(_UTF16_MARKS) or b"\0" in line:
        raise FileRefusedError("bad_encoding", "the header is not UTF-8 (UTF-16 or NUL bytes)")
    if line is not first:
        raise FileRefusedError(
            "header_missing_column", "the first line is empty; expected the header"
        )
    text = line.removeprefix(_BOM).rstrip(b"\r\n")
    if b"\r" in text:
        raise FileRefusedError(
            "bad_line_ends", "the header contains a bare carriage return; expected LF or CRLF"
        )
    try:
        fields = next(csv.reader([text.decode("utf-8")], strict=True), [])
    except UnicodeDecodeError as error:
        raise FileRefusedError("bad_encoding", "the header is not UTF-8") from error
    except csv.Error as error:
        raise FileRefusedError(
            "header_missing_column", f"the header is not readable as CSV: {error}"
        ) from error
    return match_header(fields, table)


def read_delimited(
    path: Path,
    scan: CsvScan,
    table: Table,
    *,
    zone: str,
    batch_id: str,
    out: Path,
    first_row: int = 1,
) -> ReadTable:
    """Read one CSV file into Parquet files of typed rows and one of rejects.

    Args:
        path: the uncompressed file.
        scan: the result of the scan over its bytes.
        table: the contract's table.
        zone: the agency's time zone.
        batch_id: lineage.
        out: typed rows go to `<out>.<n>.parquet`, rejects to `<out>.rejects.parquet`.
        first_row: number of the first record (above 1 for the second file of a table in an
            archive).

    Raises:
        FileRefusedError: the header, the encoding or note text refuses the whole file.
    """
    header = read_header(path, table)
    if scan.longest_line > MAX_LINE_BYTES:
        raise FileRefusedError("record_too_long", f"a line of more than {MAX_LINE_BYTES} bytes")
    return _FileReader(scan, table, header, zone, batch_id, out).run(path, first_row)


@dataclass(frozen=True)
class _Segment:
    """Complete records as CSV without a header, unchanged or repaired.

    Attributes:
        content: the bytes that Polars reads.
        repaired: for a repaired segment, the original records and the problems of the broken
            ones; else None.
    """

    content: bytes
    repaired: Block | None = None

    def line(self, position: int, lines: list[bytes]) -> tuple[bytes, str | None]:
        """The original record and its structural problem, or None.

        `lines` are the lines of `content`.
        """
        if self.repaired is None:
            return lines[position].removesuffix(b"\r"), None
        return self.repaired.records[position], self.repaired.problems.get(position)


class _MisreadError(Exception):
    """Polars returned another number of records than the file has."""


class _FileReader:
    """Reads one file, segment by segment.

    Polars needs several times the memory of what it reads, so a 1 GB file is not read in one
    call.
    """

    def __init__(
        self, scan: CsvScan, table: Table, header: Header, zone: str, batch_id: str, out: Path
    ) -> None:
        self.scan, self.table, self.header, self.batch_id = scan, table, header, batch_id
        self.n_fields = len(header.names)
        self.out = out
        self.validator = build_validator(table, frozenset(header.present), zone)

    def run(self, path: Path, first_row: int) -> ReadTable:
        """Read the file unchanged if its structure is regular, else repaired."""
        if self.scan.is_regular(self.n_fields) and not self.scan.has_multiline:
            try:
                return self._read(_unchanged(path), first_row, self.scan.lines - 1)
            except _MisreadError:
                # One short and one long record can balance out in the delimiter count. Polars
                # rejects the long one.
                pass
        try:
            return self._read(_repaired(path, self.n_fields), first_row, None)
        except _MisreadError as error:
            raise FileRefusedError("unreadable", "the records cannot be separated") from error

    def _read(
        self, segments: Iterator[_Segment], first_row: int, expected: int | None
    ) -> ReadTable:
        typed = TypedFiles(self.out)
        rejects = self.out.with_name(f"{self.out.name}.rejects.parquet")
        self.next_row = first_row
        rejected = write_rejects(self._rejects(segments, typed), rejects, self.batch_id)
        rows_in = self.next_row - first_row
        if expected not in (None, rows_in):
            raise _MisreadError
        if not rows_in:
            typed.add(self.validator.partition(self._records(b"", first_row), self.batch_id)[0])
        return account_for_records(typed.finish(), rejects, rows_in, rejected, self.header.unknown)

    def _rejects(self, segments: Iterator[_Segment], typed: TypedFiles) -> Iterator[Reject]:
        """Write the accepted rows of each segment to `typed` and yield its rejects."""
        for segment in segments:
            first = self.next_row
            records = self._records(segment.content, first)
            if segment.repaired is not None and records.height != len(segment.repaired.records):
                raise _MisreadError
            self.next_row += records.height
            accepted, rejected = self.validator.partition(records, self.batch_id)
            del records
            typed.add(accepted)
            if rejected is not None:
                yield from self._to_rejects(segment, rejected, first)

    def _records(self, content: bytes, first_row: int) -> pl.DataFrame:
        names = [name or f"unknown {position}" for position, name in enumerate(self.header.names)]
        schema = dict.fromkeys(names, pl.String())
        if not content:
            return pl.DataFrame(schema={SOURCE_ROW: pl.UInt32(), **schema})
        found = pl.scan_csv(
            content,
            has_header=False,
            schema=schema,
            quote_char='"' if self.scan.has_quotes else None,
            row_index_name=SOURCE_ROW,
            row_index_offset=first_row,
        ).select(SOURCE_ROW, *self.header.present)
        if self.scan.has_quotes:
            # Polars distinguishes a quoted empty field from an empty one; senders do not.
            found = found.with_columns(
                pl.when(pl.col(name) != "").then(pl.col(name)).alias(name)
                for name in self.header.present
            )
        try:
            return found.collect()
        except (pl.exceptions.ComputeError, pl.exceptions.SchemaError) as error:
            raise _MisreadError from error

    def _to_rejects(
        self, segment: _Segment, rejected: pl.DataFrame, first: int
    ) -> Iterator[Reject]:
        refuse_note_types(rejected)
        lines = segment.content.split(b"\n") if segment.repaired is None else []
        for row, position in zip(rejected[SOURCE_ROW], rejected["check"], strict=True):
            line, problem = segment.line(row - first, lines)
            if problem is None:
                check = self.validator.checks[position]
                yield Reject(row, check.reason_code, check.column, check.detail, line)
            else:
                is_ragged = problem == "ragged_row"
                detail = f"expected {self.n_fields} fields, as in the header" if is_ragged else ""
                yield Reject(row, problem, None, detail, line)


def _unchanged(path: Path) -> Iterator[_Segment]:
    """Segments of a file in which every line is one record."""
    with path.open("rb") as file:
        file.readline(MAX_LINE_BYTES)
        while content := file.read(_SEGMENT_BYTES):
            yield _Segment(content + file.readline(MAX_LINE_BYTES))


def _repaired(path: Path, n_fields: int) -> Iterator[_Segment]:
    """Segments of any file, with an empty record in place of each broken one."""
    empty = b"," * (n_fields - 1)
    records: list[bytes] = []
    problems: dict[int, str] = {}
    size = 0

    def segment() -> _Segment:
        repaired = list(records)
        for position in problems:
            repaired[position] = empty
        return _Segment(b"\n".join(repaired) + b"\n", Block(0, records, problems))

    with path.open("rb") as file:
        for block in blocks(file, n_fields):
            problems.update(
                {position + len(records): code for position, code in block.problems.items()}
            )
            records.extend(block.records)
            size += sum(map(len, block.records))
            if size >= _SEGMENT_BYTES:
                yield segment()
                records, problems, size = [], {}, 0
    if records:
        yield segment()
