"""Values of a workbook cell that are more than a text or a number.

`Rich` is a text of several styles, `Styled` a value with a style of its own. Styles are names of
`layout.STYLES`. Senders' texts become safe here, because workbooks are often saved as CSV.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from publishing.cells import printable_text, safe_cell
from publishing.text_width import line_count

Part = tuple[str, str | None]


@dataclass(frozen=True)
class Rich:
    """A text in parts.

    Attributes:
        parts: style and text of each part, none of them empty.
    """

    parts: tuple[tuple[str, str], ...]

    @property
    def plain(self) -> str:
        """The text without styles."""
        return "".join(text for _, text in self.parts)


@dataclass(frozen=True)
class Styled:
    """A value with its own style.

    Attributes:
        value: a text, number, date or local time.
        tone: name of a fill in `layout`: RED, AMBER or GRAY; empty for none.
        num_format: format of the number, date or time; None for that of the column.
    """

    value: str | float | date | datetime | None
    tone: str = ""
    num_format: str | None = None


Cell = str | float | date | Rich | Styled | None


def lines(*every: list[Part]) -> Rich | None:
    """Build a cell of lines, each a list of parts (style, text).

    Empty parts and empty lines are omitted; None if nothing is left. Parts of equal style are one
    part, as a spreadsheet saves them.
    """
    joined: list[tuple[str, str]] = []
    for line in every:
        shown = [(style, text) for style, text in line if text]
        if not shown:
            continue
        if joined:
            joined[-1] = (joined[-1][0], joined[-1][1] + "\n")
        for style, text in shown:
            clean = printable_text(text) if joined else safe_cell(text)
            if joined and joined[-1][0] == style:
                joined[-1] = (style, joined[-1][1] + clean)
            else:
                joined.append((style, clean))
    return Rich(tuple(joined)) if joined else None


def within(most: int, width: float, *every: list[Part], kept: int = 1) -> Rich | None:
    """Build a cell of lines as `lines` does, with the last lines in one if that is shorter and they do not fit.

    Args:
        most: lines that the cell may take.
        width: width of its column, in characters.
        every: the lines.
        kept: this many lines stay lines.
    """
    cell = lines(*every)
    if cell is None or line_count(cell.plain, width) <= most:
        return cell
    joined: list[Part] = []
    for line in every[kept:]:
        if any(text for _, text in line):
            joined += [("small", " · " if joined else ""), *line]
    flowing = lines(*every[:kept], joined)
    if flowing is None or line_count(flowing.plain, width) >= line_count(cell.plain, width):
        return cell
    return flowing


def listed(*texts: str | None) -> str:
    """Join the texts that are not empty with a middle dot."""
    return " · ".join(text for text in texts if text)
