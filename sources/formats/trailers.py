"""What the trailer of an envelope says (X12: SE, GE, IEA; HL7 v2: BTS, FTS) against what the file holds.

A count is ASCII digits. It is compared as text: `str.isdigit` accepts characters that `int` does not,
and `int` refuses more than 4,300 digits.
"""

from __future__ import annotations

import re

_DIGITS = re.compile("[0-9]+")
_SHOWN_DIGITS = 9  # of a longer number only that it differs can be stated


def same_number(left: str, right: str) -> bool:
    """Whether two texts are the same number of digits, of which some senders drop the leading zeros, or the same text."""
    if left == right:
        return True
    is_number = _DIGITS.fullmatch(left) and _DIGITS.fullmatch(right)
    return bool(is_number) and left.lstrip("0") == right.lstrip("0")


def count_mismatch(field: str, stated: str, found: int, what: str, within: str) -> str | None:
    """What may be missing where a trailer's count differs from what was found; None where they agree.

    Args:
        field: the trailer's field, such as SE01.
        stated: the count in it.
        found: what the file holds.
        what: the counted things, plural.
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
        guess = f"{-difference} {what} more than expected, so {within} may hold some of another"
    return f"{field} says {int(stated)} {what}, {found} found: {guess}"
