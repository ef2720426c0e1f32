r"""Text on a terminal: what senders wrote (file, column and facility names) is shown, never obeyed.

A terminal obeys escape sequences (clear the screen, set the title, make a link) and bidirectional overrides reorder what a
reader sees. Both become visible as `\x1b`, `\u202e`. Rich's own markup (`[red]`) and emoji codes (`:x:`) stay text.
"""

from __future__ import annotations

import unicodedata
from typing import Any

from rich.console import Console
from rich.text import Text

# Control, format, surrogate, private, line and paragraph separator.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def visible(text: str) -> str:
    """The text with every character that a terminal would obey written as an escape; line breaks stay."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character if character == "\n" or unicodedata.category(character) not in _INVISIBLE
        else character.encode("unicode_escape").decode()
        for character in text
    )  # fmt: skip


class PlainConsole(Console):
    """A console on which every string is shown as it is: no markup, no emoji codes, no escape sequences."""

    def __init__(self, *, stderr: bool = False, **options: Any) -> None:  # noqa: ANN401 - Rich's own options
        super().__init__(stderr=stderr, markup=False, emoji=False, **options)

    def render_str(self, text: str, **options: Any) -> Text:  # noqa: ANN401 - as above
        """Text of a string, as Rich asks for it wherever a string is printed, in a cell too."""
        return super().render_str(visible(text), **options)
