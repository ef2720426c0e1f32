"""Splits a stream of HL7 v2 into messages: batches (v2.5.1, 2.10.3), MLLP frames (release 1).

Must not be here: fields, character sets, contracts. A message begins with MSH at the start of a
line. A line ends with CR (the standard), LF, CRLF, or the MLLP frame bytes VT and FS. A standard
MSH in the middle of a line, left by joining files without a last line end, also begins a message.
So does `msh`, which is then rejected alone instead of damaging the message before it.

Envelope segments (FHS, BHS, BTS, FTS) are not records unless they are wrong. If a batch's count
is wrong, its messages are loaded anyway, because a reported discharge is real whatever the
trailer says; the trailer is one additional rejected record, which shows in the reject ledger that
messages may be missing. Bytes outside any message are one rejected record too, so nothing but
blank lines is skipped. A message is rejected as truncated if its MLLP frame does not end, or if
the file ends within its last line while an envelope is open. Otherwise a missing last line end
proves nothing, and the message is accepted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from string import ascii_letters, digits
from typing import BinaryIO, overload

import numpy as np

from sources.formats.trailers import count_mismatch
from sources.reasons import FileRefusedError

BLOCK_BYTES = 16 << 20
MAX_MESSAGE_BYTES = 16 << 20
KEPT_BYTES = 64 << 10  # of a message that exceeds the limit
_BOM = b"\xef\xbb\xbf"
_VT, _FS = b"\x0b", b"\x1c"
_BLANK = b"\r\n\t \x0b\x1c"
_ENDS = b"\r\n\x0b\x1c"
_STANDARD = b"MSH|^~\\&"
_LOOK_AHEAD = 4  # the segment name and the byte after it, which must end the name
_OVERLAP = 16  # longer than any bytes that begin a message
_ENVELOPES = ("FHS", "BHS", "BTS", "FTS")
_NAMES = {int.from_bytes(kind.encode(), "big"): kind for kind in ("MSH", "msh", *_ENVELOPES)}
_IS_END = np.isin(np.arange(256), list(_ENDS))
_IS_INITIAL = np.isin(np.arange(256), list(b"MmFB"))
_IS_ALPHANUMERIC = np.isin(np.arange(256), list((ascii_letters + digits).encode()))
_MSH = int.from_bytes(b"MSH", "big")
# A file without MSH in which no line starts with one of these is not HL7 at all.
_SEGMENTS = tuple(
    f"{name}|".encode() for name in ("EVN", "PID", "PD1", "PV1", "PV2", "NK1", "DG1", "OBX", "SCH")
)


@dataclass(frozen=True)
class Problem:
    """Why a record is rejected; `location` is a segment or `segment-field`; `detail` has no value."""

    reason_code: str
    location: str | None
    detail: str


@dataclass(frozen=True)
class Slices(Sequence[bytes]):
    """Consecutive records in a buffer, with line ends between them; each is sliced on access.

    Attributes:
        begins, ends: offsets of the records, as int64 arrays.
    """

    buffer: bytes
    begins: np.ndarray
    ends: np.ndarray

    def __len__(self) -> int:
        return len(self.begins)

    @overload
    def __getitem__(self, position: int) -> bytes: ...
    @overload
    def __getitem__(self, position: slice) -> list[bytes]: ...
    def __getitem__(self, position: int | slice) -> bytes | list[bytes]:
        if isinstance(position, slice):
            return [self[n] for n in range(*position.indices(len(self)))]
        return self.buffer[self.begins[position] : self.ends[position]]


@dataclass
class Messages:
    """Consecutive records of a file as received, without frame bytes and surrounding line ends.

    Attributes:
        records: slices of the buffer if it contains only messages, else a list.
        problems: position in `records` to the problem of the whole record.
    """

    records: list[bytes] | Slices = field(default_factory=list)
    problems: dict[int, Problem] = field(default_factory=dict)

    def add(self, record: bytes, problem: Problem | None = None) -> None:
        """Append a record."""
        if isinstance(self.records, Slices):
            self.records = list(self.records)
        if problem is not None:
            self.problems[len(self.records)] = problem
        self.records.append(record)


def messages(file: BinaryIO, block_bytes: int | None = None) -> Iterator[Messages]:
    """Yield the records of a file in order; memory is bounded by a block and MAX_MESSAGE_BYTES.

    Args:
        file: opened for reading bytes.
        block_bytes: how much to read at once; it does not change the records.

    Raises:
        FileRefusedError: empty_file, bad_encoding, not_hl7v2; only before the first record.
    """
    size = block_bytes or BLOCK_BYTES
    framer = _Framer()
    buffer = b""
    is_last = False
    while not is_last:
        block = file.read(size)
        is_last = not block
        buffer += block
        found, buffer = framer.split(buffer, is_last=is_last)
        if found.records:
            yield found
    if not framer.has_content:
        raise FileRefusedError("empty_file", "the file is blank; expected messages")


class _Framer:
    def __init__(self) -> None:
        self.has_content = False
        self._is_checked = False
        self._is_skipping = False
        self._file: bytes | None = None
        self._batch: bytes | None = None
        self._n_messages = 0
        self._n_batches = 0

    def split(self, buffer: bytes, *, is_last: bool) -> tuple[Messages, bytes]:
        """The records that end in the buffer, and the bytes to keep for the next block."""
        found = Messages()
        begins, kinds = _find_starts(buffer, is_last=is_last, is_line_start=not self._is_skipping)
        if not self._is_checked and (begins or is_last or len(buffer) > MAX_MESSAGE_BYTES):
            self._check_kind(buffer, has_mark=bool(begins))
            self._is_checked = self.has_content = bool(buffer.strip(_BLANK + _BOM))
        first = begins[0] if begins else len(buffer)
        if self._is_skipping:
            if not begins:
                return found, buffer[-_OVERLAP:]
            self._is_skipping = False
        elif begins or is_last:
            self._add_stray_bytes(buffer[:first], found)
        if is_last:
            self._add_chunks(buffer, begins, [*begins, len(buffer)][1:], kinds, found)
            self._end(buffer, found)
            return found, b""
        if not begins:
            return found, self._carry_over(buffer, None, found)
        self._add_chunks(buffer, begins[:-1], begins[1:], kinds[:-1], found)
        return found, self._carry_over(buffer[begins[-1] :], kinds[-1], found)

    def _add_chunks(
        self, buffer: bytes, begins: list[int], ends: list[int], kinds: list[str], found: Messages
    ) -> None:
        is_plain = set(kinds) == {"MSH"} and not found.records
        if is_plain and _VT not in buffer and _FS not in buffer and not _has_bom(buffer):
            whole = _without_line_ends(buffer, begins, ends)
            if (whole.ends - whole.begins).max() <= MAX_MESSAGE_BYTES:
                self._n_messages += len(whole)
                is_apart = (whole.begins[1:] > whole.ends[:-1]).all()
                found.records = whole if is_apart else list(whole)
                return
        for begin, end, kind in zip(begins, ends, kinds, strict=True):
            self._add_chunk(buffer[begin:end], kind, found)

    def _carry_over(self, rest: bytes, kind: str | None, found: Messages) -> bytes:
        """The bytes to keep for the next block.

        A record above the size limit is added at once, and the rest of it is skipped.
        """
        if len(rest) <= MAX_MESSAGE_BYTES + _OVERLAP:
            return rest
        if kind is None:
            self._add_stray_bytes(rest, found)
        else:
            self._add_chunk(rest, kind, found)
        self._is_skipping = True
        return rest[-_OVERLAP:]

    def _check_kind(self, buffer: bytes, *, has_mark: bool) -> None:
        start = buffer[:8].lstrip(_BLANK)
        if start.startswith((b"\xff\xfe", b"\xfe\xff")) or start[:6] in (
            b"M\0S\0H\0",
            b"\0M\0S\0H",
        ):
            raise FileRefusedError(
                "bad_encoding",
                "the file is UTF-16; expected UTF-8 or a character set that MSH-18 names",
            )
        if has_mark or not buffer.strip(_BLANK + _BOM):
            return
        lines = b"\n" + buffer.replace(b"\r", b"\n").replace(_VT, b"\n")
        if not any(b"\n" + name in lines for name in _SEGMENTS):
            raise FileRefusedError(
                "not_hl7v2", "no line begins with a segment; expected MSH, FHS or BHS"
            )

    def _add_chunk(self, chunk: bytes, kind: str, found: Messages) -> None:
        is_framed = chunk.startswith(_VT)
        chunk = chunk.lstrip(_VT + _BOM)
        if kind in _ENVELOPES:
            line = (
                chunk.replace(b"\n", b"\r")
                .replace(_FS, b"\r")
                .replace(_VT, b"\r")
                .split(b"\r", 1)[0]
            )
            self._add_envelope_segment(kind, line, found)
            self._add_stray_bytes(chunk[len(line) :], found)
            return
        self._n_messages += 1
        content, end, after = chunk.partition(_FS)
        problem = None
        if is_framed and not end:
            problem = Problem("truncated_message", None, "expected the end of its MLLP frame")
        self._add_message(content.rstrip(_ENDS), found, problem)
        self._add_stray_bytes(after, found)

    def _add_message(self, record: bytes, found: Messages, problem: Problem | None = None) -> None:
        if len(record) > MAX_MESSAGE_BYTES:
            expected = (
                f"expected at most {MAX_MESSAGE_BYTES} bytes; the first {KEPT_BYTES} are kept"
            )
            found.add(record[:KEPT_BYTES], Problem("record_too_long", None, expected))
        else:
            found.add(record, problem)

    def _add_stray_bytes(self, content: bytes, found: Messages) -> None:
        """Add bytes outside messages as a record without MSH, unless all are blank."""
        record = content.strip(_BLANK).removeprefix(_BOM).strip(_BLANK)
        if record:
            detail = "MSH: expected at the start of a message"
            found.add(
                record[:KEPT_BYTES] if len(record) > MAX_MESSAGE_BYTES else record,
                Problem("no_msh", "MSH", detail),
            )

    def _add_envelope_segment(self, kind: str, line: bytes, found: Messages) -> None:
        if kind == "FHS":
            self._close_file(found)
            self._file, self._n_batches = line, 0
        elif kind == "BHS":
            self._close_batch(found)
            self._batch, self._n_messages = line, 0
        elif kind == "BTS":
            if self._batch is None:
                found.add(line, Problem("broken_envelope", "BTS", "BTS: expected after a BHS"))
            elif detail := _mismatch(line, self._n_messages, "messages", "the batch"):
                found.add(line, Problem("batch_count_mismatch", "BTS-1", detail))
            self._batch = None
            self._n_batches += 1
        else:
            self._close_batch(found)
            if self._file is None:
                found.add(line, Problem("broken_envelope", "FTS", "FTS: expected after an FHS"))
            elif detail := _mismatch(line, self._n_batches, "batches", "the file"):
                found.add(line, Problem("batch_count_mismatch", "FTS-1", detail))
            self._file = None

    def _close_batch(self, found: Messages) -> None:
        if self._batch is not None:
            detail = "BHS: expected a BTS after its messages"
            found.add(self._batch, Problem("broken_envelope", "BHS", detail))
            self._batch = None
            self._n_batches += 1

    def _close_file(self, found: Messages) -> None:
        self._close_batch(found)
        if self._file is not None:
            detail = "FHS: expected an FTS at the end"
            found.add(self._file, Problem("broken_envelope", "FHS", detail))
            self._file = None

    def _end(self, buffer: bytes, found: Messages) -> None:
        is_open = self._batch is not None or self._file is not None
        last = len(found.records) - 1
        if (
            is_open
            and buffer
            and buffer[-1] not in _ENDS
            and last not in found.problems
            and last >= 0
        ):
            detail = (
                "expected the end of the segment and of the envelope before the end of the file"
            )
            found.problems[last] = Problem("truncated_message", None, detail)
        self._close_file(found)


def _mismatch(line: bytes, count: int, what: str, within: str) -> str | None:
    """What may be missing by a trailer's count; None if it matches or is empty.

    The count is optional (2.15.3, 2.15.6).
    """
    stated = line[4:].split(line[3:4], 1)[0].strip() if line[3:4] else b""
    field_name = f"{line[:3].decode('ascii')}-1"
    return (
        count_mismatch(field_name, stated.decode("latin-1"), count, what, within)
        if stated
        else None
    )


def _find_starts(
    buffer: bytes, *, is_last: bool, is_line_start: bool
) -> tuple[list[int], list[str]]:
    """Where messages and envelope segments begin, in order, and their segment names.

    NumPy compares whole arrays of line starts at once; a three-letter name is compared as one
    24-bit number.

    Args:
        buffer: bytes of the file.
        is_last: nothing follows the buffer.
        is_line_start: whether the buffer begins at the start of a line.
    """
    values = np.frombuffer(buffer, np.uint8)
    controls = np.flatnonzero(values < 32)
    starts = controls[_IS_END[values[controls]]] + 1
    if is_line_start:
        starts = np.concatenate(([0], starts))
    has_bom = _has_bom(buffer)
    if has_bom:
        starts = np.concatenate((starts, np.array(_find_all(buffer, _BOM)) + len(_BOM)))
    starts = starts[starts + (3 if is_last else _LOOK_AHEAD) <= len(values)]
    starts = starts[_IS_INITIAL[values[starts]]]
    names = (
        values[starts].astype(np.int32) << 16
        | values[starts + 1].astype(np.int32) << 8
        | values[starts + 2]
    )
    is_mark = np.isin(names, list(_NAMES))
    positions, names = starts[is_mark], names[is_mark]
    after = values[np.minimum(positions + 3, len(values) - 1)]
    is_whole = ~_IS_ALPHANUMERIC[after] | (positions + 3 == len(values))
    begins, found = positions[is_whole].tolist(), names[is_whole].tolist()
    # Counting is cheap; the positions are searched only in the rare file with joined lines.
    if (
        has_bom
        or buffer.count(_STANDARD) > len(begins)
        or not starts_with_at(_STANDARD, values, positions).all()
    ):
        marks = dict(zip(begins, found, strict=True))
        marks.update(dict.fromkeys(_find_all(buffer, _STANDARD), _MSH))
        begins = sorted(marks)
        found = [marks[position] for position in begins]
    kinds = [_NAMES[word] for word in found]
    if has_bom or _VT in buffer:
        begins = [_with_prefix(buffer, position) for position in begins]
    return begins, kinds


def _without_line_ends(buffer: bytes, begins: list[int], ends: list[int]) -> Slices:
    """The messages without the line ends after them, usually one or two bytes."""
    values, positions = np.frombuffer(buffer, np.uint8), np.array(ends)
    while (is_end := _IS_END[values[positions - 1]]).any():
        positions -= is_end
    return Slices(buffer, np.array(begins), positions)


def _has_bom(buffer: bytes) -> bool:
    return not buffer.isascii() and _BOM in buffer


def starts_with_at(mark: bytes, values: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """For each position whether the bytes there start with the mark."""
    has_mark = np.ones(len(positions), bool)
    for offset, byte in enumerate(mark):
        has_mark &= values.take(positions + offset, mode="clip") == byte
    return has_mark


def _find_all(buffer: bytes, pattern: bytes) -> list[int]:
    positions = []
    position = buffer.find(pattern)
    while position >= 0:
        positions.append(position)
        position = buffer.find(pattern, position + 1)
    return positions


def _with_prefix(buffer: bytes, position: int) -> int:
    """The position including a byte order mark and a frame byte before it."""
    if buffer.endswith(_BOM, 0, position):
        position -= len(_BOM)
    return position - buffer.endswith(_VT, 0, position)
