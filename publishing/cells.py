"""Makes senders' text safe in released cells and notices (OWASP CSV injection; ASVS 1.2.10).

A spreadsheet runs a cell that starts with `=`, `+`, `-`, `@`, tab or a line break as a formula,
even if it is quoted. Such text gets a leading apostrophe. Numbers, dates and times do not pass
through here, because their minus sign must stay.
"""

from __future__ import annotations

import re
import unicodedata

_TRIGGERS = frozenset("=+-@\t\r\n\0")
_PREFIX = "'"
# Some importers strip these before they check the first character: spaces, controls, format
# characters.
_SKIPPED = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf"})


# Control characters except tab and line breaks, which a terminal may execute, and bidirectional
# overrides and isolates, which reorder the visible text.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_REPLACEMENT = "\ufffd"


def safe_cell(text: str) -> str:
    """Make a sender's text safe for a cell of a CSV file or workbook."""
    return neutralize_formula(printable_text(text))


def printable_text(text: str) -> str:
    """Replace control characters; for text that does not begin a cell."""
    return _CONTROL.sub(_REPLACEMENT, text)


def safe_line(text: str) -> str:
    """Make a sender's text safe for a notice: one line, unprintable characters escaped."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def neutralize_formula(text: str) -> str:
    """Prefix a text with an apostrophe if a spreadsheet could run it as a formula.

    Checks the first character and the first visible one, after compatibility decomposition, because
    Excel treats full-width and small forms (`＝`, `﹢`) like their ASCII equivalents.
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
