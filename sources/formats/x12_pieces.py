"""The transactions of an X12 file in pieces that are read at once, small enough for memory and large enough for speed.

What must not be here: elements, columns. A piece holds many small transactions of one kind, or a part of a large one: then
it ends before a claim, and the next piece begins with a copy of what stands above that claim (in an 837 ST, provider,
subscriber and patient, in an 835 the payment), so that each is read as if the other were not there.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from sources.formats.x12_envelopes import CLAIM, REMITTANCE, Span
from sources.formats.x12_segments import ELEMENT, KEPT_BYTES, Block, Separators, code

PIECE_BYTES = 8 << 20
CLAIM_CODES = {CLAIM: code("CLM"), REMITTANCE: code("CLP")}
_ST, _HL, _LX = code("ST"), code("HL"), code("LX")
_LEVELS = ("20", "22", "23")


@dataclass
class Piece:
    """Segments to be read at once.

    Attributes:
        kind: 837, 835, another transaction set, or None for what no transaction holds.
        problem: the span that is rejected as a whole, or None where all are sound.
        texts: the segments; transactions follow each other without what stands between them.
        guides: the place of each transaction's ST in `texts`, and its guide.
        earlier: how many claim payments of the first transaction earlier pieces held.
        separators: those of the first segment.
    """

    kind: str | None
    problem: Span | None
    separators: Separators
    texts: list[bytes] = field(default_factory=list)
    _codes: list[np.ndarray] = field(default_factory=list)
    guides: list[tuple[int, str]] = field(default_factory=list)
    earlier: int = 0
    size: int = 0

    @property
    def codes(self) -> np.ndarray:
        """The names of the segments as numbers."""
        if len(self._codes) != 1:
            self._codes = [np.concatenate(self._codes)]
        return self._codes[0]

    def add(self, span: Span, texts: list[bytes], codes: np.ndarray, size: int) -> None:
        """The next segments of a span; `size` is their bytes."""
        if not self.guides or codes[0] == _ST:
            self.guides.append((len(self.texts), span.guide))
        self.texts += texts
        self._codes.append(codes)
        self.size += size

    def split(self) -> Piece | None:
        """Takes the last claim, which may not be whole yet, and makes it the next piece; None where there is none."""
        wanted = CLAIM_CODES.get(self.kind or "")
        positions = np.flatnonzero(self.codes == wanted) if wanted else np.array([], int)
        cut = int(positions[-1]) if len(positions) else 0
        if self.problem is not None and len(positions) < 2:
            # In front of the only claim nothing can be told, and a record of its own it is not.
            if not len(positions):
                self._keep_beginning()
            return None
        above = self._context(cut) if cut and self.problem is None else []
        if cut <= len(above):
            return None
        rest = Piece(self.kind, self.problem, self.separators)
        rest.texts = [self.texts[n] for n in above] + self.texts[cut:]
        rest._codes = [self.codes[np.array(above, int)], self.codes[cut:]]
        rest.guides = [(0, self.guides[-1][1])]
        rest.size = sum(map(len, rest.texts)) + len(rest.texts)
        start = self.guides[-1][0]
        rest.earlier = int(np.count_nonzero((positions >= start) & (positions < cut)))
        rest.earlier += self.earlier if start == 0 else 0
        self.texts, self._codes = self.texts[:cut], [self.codes[:cut]]
        return rest

    def _keep_beginning(self) -> None:
        """Of a broken transaction in which no claim can be told only the beginning is kept."""
        kept = 0
        for position, text in enumerate(self.texts):
            kept += len(text) + 1
            if kept > KEPT_BYTES:
                self.texts, self._codes = self.texts[: position + 1], [self.codes[: position + 1]]
                break
        self.size = 0

    def _context(self, cut: int) -> list[int]:
        """The places of what stands above the segment at `cut`."""
        start = self.guides[-1][0]
        codes = self.codes[start:cut]
        if self.kind == REMITTANCE:
            loops = np.flatnonzero((codes == CLAIM_CODES[REMITTANCE]) | (codes == _LX))
            return list(range(start, start + int(loops[0]) if len(loops) else cut))
        ends = np.flatnonzero((codes == _HL) | (codes == CLAIM_CODES[CLAIM])).tolist()
        ends.append(len(codes))
        open_loops: dict[str, range] = {}
        for here, after in itertools.pairwise(ends):
            if codes[here] != _HL:
                continue
            level = self.texts[start + here].split(ELEMENT)[3:4]
            name = level[0].decode("ascii", "replace").strip() if level else ""
            open_loops = {known: loop for known, loop in open_loops.items() if known < name}
            open_loops[name] = range(start + here, start + after)
        return [start, *(position for loop in open_loops.values() for position in loop)]


def pieces(found: Iterable[Block], spans: Iterable[Span]) -> Iterator[Piece]:
    """The segments of the spans, in order.

    Args:
        found: the file's segments, the same as the spans were made from.
        spans: transactions and other records, in order.
    """
    remaining = iter(spans)
    span = next(remaining, None)
    piece: Piece | None = None
    number = 0
    for block in found:
        end = number + len(block.codes)
        bounds = np.append(block.starts, len(block.text) + 1)
        while span is not None and span.first < end:
            is_new = span.first >= number
            if is_new and piece is not None and not _continues(piece, span, block):
                yield piece
                piece = None
            if piece is None:
                problem = span if span.reason_code else None
                piece = Piece(span.set_code, problem, block.separators)
            begin, until = max(span.first, number) - number, min(span.last + 1, end) - number
            size = int(bounds[until] - bounds[begin])
            piece.add(span, block.texts[begin:until], block.codes[begin:until], size)
            if span.last >= end:
                break
            span = next(remaining, None)
        if piece is not None and piece.size > PIECE_BYTES:
            rest = piece.split()
            if rest is not None:
                yield piece
                piece = rest
        number = end
    if piece is not None:
        yield piece


def _continues(piece: Piece, span: Span, block: Block) -> bool:
    """Whether a transaction may be read together with those before it."""
    is_sound = piece.problem is None and span.reason_code is None
    is_sound &= piece.separators == block.separators
    return is_sound and piece.kind == span.set_code and piece.size <= PIECE_BYTES
