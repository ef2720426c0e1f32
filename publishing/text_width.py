"""Estimates how many lines a text takes in a cell of Calibri, which programs do not all compute."""

from __future__ import annotations

import math
from functools import lru_cache

# Widths of Calibri's characters, in digits; all others are as wide as a digit.
_CHARACTER_WIDTHS = {
    character: width
    for width, characters in (
        (0.45, " '·"),
        (0.5, ",.:;Iijl"),
        (0.62, "!()-J[]f"),
        (0.7, "rt"),
        (0.8, '"/Lcsz'),
        (0.92, "?FSZagkvxy"),
        (1.15, "ABCRVDGH"),
        (1.35, "&NOQU%w"),
        (1.75, "mMW@→▁▂▃▄▅▆▇█"),
    )
    for character in characters
}
# Digits that fit into a unit of column width, of which a digit of 11 points needs a little more.
_ROOM, _BOLD_ROOM = 0.935, 0.9


@lru_cache(maxsize=10_000)
def _word_width(word: str) -> float:
    """The width of a word, in digits: names, dates and words recur on most rows."""
    return sum(_CHARACTER_WIDTHS.get(character, 1.0) for character in word)


def line_count(text: str, width: float, *, bold: bool = False) -> int:
    """Estimate the lines of a text that is wrapped at blanks in a column of `width` characters."""
    room = width * (_BOLD_ROOM if bold else _ROOM)
    count = 0
    blank = _CHARACTER_WIDTHS[" "]
    for part in text.split("\n"):
        count += 1
        if len(part) <= room:
            continue
        used = 0.0
        for word in part.split(" "):
            word_width = _word_width(word)
            if used and used + blank + word_width > room:
                count += 1
                used = 0.0
            used += word_width + (blank if used else 0.0)
            if used > room:
                count += math.ceil(used / room) - 1
                used %= room
    return count
