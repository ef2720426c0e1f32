"""Groups the transactions of an X12 file into pieces that fit in memory and are fast to parse.

Must not be here: elements, columns. A piece contains many small transactions of one kind, or a
part of a large one. A large transaction is split before a claim, and the next piece begins with a
copy of that claim's context (in an 837: ST, provider, subscriber and patient; in an 835: the
payment), so each piece is parsed independently.
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
    """Segments to parse together.

    Attributes:
        kind: 837, 835, another transaction set, or None for segments outside any transaction.
        problem: the span that is rejected as a whole, or None if all transactions are valid.
        texts: the segments; segments between transactions are left out.
        guides: the position of each transaction's ST in `texts`, and its guide.
        earlier: number of claim payments of the first transaction in earlier pieces.
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
        """The segment names as numbers."""
        if len(self._codes) != 1:
            self._codes = [np.concatenate(self._codes)]
        return self._codes[0]

    def add(self, span: Span, texts: list[bytes], codes: np.ndarray, size: int) -> None:
        """Append segments of a span; `size` is their length in bytes."""
        if not self.guides or codes[0] == _ST:
            self.guides.append((len(self.texts), span.guide))
        self.texts += texts
        self._codes.append(codes)
        self.size += size

    def split(self) -> Piece | None:
        """Move the last claim, which may be incomplete, to a new piece.

        Returns:
            The new piece, or None if there is nothing to split.
        """
        record_code = CLAIM_CODES.get(self.kind or "")
        positions = np.flatnonzero(self.codes == record_code) if record_code else np.array([], int)
        cut = int(positions[-1]) if len(positions) else 0
        if self.problem is not None and len(positions) < 2:
            # A broken transaction is not split before its only claim: the part before it is not a
            # record.
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
        """Keep only the beginning of a broken transaction without claims."""
        kept = 0
        for position, text in enumerate(self.texts):
            kept += len(text) + 1
            if kept > KEPT_BYTES:
                self.texts, self._codes = self.texts[: position + 1], [self.codes[: position + 1]]
                break
        self.size = 0

    def _context(self, cut: int) -> list[int]:
        """The positions of the segments that apply to the claim at `cut`."""
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
    """Yield the segments of the spans in pieces, in order.

    Args:
        found: the file's segments, the same that the spans were made from.
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
    """Whether a transaction can be added to the piece."""
    is_valid = piece.problem is None and span.reason_code is None
    is_valid &= piece.separators == block.separators
    return is_valid and piece.kind == span.set_code and piece.size <= PIECE_BYTES
