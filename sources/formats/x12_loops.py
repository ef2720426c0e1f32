"""Assigns the segments of many X12 transactions to loops and parses their elements together.

Must not be here: which segments and elements to read, business rules. X12 has no brackets: a loop
begins with its first segment and ends where another loop begins (X12.6 chapter 3.7). So a
segment's loop is the last loop start at or before it, which is computed with arrays over
thousands of transactions at once.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from sources.formats.x12_segments import COMPONENT, ELEMENT, TERMINATOR, code

NOWHERE = -1


class Segments:
    """Consecutive segments with canonical separators.

    Attributes:
        texts: the segments, an object array of bytes.
        codes: their names as numbers.
    """

    def __init__(self, texts: list[bytes], codes: np.ndarray) -> None:
        self.texts = np.empty(len(texts), object)
        self.texts[:] = texts
        self.codes = codes
        self._index = np.arange(len(texts))
        self._masks: dict[str, np.ndarray] = {}
        self._frames: dict[str, pl.DataFrame] = {}

    def positions(self, name: str) -> np.ndarray:
        """The positions of the segments with a name, ascending."""
        return np.flatnonzero(self.is_named(name))

    def last_before(self, *masks: np.ndarray) -> np.ndarray:
        """For each segment, the last position at or before it where any mask is true, else NOWHERE."""
        is_any = masks[0]
        for mask in masks[1:]:
            is_any = is_any | mask
        return np.maximum.accumulate(np.where(is_any, self._index, NOWHERE))

    def is_named(self, name: str) -> np.ndarray:
        """For each segment whether it has this name."""
        if name not in self._masks:
            self._masks[name] = self.codes == code(name)
        return self._masks[name]

    def elements(self, name: str, numbers: Sequence[int]) -> pl.DataFrame:
        """Elements of all segments of a name, in text columns named by element number.

        One row per segment; elements count from 1; empty and absent elements are null. Results
        are cached by name, so the numbers must be the same in every call.
        """
        if name not in self._frames:
            self._frames[name] = self._elements(self.positions(name), numbers)
        return self._frames[name]

    def _elements(self, positions: np.ndarray, numbers: Sequence[int]) -> pl.DataFrame:
        names = [str(number) for number in range(max(numbers) + 1)]
        selected = [str(number) for number in numbers]
        if not len(positions):
            return pl.DataFrame(schema=dict.fromkeys(selected, pl.String()))
        header = ELEMENT.join(name.encode() for name in names)
        found = pl.read_csv(
            TERMINATOR.join([header, *self.texts[positions].tolist()]),
            separator=ELEMENT.decode(),
            quote_char=None,
            infer_schema=False,
            columns=selected,
            truncate_ragged_lines=True,
        ).select(selected)
        assert found.height == len(positions)
        return found


def components(values: pl.Series, count: int) -> pl.DataFrame:
    """The components of composite elements as text columns named from 1; empty and absent are null."""
    names = [str(number) for number in range(1, count + 1)]
    if values.null_count() == len(values):
        return pl.DataFrame(
            {name: pl.repeat(None, len(values), dtype=pl.String, eager=True) for name in names}
        )
    parts = values.str.splitn(COMPONENT.decode(), count + 1).struct.unnest()
    parts = parts.select(parts.columns[:count]).rename(
        dict(zip(parts.columns[:count], names, strict=True))
    )
    return parts.select(pl.when(pl.all() != "").then(pl.all()))


def first_rows(owners: np.ndarray, size: int) -> np.ndarray:
    """The first row of each owner 0 … size-1 in `owners`, else NOWHERE; rows of NOWHERE are ignored."""
    found = np.full(size, NOWHERE)
    rows = np.flatnonzero(owners >= 0)[::-1]
    found[owners[rows]] = rows
    return found


def lookup(positions: np.ndarray, values: np.ndarray) -> np.ndarray:
    """`values[positions]`, and NOWHERE where the position is NOWHERE."""
    if not len(values):
        return np.full(len(positions), NOWHERE)
    return np.where(positions >= 0, values[positions], NOWHERE)


def take_rows(frame: pl.DataFrame, rows: np.ndarray) -> pl.DataFrame:
    """These rows of a frame, in this order; null where the row is NOWHERE."""
    index = pl.Series(rows)
    index = pl.select(pl.when(index >= 0).then(index)).to_series()
    return frame.select(pl.all().gather(index))


def ranks(owners: np.ndarray) -> np.ndarray:
    """The position of each row within its run of equal owners, from 0; NOWHERE is an owner too."""
    positions = np.arange(len(owners))
    is_first = np.diff(owners, prepend=NOWHERE - 1) != 0
    return positions - np.maximum.accumulate(np.where(is_first, positions, 0))
