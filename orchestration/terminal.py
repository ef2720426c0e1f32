r"""Safe terminal output of senders' text, such as file, column and facility names.

Terminals execute escape sequences (clear the screen, set the title, create a link), and
bidirectional overrides reorder the visible text. Both are printed as `\x1b`, `\u202e`. Rich markup
(`[red]`) and emoji codes (`:x:`) are printed as text.
"""

from __future__ import annotations

import unicodedata
from typing import Any

from rich.console import Console
from rich.text import Text

# Unicode categories: control, format, surrogate, private use, line and paragraph separator.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def escape_controls(text: str) -> str:
    """Escape all control and format characters except line breaks."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character if character == "\n" or unicodedata.category(character) not in _INVISIBLE
        else character.encode("unicode_escape").decode()
        for character in text
    )  # fmt: skip


class PlainConsole(Console):
    """A console that prints every string literally: no markup, emoji codes or escape sequences."""

    def __init__(self, *, stderr: bool = False, **options: Any) -> None:  # noqa: ANN401 - Rich's own options
        super().__init__(stderr=stderr, markup=False, emoji=False, **options)

    def render_str(self, text: str, **options: Any) -> Text:  # noqa: ANN401 - as above
        """Convert a string to Text. Rich calls this for all strings, including table cells."""
        return super().render_str(escape_controls(text), **options)
