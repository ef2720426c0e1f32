"""CSV (RFC 4180, UTF-8, header) into typed rows and rejects: Polars streams the file once, nothing is sniffed.

What must not be here: any one sender. A file whose structure is not regular is first rewritten with an empty record in
the place of each broken one, so that the numbers of the records stand; an empty record never passes a contract, and its
reject then says what was wrong with the record as it came.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import polars as pl

from sources.casts import SOURCE_ROW, judgement
from sources.contract import Table
from sources.formats.result import PARQUET, ReadTable, Reject, count_rows, write_rejects
from sources.formats.structure import MAX_LINE_BYTES, Survey, blocks
from sources.header import Header, match_header, refuse_note_types
from sources.reasons import FileRefusedError

_FOREIGN_STARTS = {
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
_UTF16_STARTS = (b"\xff\xfe", b"\xfe\xff")
_BOM = b"\xef\xbb\xbf"


def read_header(path: Path, table: Table) -> Header:
    """The first line held against the contract.

    Raises:
        FileRefusedError: empty_file, not_a_csv, bad_encoding, bad_line_ends, and those of `match_header`.
    """
    with path.open("rb") as file:
        line = file.readline(MAX_LINE_BYTES)
        while line and not line.strip():
            line = file.readline(MAX_LINE_BYTES)
        is_first = file.tell() == len(line)
    if not line:
        raise FileRefusedError(
            "empty_file", f"{path.stat().st_size} bytes; expected a header and records"
        )
    for start, kind in _FOREIGN_STARTS.items():
        if line.startswith(start):
            raise FileRefusedError("not_a_csv", f"content is {kind}; expected comma-separated text")
    if line.startswith(_UTF16_STARTS) or b"\0" in line:
        raise FileRefusedError("bad_encoding", "header is not UTF-8 (UTF-16 or NUL bytes)")
    if not is_first:
        raise FileRefusedError(
            "header_missing_column", "the first line is empty; expected the header there"
        )
    text = line.removeprefix(_BOM).rstrip(b"\r\n")
    if b"\r" in text:
        raise FileRefusedError(
            "bad_line_ends", "header holds a bare carriage return; expected LF or CRLF"
        )
    try:
        fields = next(csv.reader([text.decode("utf-8")], strict=True), [])
    except UnicodeDecodeError as error:
        raise FileRefusedError("bad_encoding", "header is not UTF-8") from error
    except csv.Error as error:
        raise FileRefusedError(
            "header_missing_column", f"header is not readable as CSV: {error}"
        ) from error
    return match_header(fields, table)


def read_delimited(
    path: Path,
    survey: Survey,
    table: Table,
    *,
    zone: str,
    batch_id: str,
    out: Path,
    first_row: int = 1,
) -> ReadTable:
    """Read one CSV file into two Parquet files.

    Args:
        path: the plain (unpacked) file.
        survey: what a pass over its bytes showed.
        table: the contract's table.
        zone: the agency's zone.
        batch_id: lineage.
        out: typed rows go to `<out>.parquet`, rejects to `<out>.rejects.parquet`.
        first_row: number of the first record (above 1 for the second file of a table in an archive).

    Raises:
        FileRefusedError: the header, the encoding or note text refuse the file as a whole.
    """
    header = read_header(path, table)
    if survey.longest_line > MAX_LINE_BYTES:
        raise FileRefusedError("record_too_long", f"a line of more than {MAX_LINE_BYTES} bytes")
    reading = _Reading(path, survey, table, header, zone, batch_id, out, first_row)
    return reading.run()


class _Reading:
    """One file on its way; kept together so that a second attempt, on the rewritten file, has the same parameters."""

    def __init__(
        self,
        path: Path,
        survey: Survey,
        table: Table,
        header: Header,
        zone: str,
        batch_id: str,
        out: Path,
        first_row: int,
    ) -> None:
        self.path, self.survey, self.table, self.header = path, survey, table, header
        self.batch_id, self.first_row = batch_id, first_row
        self.n_fields = len(header.names)
        self.typed = out.with_name(f"{out.name}.parquet")
        self.rejects = out.with_name(f"{out.name}.rejects.parquet")
        self.failed = out.with_name(f"{out.name}.failed.parquet")
        self.mended = out.with_name(f"{out.name}.mended.csv")
        self.n_failed = 0
        self.judgement = judgement(table, frozenset(header.present), zone)

    def run(self) -> ReadTable:
        is_mended = not self.survey.is_regular(self.n_fields)
        expected = self.survey.lines - 1
        # A short record and a long one in one file pass the survey, for their delimiters add up: Polars refuses the long.
        if is_mended or not self._is_streamed(self.path, expected):
            is_mended = True
            expected = self._mend()
            if not self._is_streamed(self.mended, expected):
                raise FileRefusedError("unreadable", "its records cannot be told apart")
            self.mended.unlink()
        rejected = write_rejects(self._rejects(is_mended=is_mended), self.rejects, self.batch_id)
        self.failed.unlink()
        return ReadTable(
            self.typed, self.rejects, expected, expected - rejected, rejected, self.header.unknown
        )

    def _is_streamed(self, path: Path, expected: int) -> bool:
        """Whether Polars read the file, and found as many records as the bytes have."""
        try:
            self._stream(path)
        except pl.exceptions.ComputeError:
            return False
        self.n_failed = count_rows(self.failed)
        return count_rows(self.typed) + self.n_failed == expected

    def _stream(self, path: Path) -> None:
        names = [name or f"unknown {place}" for place, name in enumerate(self.header.names)]
        records = pl.scan_csv(
            path,
            infer_schema=False,
            with_column_names=lambda _: names,
            row_index_name=SOURCE_ROW,
            row_index_offset=self.first_row,
            raise_if_empty=False,
        )
        present = self.header.present
        if self.survey.has_quotes:
            # Polars keeps a quoted empty field apart from an empty one; no sender means a difference.
            records = records.with_columns(
                pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in present
            )
        accepted, rejected = self.judgement.sort(records, self.batch_id)
        pl.collect_all(
            [
                accepted.sink_parquet(self.typed, lazy=True, **PARQUET),
                rejected.sink_parquet(self.failed, lazy=True, **PARQUET),
            ],
            engine="streaming",
        )

    def _mend(self) -> int:
        """Rewrite the file with empty records for broken ones; returns how many records it has."""
        empty = b"," * (self.n_fields - 1)
        count = 0
        with self.path.open("rb") as file, self.mended.open("wb") as mended:
            mended.write(b",".join(b"f%d" % place for place in range(self.n_fields)) + b"\n")
            for block in blocks(file, self.n_fields):
                for place in block.problems:
                    block.records[place] = empty
                mended.write(b"\n".join(block.records) + b"\n")
                count += len(block.records)
        return count

    def _rejects(self, *, is_mended: bool) -> Iterator[Reject]:
        if self.n_failed == 0:
            return
        failed = self.judgement.explain(pl.scan_parquet(self.failed))
        needed = [SOURCE_ROW, "check", *({"document_type"} & set(self.judgement.texts))]
        found = failed.select(needed).collect(engine="streaming").sort(SOURCE_ROW)
        refuse_note_types(found)
        rows, places = found[SOURCE_ROW].to_list(), found["check"].to_list()
        is_split = is_mended or self.survey.has_multiline
        lines = self._lines_by_block(rows) if is_split else self._lines_by_number(rows)
        for row, place, (line, problem) in zip(rows, places, lines, strict=True):
            if problem is not None:
                detail = (
                    f"expected {self.n_fields} fields, as in the header"
                    if problem == "ragged_row"
                    else ""
                )
                yield Reject(row, problem, None, detail, line)
            else:
                check = self.judgement.checks[place]
                yield Reject(row, check.reason_code, check.column, check.detail, line)

    def _lines_by_number(self, rows: list[int]) -> Iterator[tuple[bytes, None]]:
        """Every record is one line: skip from one to the next."""
        with self.path.open("rb") as file:
            next_row = self.first_row - 1  # the header's place
            for row in rows:
                line = next(islice(file, row - next_row, None))
                next_row = row + 1
                yield line.rstrip(b"\r\n"), None

    def _lines_by_block(self, rows: list[int]) -> Iterator[tuple[bytes, str | None]]:
        wanted = iter(rows)
        row = next(wanted, None)
        with self.path.open("rb") as file:
            for block in blocks(file, self.n_fields):
                first = block.first + self.first_row - 1
                while row is not None and row < first + len(block.records):
                    yield block.records[row - first], block.problems.get(row - first)
                    row = next(wanted, None)
