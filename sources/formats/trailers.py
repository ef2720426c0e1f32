"""Compares the count in an envelope's trailer with the file (X12: SE, GE, IEA; HL7 v2: BTS, FTS).

Counts are compared as text: `str.isdigit` accepts characters that `int` rejects, and `int`
rejects numbers of more than 4,300 digits.
"""

from __future__ import annotations

import re

_DIGITS = re.compile("[0-9]+")
_SHOWN_DIGITS = 9  # a longer count is only reported as unusable


def same_number(left: str, right: str) -> bool:
    """Whether two texts are equal, or equal numbers but for leading zeros.

    Some senders drop leading zeros.
    """
    if left == right:
        return True
    is_number = _DIGITS.fullmatch(left) and _DIGITS.fullmatch(right)
    return bool(is_number) and left.lstrip("0") == right.lstrip("0")


def count_mismatch(field: str, stated: str, found: int, what: str, within: str) -> str | None:
    """What may be missing if a trailer's count differs from the number found; None if they agree.

    Args:
        field: the trailer's field, such as SE01.
        stated: the count in the trailer.
        found: the count in the file.
        what: what is counted, in the plural.
        within: the envelope.
    """
    if same_number(stated, str(found)):
        return None
    if not _DIGITS.fullmatch(stated) or len(stated.lstrip("0")) > _SHOWN_DIGITS:
        return (
            f"{field} gives no usable count, {found} {what} found: some may be missing in {within}"
        )
    difference = int(stated) - found
    if difference > 0:
        guess = f"{difference} {what} may be missing in {within}"
    else:
        guess = (
            f"{-difference} {what} more than expected, so {within} may contain some of another one"
        )
    return f"{field} says {int(stated)} {what}, {found} found: {guess}"
