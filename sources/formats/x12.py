"""X12 005010 interchanges (837P, 837I, 835) into typed rows and rejects.

What must not be here: any one sender. The file is read twice as a stream of segments (x12_segments): the first pass finds the
transactions and judges their envelopes (x12_envelopes), the second takes the sound ones apart, many at once, piece by piece
(x12_pieces, x12_claims, x12_remittances), and the contract judges the text columns as it judges a CSV's.

A row's number is the ordinal of its record among those of its table in the file. A transaction that cannot be read rejects
each of its claims (claim payments) by its reason, or itself where it has none; their lines are part of them and not counted.
A trailer with a wrong count or control number is a rejected record among the claims (claim payments) of its transaction. What
is neither claim nor claim payment counts as a rejected record of the claims. A reject keeps the record's segments as
they came but for line ends; of a transaction set that is not read here only its first segment, for it may carry anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl

from sources.casts import SOURCE_ROW, Check, build_validator, empty_rows
from sources.contract import Table
from sources.formats.result import ReadTable, Reject, RejectFile, TypedFiles, account_for_records
from sources.formats.x12_claims import Claims
from sources.formats.x12_envelopes import CLAIM, REMITTANCE, find_spans
from sources.formats.x12_loops import Segments
from sources.formats.x12_pieces import CLAIM_CODES, Piece, pieces
from sources.formats.x12_remittances import Remittances
from sources.formats.x12_segments import KEPT_BYTES, TERMINATOR, blocks

_EXPECTED = {
    "bad_date": "a day written CCYYMMDD",
    "bad_integer": "a whole number",
    "bad_decimal": "a decimal number",
}
# What ends a record of each kind, besides another of its own.
_ENDS = ("CLM", "HL", "LX", "CLP", "SVC", "PLB", "SE", "ST")
_LINES = ("LX", "SVC")


def read_x12(
    path: Path,
    tables: Mapping[str, Table],
    zone: str,
    batch_id: str,
    out: Path,
    first_rows: Mapping[str, int],
) -> dict[str, ReadTable]:
    """Read one file of X12 interchanges into Parquet files of typed rows and of rejects, by table.

    Args:
        path: the plain (unpacked) file.
        tables: the contract's tables of the records CLM, LX, CLP, SVC and PLB, with the columns of the readers.
        zone: the agency's zone, which no column of X12 needs.
        batch_id: lineage.
        out: typed rows go to `<out>.<table>.<n>.parquet`, rejects to `<out>.<table>.rejects.parquet`.
        first_rows: by table, number of the first record (above 1 for a later file of an archive).

    Returns:
        What each table got. A table without a record is left out; a file without any is the claims' table's.

    Raises:
        FileRefusedError: empty_file, bad_encoding (UTF-16), not_x12, unreadable; nothing is then kept.
    """
    with path.open("rb") as file:
        found = find_spans(blocks(file))
    rows = {
        str(table.record): _TableOutput(table, zone, batch_id, out, first_rows[name])
        for name, table in tables.items()
    }
    with path.open("rb") as file:
        for piece in pieces(blocks(file), found):
            if piece.problem is not None:
                _reject(piece, rows)
            elif piece.kind == CLAIM:
                _read_claims(piece, rows)
            else:
                _read_remittances(piece, rows)
    results = {kept.table.name: kept.finish() for kept in rows.values()}
    filled = {name: result for name, result in results.items() if result.rows_in}
    first = rows["CLM"].table.name
    return filled or {first: results[first]}


class _TableOutput:
    """One table's rows on their way."""

    def __init__(self, table: Table, zone: str, batch_id: str, out: Path, first_row: int) -> None:
        self.table, self._zone, self._batch_id = table, zone, batch_id
        self._first = self.next_row = first_row
        out = out.with_name(f"{out.name}.{table.name}")
        self._rejects = out.with_name(f"{out.name}.rejects.parquet")
        self._typed, self._rejected = TypedFiles(out), RejectFile(self._rejects, batch_id)
        self._empty = empty_rows(table)
        self._is_typed = False
        self._places = {column.name: column.at for column in table.columns}

    def add(self, frame: pl.DataFrame, line: Callable[[int], bytes]) -> None:
        """The next records as text columns; `line` gives a record's segments by its position."""
        first = self.next_row
        self.next_row += frame.height
        records = frame.with_row_index(SOURCE_ROW, offset=first)
        validator = build_validator(self.table, frozenset(frame.columns), self._zone)
        accepted, rejected = validator.partition(records, self._batch_id)
        self._is_typed = True
        self._typed.add(pl.concat([self._empty, accepted], how="diagonal"))
        if rejected is None:
            return
        for row, position in zip(rejected[SOURCE_ROW], rejected["check"], strict=True):
            check = validator.checks[position]
            self._rejected.add(
                Reject(row, check.reason_code, check.column, self._detail(check), line(row - first))
            )

    def _detail(self, check: Check) -> str:
        where = self._places.get(check.column)
        expected = _EXPECTED.get(check.reason_code, check.expected)
        return f"{where or ''} {check.column}: expected {expected}".lstrip()

    def reject(self, reason_code: str, location: str | None, detail: str, line: bytes) -> None:
        """The next record, which is not read at all."""
        self._rejected.add(Reject(self.next_row, reason_code, location, detail, line))
        self.next_row += 1

    def finish(self) -> ReadTable:
        """What the file gave this table."""
        if not self._is_typed:
            self._typed.add(self._empty)
        rows_in = self.next_row - self._first
        return account_for_records(
            self._typed.finish(), self._rejects, rows_in, self._rejected.finish()
        )


def _read_claims(piece: Piece, rows: Mapping[str, _TableOutput]) -> None:
    segments = Segments(piece.texts, piece.codes)
    found = Claims(segments)
    first = rows["CLM"].next_row
    starts = np.array([position for position, _ in piece.guides])
    guides = pl.Series([guide for _, guide in piece.guides], dtype=pl.String)
    guide = guides.gather(np.searchsorted(starts, found.positions, side="right") - 1)
    claims = found.claims().with_columns(guide=guide)
    lines = found.lines(claims).with_columns(claim_row=_numbers(found.line_claims, first))
    rows["CLM"].add(claims, _RecordSegments(piece, segments, "CLM"))
    rows["LX"].add(lines, _RecordSegments(piece, segments, "LX"))


def _read_remittances(piece: Piece, rows: Mapping[str, _TableOutput]) -> None:
    segments = Segments(piece.texts, piece.codes)
    found = Remittances(segments, piece.earlier)
    first = rows["CLP"].next_row
    claims = found.claims()
    lines = found.lines(claims).with_columns(remittance_row=_numbers(found.line_claims, first))
    rows["CLP"].add(claims, _RecordSegments(piece, segments, "CLP"))
    rows["SVC"].add(lines, _RecordSegments(piece, segments, "SVC"))
    adjustments, positions = found.provider_adjustments()
    rows["PLB"].add(
        adjustments, lambda position: _as_received(piece, [segments.texts[positions[position]]])
    )


def _numbers(claims: np.ndarray, first: int) -> pl.Series:
    """The record numbers of the lines' claims; null for a line that stands before the first claim."""
    numbers = pl.DataFrame({"claim": claims}).select(
        pl.when(pl.col("claim") >= 0).then(pl.col("claim") + first).cast(pl.String)
    )
    return numbers.to_series()


class _RecordSegments:
    """The segments of the records of one kind, for the reject ledger."""

    def __init__(self, piece: Piece, segments: Segments, name: str) -> None:
        self._piece, self._segments, self._name = piece, segments, name

    @cached_property
    def _ends(self) -> np.ndarray:
        ends = [end for end in _ENDS if self._name in _LINES or end not in _LINES]
        is_end = np.logical_or.reduce([self._segments.is_named(end) for end in ends])
        return np.append(np.flatnonzero(is_end), len(self._segments.texts))

    @cached_property
    def _places(self) -> np.ndarray:
        return self._segments.positions(self._name)

    def __call__(self, position: int) -> bytes:
        begin = self._places[position]
        end = self._ends[np.searchsorted(self._ends, begin, side="right")]
        return _as_received(self._piece, self._segments.texts[begin:end].tolist())


def _reject(piece: Piece, rows: Mapping[str, _TableOutput]) -> None:
    """Every claim of a transaction that is not sound, or the transaction where none can be told."""
    problem = piece.problem
    assert problem is not None
    assert problem.reason_code is not None
    rows_of = rows["CLP"] if piece.kind == REMITTANCE else rows["CLM"]
    what = (problem.reason_code, problem.location, problem.detail)
    wanted = CLAIM_CODES.get(piece.kind or "")
    positions = np.flatnonzero(piece.codes == wanted).tolist() if wanted else []
    if not positions:
        is_other = piece.kind is not None and wanted is None
        rows_of.reject(*what, _as_received(piece, piece.texts[:1] if is_other else piece.texts))
        return
    segments = Segments(piece.texts, piece.codes)
    kept = _RecordSegments(piece, segments, str(rows_of.table.record))
    for position in range(len(positions)):
        rows_of.reject(*what, kept(position))


def _as_received(piece: Piece, texts: list[bytes]) -> bytes:
    text = TERMINATOR.join([*texts, b""])[:KEPT_BYTES]
    return piece.separators.restore(text)
