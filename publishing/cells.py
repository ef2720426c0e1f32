"""Senders' text in a released cell or notice: never a formula (OWASP CSV injection; ASVS 1.2.10), never a terminal command.

A spreadsheet runs a cell that starts with one of `= + - @` TAB CR LF as a formula, whatever the quotes around it. Such
a text gets a leading apostrophe. Numbers, dates and instants never come here: their minus sign is theirs.
"""

from __future__ import annotations

import re
import unicodedata

_TRIGGERS = frozenset("=+-@\t\r\n\0")
_PREFIX = "'"
# What some importers drop before they look at the first character: spaces and controls, and invisible format characters.
_SKIPPED = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf"})


# Controls but tab and line breaks: a terminal obeys some when the file is printed. Bidirectional overrides and isolates
# make a text read differently from what it is.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_REPLACEMENT = "\ufffd"


def safe_cell(text: str) -> str:
    """A sender's text for a cell of a CSV file or a workbook."""
    return neutralize_formula(_CONTROL.sub(_REPLACEMENT, text))


def safe_line(text: str) -> str:
    """A sender's text for a notice: one line, with what is not printable written as an escape."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def neutralize_formula(text: str) -> str:
    """The text, with an apostrophe before it where a spreadsheet could run it.

    Looks at the first character and at the first one that is visible, after compatibility decomposition: full-width and
    small forms (`＝`, `﹢`) count as what Excel makes of them.
    """
    if not text or (text[0].isascii() and text[0].isalnum()):
        return text
    if text[0] in _TRIGGERS:
        return _PREFIX + text
    for character in text:
        if unicodedata.category(character) in _SKIPPED and character not in _TRIGGERS:
            continue
        if unicodedata.normalize("NFKC", character)[:1] in _TRIGGERS:
            return _PREFIX + text
        return text
    return text
