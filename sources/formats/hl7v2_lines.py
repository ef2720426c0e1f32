"""Classifies the segments of many HL7 v2 messages and parses their fields together.

Standard: v2.5.1 chapter 2, 2.5.1 to 2.5.4. Must not be here: which segments and fields to read,
components, business rules. A line that is not a segment damages its message, which is then
rejected. The exception is free text broken into lines within a segment that is not read: it is
common in NTE and OBX, and it hides no value that is read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import ascii_uppercase, digits
from typing import Self

import numpy as np
import polars as pl

from sources.formats.hl7v2_frames import Problem
from sources.formats.hl7v2_text import unescaped

_IS_SEPARATOR = np.isin(np.arange(256), list(b"|^~&\n"))
_IS_UPPER = np.isin(np.arange(256), list(ascii_uppercase.encode()))
_IS_UPPER_OR_DIGIT = np.isin(np.arange(256), list((ascii_uppercase + digits).encode()))


@dataclass(frozen=True)
class MessageText:
    """Canonical messages in one buffer, with line ends between them.

    Attributes:
        firsts: offset of each message, ascending; a rejected message has no bytes.
    """

    content: bytes
    firsts: np.ndarray

    @classmethod
    def of(cls, records: list[bytes]) -> Self:
        """Join canonical messages; rejected ones are empty."""
        sizes = np.fromiter(map(len, records), np.int64, len(records))
        return cls(b"\n".join(records), np.cumsum(sizes + 1) - sizes - 1)


class Lines:
    """The lines of many messages.

    Attributes:
        count: number of messages.
        problems: message number to the problem with its lines.
        has_padding: whether any value may begin or end with a blank.
    """

    def __init__(self, text: MessageText, fields_read: Mapping[str, Sequence[int]]) -> None:
        """Classify the segments.

        Args:
            text: the messages.
            fields_read: the segments to read, with their field numbers.
        """
        self.count, self._fields_read = len(text.firsts), fields_read
        content = text.content.replace(b"\r", b"\n")
        values = np.frombuffer(content, np.uint8)
        # One comparison finds line ends and blanks, which are few.
        blanks = np.flatnonzero(values <= ord(" "))
        is_line_end = values[blanks] == ord("\n")
        ends = blanks[is_line_end]
        starts = np.concatenate(([0], ends + 1))
        ends = np.append(ends, len(values))
        is_line = ends > starts
        texts = pl.read_lines(content).to_series()
        # read_lines returns no empty text after the last line end.
        self._texts = texts.filter(pl.Series(is_line).head(len(texts)))
        self._starts, self._ends = starts[is_line], ends[is_line]
        # The number of messages that begin at or before each line. Searching the few messages
        # among the many lines is faster than the reverse.
        begun = np.searchsorted(self._starts, text.firsts)
        self._message = np.cumsum(np.bincount(begun, minlength=len(self._starts) + 1))[:-1] - 1
        self._has_escapes = np.count_nonzero(values == ord("\\")) > self.count
        self.has_padding = not content.isascii() or _has_padding(values, blanks[~is_line_end])
        self.problems: dict[int, Problem] = {}
        self._codes = self._classify_segments(values)

    def _classify_segments(self, values: np.ndarray) -> np.ndarray:
        """The segment name of each line as a number; 0 for a line that is not a segment."""
        first, second, third, mark = (
            values.take(self._starts + position, mode="clip").astype(np.int32)
            for position in range(4)
        )
        length = self._ends - self._starts
        is_segment = (length == 3) | ((length > 3) & (mark == ord("|")))
        is_segment &= _IS_UPPER[first] & _IS_UPPER_OR_DIGIT[second] & _IS_UPPER_OR_DIGIT[third]
        codes = np.where(is_segment, first << 16 | second << 8 | third, 0)
        if not is_segment.all():
            self._check_other_lines(codes)
        return codes

    def _check_other_lines(self, codes: np.ndarray) -> None:
        """Reject messages with lines that are not segments.

        Text in a segment that is not read may be broken into lines.
        """
        positions = np.arange(len(codes))
        names = {_code(name) for name in self._fields_read}
        damaged = _damaged_segment(self._fields_read)
        before = np.maximum.accumulate(np.where(codes > 0, positions, -1))
        first_of_message = np.searchsorted(self._message, self._message, side="left")
        for position in np.flatnonzero(codes == 0).tolist():
            text = self._texts[position].encode()
            if not text.strip():
                continue
            owner = int(codes[before[position]]) if before[position] >= 0 else 0
            if owner in names or damaged.match(text):
                number = position - int(first_of_message[position]) + 1
                detail = f"line {number}: expected a segment name in capitals and a field separator"
                problem = Problem("bad_segment", None, detail)
                self.problems.setdefault(int(self._message[position]), problem)

    def unescape_columns(self, columns: dict[str, pl.Series]) -> dict[str, pl.Series]:
        """The columns with escape sequences resolved."""
        if not self._has_escapes:
            return columns
        is_escaped = pl.all().str.contains("\\", literal=True).any()
        flags = pl.DataFrame(columns).select(is_escaped).row(0, named=True)
        found = dict(columns)
        for name in (name for name, is_any in flags.items() if is_any):
            values = columns[name]
            positions = values.str.contains("\\", literal=True).fill_null(False).arg_true()
            texts = [unescaped(value) for value in values.gather(positions)]
            found[name] = values.scatter(positions, texts)
        return found

    def segment(self, name: str) -> Segment:
        """All segments of a name."""
        is_named = self._codes == _code(name)
        # MSH-1 is the separator itself, so MSH-2 is the first field after the name.
        shift = 1 if name == "MSH" else 0
        fields = _read(
            self._texts.filter(pl.Series(is_named)), [n - shift for n in self._fields_read[name]]
        )
        fields.columns = [f"{name}-{n}" for n in self._fields_read[name]]
        return Segment(fields, self._message[is_named], self.count)


class Segment:
    """All segments of one name, one row each.

    Attributes:
        fields: the fields to read, named `<segment>-<number>`; absent and empty ones are null.
        message: the message number of each row, ascending.
    """

    def __init__(self, fields: pl.DataFrame, message: np.ndarray, count: int) -> None:
        self.fields, self.message, self._count = fields, message, count
        self._is_first = np.diff(message, prepend=-1) > 0

    def repeated(self) -> list[int]:
        """Messages that have the segment more than once."""
        return np.unique(self.message[~self._is_first]).tolist()

    def has_segment(self) -> np.ndarray:
        """For each message whether it has the segment."""
        return np.bincount(self.message, minlength=self._count) > 0

    def firsts(self) -> pl.DataFrame:
        """The first segment of each message; null if the message has none."""
        if self.fields.height == self._count and self._is_first.all():
            return self.fields
        positions = np.full(self._count, -1)
        rows = np.flatnonzero(self._is_first)
        positions[self.message[rows]] = rows
        return self.fields.select(pl.all().gather(nullable_index(positions)))


def nullable_index(positions: np.ndarray) -> pl.Series:
    """Row positions as an index for gather, with null for -1."""
    taken = pl.Series(positions)
    return pl.select(pl.when(taken >= 0).then(taken)).to_series()


def _code(name: str) -> int:
    return int.from_bytes(name.encode(), "big")


def _damaged_segment(names: Mapping[str, Sequence[int]]) -> re.Pattern[bytes]:
    """A pattern for lines that look like a segment that lost or changed a byte."""
    return re.compile(rb"\w{0,3}(?:\||\s*$)|(?i:%b)\W" % b"|".join(name.encode() for name in names))


def _has_padding(values: np.ndarray, blanks: np.ndarray) -> bool:
    """Whether any of the blanks is next to a separator or at an end of the text."""
    before, after = (
        values[np.maximum(blanks - 1, 0)],
        values[np.minimum(blanks + 1, len(values) - 1)],
    )
    is_edge = (blanks == 0) | (blanks == len(values) - 1)
    return bool((is_edge | _IS_SEPARATOR[before] | _IS_SEPARATOR[after]).any())


def _read(texts: pl.Series, fields: list[int]) -> pl.DataFrame:
    """Parse fields (1-based) of segments; absent and empty ones are null.

    Polars' CSV reader splits all segments at the field separator in one call.
    """
    names = [str(position) for position in range(max(fields) + 1)]
    fields_read = [str(field) for field in fields]
    if not len(texts):
        return pl.DataFrame(schema=dict.fromkeys(fields_read, pl.String()))
    header = pl.Series(["|".join(names)])
    found = pl.read_csv(
        pl.concat([header, texts]).str.join("\n").cast(pl.Binary).item(),
        separator="|",
        quote_char=None,
        infer_schema=False,
        columns=fields_read,
        truncate_ragged_lines=True,
    ).select(fields_read)
    assert found.height == len(texts)
    return found
