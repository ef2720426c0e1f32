"""Escapes senders' text for a page, so that it is never rendered as markup or run as a formula.

Streamlit renders Markdown in most texts. Backslashes are not enough: after Markdown, Streamlit also
detects links (`http://…`), emoji (`:x:`) and icons (`:material/x:`). A zero-width word joiner
inside these patterns prevents that.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable

_WORD_JOINER = "\u2060"
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_FORMULA_STARTS = frozenset("=+-@\t")


def printable(text: str) -> str:
    """Escape control characters, line breaks and bidirectional overrides."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def markdown(text: str) -> str:
    """Escape a text for `st.markdown` and all other texts that Streamlit renders as Markdown."""
    escaped = _PUNCTUATION.sub(r"\\\1", printable(text)).replace("\\<", "&lt;")
    escaped = re.sub(r"([:@])", rf"\1{_WORD_JOINER}", escaped)
    return re.sub(r"(?i)(www)(\\\.)", rf"\1{_WORD_JOINER}\2", escaped)


def bullets(texts: Iterable[str]) -> str:
    """Build an HTML list for `st.html`."""
    items = "".join(f"<li>{html.escape(printable(text))}</li>" for text in texts)
    return f"<ul>{items}</ul>"


def cell(text: str) -> str:
    """Escape a text for tables and charts: tables can be downloaded and opened in a spreadsheet."""
    shown = printable(text)
    first = unicodedata.normalize("NFKC", shown.lstrip()[:1])[:1]
    return f"'{shown}" if first in _FORMULA_STARTS else shown
