"""Reads X12 005010 interchanges (837P, 837I, 835) into typed rows and rejects.

Must not be here: any particular sender. The file is read twice as a stream of segments
(x12_segments). The first pass finds the transactions and checks their envelopes (x12_envelopes).
The second pass parses the accepted transactions in pieces of many at once (x12_pieces,
x12_claims, x12_remittances), and the text columns are validated like a CSV.

A row's number is the ordinal of its record among the records of its table in the file. A
transaction that cannot be read rejects each of its claims (or claim payments) with the
transaction's reason, or itself if it has none; their lines are part of them and not counted. A
claim (or claim payment) that is rejected for a value rejects its lines too. A
trailer with a wrong count or control number is a rejected record among the claims (or claim
payments) of its transaction. Whatever is neither a claim nor a claim payment is a rejected record
of the claims. A reject keeps the record's segments as received, except for line ends. Of an
unsupported transaction set it keeps only the first segment, because the others may contain
anything.
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
    "bad_date": "a date written CCYYMMDD",
    "bad_integer": "a whole number",
    "bad_decimal": "a decimal number",
}
# Segments that end the previous record, besides another one of its own kind.
_RECORD_ENDS = ("CLM", "HL", "LX", "CLP", "SVC", "PLB", "SE", "ST")
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
        path: the uncompressed file.
        tables: the contract's tables with records CLM, LX, CLP, SVC and PLB, and the columns that
            the readers return.
        zone: the agency's time zone; X12 has no timestamps that use it.
        batch_id: lineage.
        out: typed rows go to `<out>.<table>.<n>.parquet`, rejects to
            `<out>.<table>.rejects.parquet`.
        first_rows: by table, number of the first record (above 1 for a later file of an archive).

    Returns:
        The result of each table with records; the result of the claims if the file has no record.

    Raises:
        FileRefusedError: empty_file, bad_encoding (UTF-16), not_x12, unreadable; nothing is then
            kept.
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
    """The rows and rejects of one table."""

    def __init__(self, table: Table, zone: str, batch_id: str, out: Path, first_row: int) -> None:
        self.table, self._zone, self._batch_id = table, zone, batch_id
        self._first = self.next_row = first_row
        out = out.with_name(f"{out.name}.{table.name}")
        self._rejects = out.with_name(f"{out.name}.rejects.parquet")
        self._typed, self._rejected = TypedFiles(out), RejectFile(self._rejects, batch_id)
        self._empty = empty_rows(table)
        self._is_typed = False
        self._element_of_column = {column.name: column.at for column in table.columns}

    def add(
        self,
        frame: pl.DataFrame,
        line: Callable[[int], bytes],
        parent: str | None = None,
        rejected_parents: frozenset[int] = frozenset(),
    ) -> frozenset[int]:
        """Validate and keep the next records.

        Args:
            frame: the records as text.
            line: returns a record's segments by its position.
            parent: column with the number of the record that a line belongs to.
            rejected_parents: numbers of the rejected ones; their lines are rejected too.

        Returns:
            The numbers of the rejected records.
        """
        first = self.next_row
        self.next_row += frame.height
        records = frame.with_row_index(SOURCE_ROW, offset=first)
        validator = build_validator(self.table, frozenset(frame.columns), self._zone)
        accepted, rejected = validator.partition(records, self._batch_id)
        self._is_typed = True
        rejects: list[Reject] = []
        if rejected is not None:
            for row, position in zip(rejected[SOURCE_ROW], rejected["check"], strict=True):
                check = validator.checks[position]
                detail = self._detail(check)
                rejects.append(
                    Reject(row, check.reason_code, check.column, detail, line(row - first))
                )
        if parent is not None and rejected_parents:
            numbers = [str(row) for row in rejected_parents]
            is_orphan = pl.col(parent).is_in(numbers).fill_null(value=False)
            orphans = records.filter(is_orphan)[SOURCE_ROW].to_list()
            accepted = accepted.filter(~pl.col(SOURCE_ROW).is_in(orphans))
            detail = f"{parent}: the record that the line belongs to was rejected"
            own = {reject.source_row for reject in rejects}
            rejects += [
                Reject(row, "rejected_with_claim", parent, detail, line(row - first))
                for row in orphans
                if row not in own
            ]
        self._typed.add(pl.concat([self._empty, accepted], how="diagonal"))
        for reject in sorted(rejects, key=lambda reject: reject.source_row):
            self._rejected.add(reject)
        return frozenset(reject.source_row for reject in rejects)

    def _detail(self, check: Check) -> str:
        element = self._element_of_column.get(check.column)
        expected = _EXPECTED.get(check.reason_code, check.expected)
        return f"{element or ''} {check.column}: expected {expected}".lstrip()

    def reject(self, reason_code: str, location: str | None, detail: str, line: bytes) -> None:
        """Add the next record, which is rejected without being parsed."""
        self._rejected.add(Reject(self.next_row, reason_code, location, detail, line))
        self.next_row += 1

    def finish(self) -> ReadTable:
        """The result for this table."""
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
    rejected = rows["CLM"].add(claims, _RecordSegments(piece, segments, "CLM"))
    rows["LX"].add(lines, _RecordSegments(piece, segments, "LX"), "claim_row", rejected)


def _read_remittances(piece: Piece, rows: Mapping[str, _TableOutput]) -> None:
    segments = Segments(piece.texts, piece.codes)
    found = Remittances(segments, piece.earlier)
    first = rows["CLP"].next_row
    claims = found.claims()
    lines = found.lines(claims).with_columns(remittance_row=_numbers(found.line_claims, first))
    rejected = rows["CLP"].add(claims, _RecordSegments(piece, segments, "CLP"))
    rows["SVC"].add(lines, _RecordSegments(piece, segments, "SVC"), "remittance_row", rejected)
    adjustments, positions = found.provider_adjustments()
    rows["PLB"].add(
        adjustments, lambda position: _as_received(piece, [segments.texts[positions[position]]])
    )


def _numbers(claims: np.ndarray, first: int) -> pl.Series:
    """The record numbers of the lines' claims; null for a line before the first claim."""
    numbers = pl.DataFrame({"claim": claims}).select(
        pl.when(pl.col("claim") >= 0).then(pl.col("claim") + first).cast(pl.String)
    )
    return numbers.to_series()


class _RecordSegments:
    """Returns the segments of a record of one kind, for the reject ledger."""

    def __init__(self, piece: Piece, segments: Segments, name: str) -> None:
        self._piece, self._segments, self._name = piece, segments, name

    @cached_property
    def _ends(self) -> np.ndarray:
        ends = [end for end in _RECORD_ENDS if self._name in _LINES or end not in _LINES]
        is_end = np.logical_or.reduce([self._segments.is_named(end) for end in ends])
        return np.append(np.flatnonzero(is_end), len(self._segments.texts))

    @cached_property
    def _begins(self) -> np.ndarray:
        return self._segments.positions(self._name)

    def __call__(self, position: int) -> bytes:
        begin = self._begins[position]
        end = self._ends[np.searchsorted(self._ends, begin, side="right")]
        return _as_received(self._piece, self._segments.texts[begin:end].tolist())


def _reject(piece: Piece, rows: Mapping[str, _TableOutput]) -> None:
    """Reject every claim of a broken transaction, or the transaction itself if it has no claim."""
    problem = piece.problem
    assert problem is not None
    assert problem.reason_code is not None
    output = rows["CLP"] if piece.kind == REMITTANCE else rows["CLM"]
    reason = (problem.reason_code, problem.location, problem.detail)
    record_code = CLAIM_CODES.get(piece.kind or "")
    positions = np.flatnonzero(piece.codes == record_code).tolist() if record_code else []
    if not positions:
        is_unsupported = piece.kind is not None and record_code is None
        output.reject(
            *reason, _as_received(piece, piece.texts[:1] if is_unsupported else piece.texts)
        )
        return
    segments = Segments(piece.texts, piece.codes)
    kept = _RecordSegments(piece, segments, str(output.table.record))
    for position in range(len(positions)):
        output.reject(*reason, kept(position))


def _as_received(piece: Piece, texts: list[bytes]) -> bytes:
    text = TERMINATOR.join([*texts, b""])[:KEPT_BYTES]
    return piece.separators.restore(text)
