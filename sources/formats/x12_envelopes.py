"""Finds the transactions of an X12 file and checks their envelopes.

Standard: X12.5, X12.6; TR3 appendix C.1. Must not be here: the content of transactions. One pass
over the segments finds ISA, GS, ST and their trailers and compares control numbers and counts:
ISA13 with IEA02, IEA01 with groups, GS06 with GE02, GE01 with transactions, ST02 with SE02, SE01
with segments.

- A trailer with a wrong count or control number is one rejected record that says what may be
  missing. Everything in its envelope is loaded, because a received claim is real whatever the
  trailer says.
- A transaction without a trailer is rejected, because its last claim may be truncated.
- A group or interchange without a trailer is one rejected record, its header, so that the reject
  ledger shows that something may be missing.
- Consecutive segments outside any transaction are one rejected record.
- A transaction outside a group is loaded: a lost GS already shows in the rejects, by its GE or
  the count in IEA01.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from sources.formats.trailers import count_mismatch, same_number
from sources.formats.x12_segments import ELEMENT, Block, code

CLAIM, REMITTANCE = "837", "835"
# The supported implementation guides: ST03 or GS08 begins with one of them, whatever the addendum
# (A1, A2, E1).
GUIDES = {
    "005010X222": CLAIM, "005010X223": CLAIM, "005010X298": CLAIM, "005010X299": CLAIM,
    "005010X221": REMITTANCE,
}  # fmt: skip
_GUIDE_LENGTH = 10
_ENVELOPE = {code(name): name for name in ("ISA", "GS", "ST", "SE", "GE", "IEA", "TA1")}

_CODES = list(_ENVELOPE)


@dataclass
class Span:
    """Consecutive segments that form one transaction, or a record outside any transaction.

    Attributes:
        first, last: numbers of its segments in the file, from 0, both inclusive.
        set_code: ST01; for a wrong trailer, that of its transaction; None if there is none.
        guide: ST03, else GS08.
        reason_code, location, detail: why it is rejected as a whole, or None; `detail` has no
            value of the data.
    """

    first: int
    last: int
    set_code: str | None = None
    guide: str = ""
    reason_code: str | None = None
    location: str | None = None
    detail: str = ""

    def reject(self, reason_code: str, location: str | None, detail: str) -> None:
        """Reject the span, unless it already has a reason."""
        if self.reason_code is None:
            self.reason_code, self.location, self.detail = reason_code, location, detail


@dataclass
class _Envelope:
    """An open interchange, group or transaction.

    Attributes:
        first: number of its header segment.
        control: its control number.
        count: number of groups, transactions or segments in it.
        set_code: ST01 of the first transaction in it.
    """

    first: int
    control: str
    guide: str = ""
    count: int = 0
    set_code: str | None = None


def find_spans(found: Iterable[Block]) -> list[Span]:
    """The transactions of a file, and the records rejected between them, in order.

    Valid envelope segments belong to no span.

    Args:
        found: the file's segments.
    """
    scanner = _EnvelopeScanner()
    for block in found:
        scanner.add_block(block)
    scanner.end_interchange()
    return sorted(scanner.spans, key=lambda span: span.first)


class _EnvelopeScanner:
    def __init__(self) -> None:
        self.spans: list[Span] = []
        self._number = 0
        self._interchange: _Envelope | None = None
        self._group: _Envelope | None = None
        self._open: Span | None = None
        self._control = ""
        self._stray: Span | None = None

    def add_block(self, block: Block) -> None:
        """Process the next segments of the file."""
        first, count = self._number, len(block.codes)
        marks = np.flatnonzero(np.isin(block.codes, _CODES)).tolist()
        done = 0
        for n in sorted({*marks, *block.problems}):
            self._add_stray(first + done, first + n - 1)
            name = _ENVELOPE.get(int(block.codes[n]))
            self._number = first + n
            if n in block.problems:
                self._reject_damaged(block.problems[n])
            if name is not None:
                text = block.segment(n).decode("utf-8", "replace")
                elements = [element.strip() for element in text.split(ELEMENT.decode())]
                is_cut = block.is_cut and n == count - 1
                self._add_envelope_segment(name, elements + [""] * 16, is_cut=is_cut)
            done = n + 1
        self._add_stray(first + done, first + count - 1)
        self._number = first + count

    def _add_stray(self, first: int, last: int) -> None:
        """Add segments outside the envelope syntax to the open transaction, or as a stray record."""
        if self._open is not None or last < first:
            return
        if self._stray is not None and self._stray.last == first - 1:
            self._stray.last = last
            return
        self._stray = Span(first, last)
        self._stray.reject("stray_segment", None, "expected ST, a trailer or a header before it")
        self.spans.append(self._stray)

    def _reject_damaged(self, reason_code: str) -> None:
        number = self._number
        if self._open is None:
            self._add_stray(number, number)
            return
        position = number - self._open.first + 1
        self._open.reject(reason_code, None, f"segment {position} of the transaction")

    def _add_envelope_segment(self, name: str, elements: list[str], *, is_cut: bool) -> None:
        match name:
            case "ISA":
                self.end_interchange()
                self._interchange = _Envelope(self._number, elements[13])
            case "GS":
                self._end_group()
                if self._interchange is not None:
                    self._interchange.count += 1
                self._group = _Envelope(self._number, elements[6], elements[8])
            case "ST":
                self._begin(elements)
            case "SE":
                self._end_transaction(elements, is_cut=is_cut)
            case "GE":
                self._reject_open_transaction()
                if self._group is None:
                    self._add_stray(self._number, self._number)
                elif not is_cut or _trailer_matches(self._group, elements):
                    counted = ("transactions", "the group")
                    self._reject_envelope(self._group, "GE", "GS06", elements, counted)
                    self._group = None
            case "IEA":
                self._end_group()
                if self._interchange is None:
                    self._add_stray(self._number, self._number)
                elif not is_cut or _trailer_matches(self._interchange, elements):
                    counted = ("groups", "the interchange")
                    self._reject_envelope(self._interchange, "IEA", "ISA13", elements, counted)
                    self._interchange = None
            case "TA1":
                self._reject_open_transaction()
                self._record("TA1", "").reject("unknown_transaction_set", "TA1", _EXPECTED_SET)

    def _record(self, set_code: str, guide: str) -> Span:
        span = Span(self._number, self._number, set_code, guide)
        self.spans.append(span)
        for envelope in (self._interchange, self._group):
            if envelope is not None and envelope.set_code is None:
                envelope.set_code = set_code
        return span

    def _begin(self, elements: list[str]) -> None:
        self._reject_open_transaction()
        set_code = elements[1]
        guide = elements[3] or (self._group.guide if self._group else "")
        self._open, self._control = self._record(set_code, guide), elements[2]
        if set_code not in (CLAIM, REMITTANCE):
            self._open.reject("unknown_transaction_set", "ST01", _EXPECTED_SET)
        elif GUIDES.get(guide[:_GUIDE_LENGTH]) != set_code:
            expected = ", ".join(sorted(known for known, of in GUIDES.items() if of == set_code))
            self._open.reject("unknown_guide", "ST03", f"ST03, GS08: expected {expected}")
        if self._group is not None:
            self._group.count += 1

    def _end_transaction(self, elements: list[str], *, is_cut: bool) -> None:
        span = self._open
        if span is None:
            self._add_stray(self._number, self._number)
            return
        transaction = _Envelope(
            span.first, self._control, count=self._number - span.first + 1, set_code=span.set_code
        )
        if is_cut and not _trailer_matches(transaction, elements):
            return
        span.last, self._open = self._number, None
        if span.reason_code is None and not _trailer_matches(transaction, elements):
            span.last -= 1
            self._reject_envelope(
                transaction, "SE", "ST02", elements, ("segments", "the transaction")
            )

    def _reject_open_transaction(self) -> None:
        """Reject the open transaction, which ends without SE."""
        if self._open is not None:
            self._open.last = self._number - 1
            self._open.reject(
                "truncated_transaction", "SE", "expected SE at the end of the transaction"
            )
            self._open = None

    def _end_group(self) -> None:
        self._reject_open_transaction()
        if self._group is not None:
            self._reject_header(self._group, "GE")
            self._group = None

    def end_interchange(self) -> None:
        """Close the interchange at another header or at the end of the file."""
        self._end_group()
        if self._interchange is not None:
            self._reject_header(self._interchange, "IEA")
            self._interchange = None

    def _reject_header(self, envelope: _Envelope, name: str) -> None:
        span = Span(envelope.first, envelope.first)
        span.reject("broken_envelope", name, f"expected {name} at the end of the envelope")
        self.spans.append(span)

    def _reject_envelope(
        self,
        envelope: _Envelope,
        name: str,
        header: str,
        elements: list[str],
        counted: tuple[str, str],
    ) -> None:
        """Reject a trailer that does not match its header; the content of the envelope is loaded."""
        if _trailer_matches(envelope, elements):
            return
        span = Span(self._number, self._number, envelope.set_code)
        missing = count_mismatch(f"{name}01", elements[1], envelope.count, *counted)
        if not same_number(elements[2], envelope.control):
            detail = (
                f"{name}02: expected the control number in {header}: the end of one envelope "
                f"and the beginning of the next may be missing"
            )
            span.reject(
                "control_number_mismatch", f"{name}02", "; ".join(filter(None, (detail, missing)))
            )
        elif missing:
            span.reject("envelope_count_mismatch", f"{name}01", missing)
        self.spans.append(span)


_EXPECTED_SET = "ST01: expected 837 or 835"


def _trailer_matches(envelope: _Envelope, elements: list[str]) -> bool:
    """Whether a trailer's control number and count match the envelope."""
    return same_number(elements[2], envelope.control) and same_number(
        elements[1], str(envelope.count)
    )
