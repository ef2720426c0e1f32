"""Splits a stream of X12 interchanges into segments with canonical separators.

Standard: X12.5 interchange, X12.6 chapter 3, B.1.1 of the guides. Must not be here: which
transactions and segments to read, contracts. Each interchange's ISA defines its separators: the
element separator after `ISA`, the repetition separator in ISA11, the component separator in
ISA16, and the segment terminator after it. They are translated to canonical ones (ELEMENT,
COMPONENT, REPETITION, and LF between segments), so that one parser fits all. Line ends that are
not terminators are removed wherever they are: most senders put one after the terminator, some
after every 80 bytes. X12 has no escape sequences.

Encoding: UTF-8, which includes the ASCII part of the basic and extended character sets. A segment
that is not UTF-8 is read as Latin-1, which in practice are the letters of other languages in the
extended set.

An interchange extends from its ISA to the next one or to the end of the file; IEA is an ordinary
segment here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from string import ascii_uppercase, digits
from typing import BinaryIO

import numpy as np

from sources.reasons import FileRefusedError

BLOCK_BYTES = 8 << 20
MAX_SEGMENT_BYTES = 1 << 20
KEPT_BYTES = 64 << 10  # of a record that is rejected as a whole
ELEMENT, REPETITION, COMPONENT, TERMINATOR = b"\x1d", b"\x1e", b"\x1f", b"\n"
_BLANK = b"\r\n\t \x1a\x00"
_LINE_ENDS = b"\r\n"
_CANONICAL_BLANK = b"\n \0"
_BOM = b"\xef\xbb\xbf"
_HEADER_BYTES = 256  # longer than any ISA, even with line ends inside
_HEADER_ELEMENTS = 16
_IS_UPPER = np.isin(np.arange(256), list(ascii_uppercase.encode()))
_IS_UPPER_OR_DIGIT = np.isin(np.arange(256), list((ascii_uppercase + digits).encode()))
_VERSION, _REPETITION = 12, 11
_WIDTHS = (2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1)
_FIXED = re.compile(rb"ISA(?P<e>[^A-Za-z0-9\s])" + rb"(?P=e)".join(b".{%d}" % w for w in _WIDTHS)
                    + rb"(?P=e)", re.DOTALL)  # fmt: skip


@dataclass(frozen=True)
class Separators:
    """The four separators of an interchange; the repetition separator is empty if there is none."""

    element: bytes
    component: bytes
    repetition: bytes
    terminator: bytes

    def restore(self, text: bytes) -> bytes:
        """Canonical segments with the sender's separators, for the reject ledger."""
        pairs = [
            (ELEMENT, self.element),
            (COMPONENT, self.component),
            (TERMINATOR, self.terminator),
        ]
        if self.repetition:
            pairs.append((REPETITION, self.repetition))
        canonical, original = (b"".join(side) for side in zip(*pairs, strict=True))
        return text.translate(bytes.maketrans(canonical, original))


@dataclass
class Block:
    """Consecutive segments of one interchange, with canonical separators.

    Attributes:
        text: the segments, with TERMINATOR between them.
        codes: the segment names as numbers (`code`), 0 for an invalid segment.
        starts: offset of each segment in `text`.
        problems: position of an unreadable segment to reason code.
        is_cut: the file ends here, without a terminator.
    """

    text: bytes
    codes: np.ndarray
    starts: np.ndarray
    separators: Separators
    problems: dict[int, str] = field(default_factory=dict)
    is_cut: bool = False

    @cached_property
    def texts(self) -> list[bytes]:
        """The segments as a list."""
        return self.text.split(TERMINATOR)

    def segment(self, position: int) -> bytes:
        """The segment at a position."""
        start = int(self.starts[position])
        end = self.text.find(TERMINATOR, start)
        return self.text[start:] if end < 0 else self.text[start:end]


def code(name: str) -> int:
    """A segment name as a number."""
    return int.from_bytes(name.encode().ljust(3, b"\0"), "big")


def blocks(file: BinaryIO, block_bytes: int | None = None) -> Iterator[Block]:
    """Yield the segments of a file in order; memory is bounded by a block and MAX_SEGMENT_BYTES.

    Args:
        file: opened for reading bytes.
        block_bytes: how much to read at once; it does not change the segments.

    Raises:
        FileRefusedError: empty_file, bad_encoding (UTF-16), not_x12; only before the first
            segment.
    """
    size = block_bytes or BLOCK_BYTES
    splitter = _Splitter()
    is_last = False
    while not is_last:
        data = file.read(size)
        is_last = not data
        yield from splitter.feed(data, is_last=is_last)


class _Splitter:
    def __init__(self) -> None:
        self._buffer = b""
        self._separators: Separators | None = None
        self._is_skipping = False

    def feed(self, data: bytes, *, is_last: bool) -> Iterator[Block]:
        """The segments that end in the bytes received so far."""
        self._buffer += data
        if self._separators is None and not self._begin(is_last=is_last):
            return
        while True:
            assert self._separators is not None
            following = _next_header(self._buffer, self._separators)
            if following is None:
                break
            position, separators = following
            yield from self._segments(self._buffer[:position])
            self._buffer, self._separators = self._buffer[position:], separators
            self._is_skipping = False
        if is_last:
            yield from self._segments(self._buffer)
            self._buffer = b""
            return
        # A header may begin near the end of the buffer, and is recognized only when it is
        # complete.
        end = self._buffer.rfind(
            self._separators.terminator, 0, max(len(self._buffer) - _HEADER_BYTES, 0)
        )
        if end >= 0:
            yield from self._segments(self._buffer[: end + 1])
            self._buffer = self._buffer[end + 1 :]
        elif len(self._buffer) > MAX_SEGMENT_BYTES + _HEADER_BYTES:
            yield from self._too_long()

    def _begin(self, *, is_last: bool) -> bool:
        """Find the first header of the file; False if more bytes are needed."""
        buffer = self._buffer.removeprefix(_BOM).lstrip(_BLANK)
        if len(buffer) < _HEADER_BYTES and not is_last:
            return False
        if self._buffer[:2] in (b"\xff\xfe", b"\xfe\xff") or self._buffer[:6] == b"I\0S\0A\0":
            detail = "the file is UTF-16; expected ASCII, Latin-1 or UTF-8"
            raise FileRefusedError("bad_encoding", detail)
        if not buffer:
            raise FileRefusedError("empty_file", "the file is blank; expected an interchange")
        self._separators = _separators(buffer)
        if self._separators is None:
            detail = "the file does not begin with ISA, sixteen elements and a segment terminator"
            raise FileRefusedError("not_x12", detail)
        self._buffer = buffer
        return True

    def _segments(self, raw: bytes) -> Iterator[Block]:
        assert self._separators is not None
        separators = self._separators
        if self._is_skipping:
            _, _, raw = raw.partition(separators.terminator)
            self._is_skipping = False
        text = raw.translate(*_translation(separators))
        text = text.lstrip(_CANONICAL_BLANK).rstrip(b" \0")
        is_cut = bool(text) and not text.endswith(TERMINATOR)
        text = text.rstrip(_CANONICAL_BLANK)
        if b"\n\n" in text or b"\n " in text:
            parts = (part.strip(b" ") for part in text.split(TERMINATOR))
            text = TERMINATOR.join(part for part in parts if part)
        if text:
            yield _block(text if text.isascii() else _utf8(text), separators, is_cut=is_cut)

    def _too_long(self) -> Iterator[Block]:
        """Yield a segment without an end as one broken segment.

        Reading resumes after its end, if found.
        """
        assert self._separators is not None
        if not self._is_skipping:
            text = self._buffer[:KEPT_BYTES].translate(*_translation(self._separators))
            text = _utf8(text.replace(TERMINATOR, b" "))
            zero = np.zeros(1, np.int64)
            yield Block(text, zero, zero, self._separators, {0: "record_too_long"})
        self._is_skipping = True
        self._buffer = self._buffer[-_HEADER_BYTES:]


def _block(text: bytes, separators: Separators, *, is_cut: bool) -> Block:
    padded = text + TERMINATOR + ELEMENT * 3
    ends = np.flatnonzero(np.frombuffer(padded, np.uint8) == TERMINATOR[0])
    starts = np.concatenate(([0], ends[:-1] + 1))
    # A strided view reads the four bytes at each offset as one big-endian number, without
    # copying.
    heads = np.ndarray(len(text) + 1, ">u4", padded, strides=(1,))[starts].astype(np.int64)
    codes = _codes(heads)
    problems = dict.fromkeys(np.flatnonzero(codes == 0).tolist(), "bad_segment")
    block = Block(text, codes, starts, separators, problems, is_cut)
    if b"\0" in text:
        problems |= {n: "nul_byte" for n, part in enumerate(block.texts) if b"\0" in part}
    return block


def _codes(heads: np.ndarray) -> np.ndarray:
    """Segment names as numbers; 0 if the name is not two or three capitals and digits."""
    first, second, third, fourth = (heads >> shift & 255 for shift in (24, 16, 8, 0))
    is_short = _is_end(third)
    is_name = _IS_UPPER[first] & _IS_UPPER_OR_DIGIT[second]
    is_name &= is_short | (_IS_UPPER_OR_DIGIT[third] & _is_end(fourth))
    return np.where(is_name, np.where(is_short, heads >> 16 << 8, heads >> 8), 0)


def _is_end(values: np.ndarray) -> np.ndarray:
    return (values == ELEMENT[0]) | (values == TERMINATOR[0])


def _translation(separators: Separators) -> tuple[bytes, bytes]:
    """Arguments for `bytes.translate`.

    Each separator becomes the canonical one, other control bytes except NUL become blanks, and
    line ends are deleted.
    """
    table = bytearray(range(256))
    table[1:32] = b" " * 31
    table[127] = 32
    if separators.repetition:
        table[separators.repetition[0]] = REPETITION[0]
    table[separators.component[0]] = COMPONENT[0]
    table[separators.element[0]] = ELEMENT[0]
    table[separators.terminator[0]] = TERMINATOR[0]
    return bytes(table), _LINE_ENDS.replace(separators.terminator, b"")


def _utf8(text: bytes) -> bytes:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return TERMINATOR.join(_utf8_segment(part) for part in text.split(TERMINATOR))
    return text


def _utf8_segment(text: bytes) -> bytes:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return text.decode("latin-1").encode("utf-8")
    return text


def _next_header(buffer: bytes, current: Separators) -> tuple[int, Separators] | None:
    """The next interchange header after the start of the buffer, and its separators.

    The letters ISA are not enough. A header follows a terminator, or has the fixed widths of the
    standard; then it may be anywhere, because another file may have been appended to a truncated
    one.
    """
    position = buffer.find(b"ISA", 3)
    while position >= 0:
        head = buffer[position : position + _HEADER_BYTES]
        before = buffer[max(position - 8, 0) : position].rstrip(b" \t\x1a\0")
        ends = (before, before.rstrip(_LINE_ENDS))
        if any(end.endswith(current.terminator) for end in ends) or _FIXED.match(head):
            separators = _separators(head)
            if separators is not None:
                return position, separators
        position = buffer.find(b"ISA", position + 3)
    return None


def _separators(head: bytes) -> Separators | None:
    """The separators that an ISA defines; None if the bytes are not a complete ISA."""
    element = head[3:4]
    if head[:3] != b"ISA" or not element or element.isalnum() or element in _BLANK:
        return None
    elements = head.split(element, _HEADER_ELEMENTS)
    if len(elements) <= _HEADER_ELEMENTS:
        return None
    tail = elements[_HEADER_ELEMENTS].lstrip(_LINE_ENDS)
    component, terminator = tail[:1], tail[1:2]
    if tail[1:3] == _LINE_ENDS:
        terminator = b"\n"
    repetition = elements[_REPETITION].strip()
    if not (len(repetition) == 1 and not repetition.isalnum()):
        repetition = b""  # before version 00501, ISA11 is U, a standards identifier
    found = [element, component, terminator, *filter(None, [repetition])]
    is_legal = all(len(one) == 1 and not one.isalnum() and one != b" " for one in found)
    version = elements[_VERSION].translate(None, _LINE_ENDS)
    if not is_legal or len(set(found)) != len(found) or not version.isdigit():
        return None
    return Separators(element, component, repetition, terminator)
