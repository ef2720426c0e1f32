"""Senders' text on a page: shown as it is, never Markdown, HTML, a link, an icon, a formula or a color.

Streamlit reads Markdown in most texts. Escaping with backslashes is not enough: links (`http://…`), emoji (`:x:`) and icons
(`:material/x:`) are found in the text after Markdown has been read. A word joiner, which has no width, keeps them apart.
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
    """One line; control characters and bidirectional overrides are written as escapes."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def markdown(text: str) -> str:
    """For `st.markdown` and every other place where Streamlit reads Markdown."""
    escaped = _PUNCTUATION.sub(r"\\\1", printable(text)).replace("\\<", "&lt;")
    escaped = re.sub(r"([:@])", rf"\1{_WORD_JOINER}", escaped)
    return re.sub(r"(?i)(www)(\\\.)", rf"\1{_WORD_JOINER}\2", escaped)


def bullets(texts: Iterable[str]) -> str:
    """An HTML list for `st.html`."""
    items = "".join(f"<li>{html.escape(printable(text))}</li>" for text in texts)
    return f"<ul>{items}</ul>"


def cell(text: str) -> str:
    """For tables and charts: a table can be downloaded as CSV, where a spreadsheet would run a formula."""
    shown = printable(text)
    first = unicodedata.normalize("NFKC", shown.lstrip()[:1])[:1]
    return f"'{shown}" if first in _FORMULA_STARTS else shown
