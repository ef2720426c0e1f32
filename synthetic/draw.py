"""Random draws: one seeded stream of random numbers per subject, and helpers for tables of arrays.

Each subject has its own named stream, so that an added draw does not change the other subjects. Only uniform, normal,
gamma, beta and Poisson draws of numpy's PCG64 are used: the same numpy version gives the same bytes. Must not be here:
rates, domain terms.
"""

import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

Array = np.ndarray[Any, Any]
Table = dict[str, Array]


class Draw:
    """A seeded stream for one subject and one chunk of clients."""

    def __init__(self, seed: int, subject: str, chunk: int = 0) -> None:
        self.rng = np.random.default_rng([seed, zlib.crc32(subject.encode()), chunk])

    def chance(self, probability: float | Array, n: int) -> Array:
        """N booleans, true with the given probability (one number, or one per row)."""
        return self.rng.random(n) < probability

    def pick(self, weights: Sequence[float] | Array, n: int) -> Array:
        """N indices of `weights`, drawn in proportion to them."""
        edges = np.cumsum(np.asarray(weights, dtype=np.float64))
        return np.minimum(
            np.searchsorted(edges / edges[-1], self.rng.random(n), side="right"), len(edges) - 1
        )

    def pick_by_row(self, weights: Array) -> Array:
        """One index per row of a matrix of weights."""
        edges = np.cumsum(weights, axis=1)
        point = self.rng.random(len(weights)) * edges[:, -1]
        return np.minimum((edges <= point[:, None]).sum(axis=1), weights.shape[1] - 1)

    def integers(self, low: int | Array, high: int | Array, n: int) -> Array:
        """N integers from low to high, inclusive."""
        return (np.asarray(low) + self.rng.random(n) * (np.asarray(high) - low + 1)).astype(
            np.int64
        )

    def uniform(self, low: float | Array, high: float | Array, n: int) -> Array:
        """N numbers from low to high."""
        return low + self.rng.random(n) * (np.asarray(high) - low)


def repeat(counts: Array) -> tuple[Array, Array]:
    """Owner and ordinal (from 0) of each of sum(counts) rows: [2, 0, 1] gives ([0, 0, 2], [0, 1, 0])."""
    counts = np.asarray(counts, dtype=np.int64)
    owner = np.repeat(np.arange(len(counts)), counts)
    first = np.repeat(np.cumsum(counts) - counts, counts)
    return owner, np.arange(len(owner)) - first


def ordinal(owner: Array) -> Array:
    """Running number from 0 within each owner; `owner` is sorted."""
    if len(owner) == 0:
        return np.zeros(0, dtype=np.int64)
    begins = np.r_[True, owner[1:] != owner[:-1]]
    position = np.arange(len(owner))
    return position - np.maximum.accumulate(np.where(begins, position, 0))


def stack(tables: Sequence[Table]) -> Table:
    """Concatenate tables that have the same columns."""
    return {name: np.concatenate([table[name] for table in tables]) for name in tables[0]}


def take(table: Table, rows: Array) -> Table:
    """Select rows of a table by index or mask."""
    return {name: values[rows] for name, values in table.items()}


def label(values: Sequence[str | None], index: Array) -> pl.Series:
    """Look up texts by index; a negative index gives null."""
    index = np.asarray(index, dtype=np.int64)
    words = pl.Series([*values, None], dtype=pl.String)
    return words.gather(np.where(index < 0, len(values), index))


def numbered(prefix: str, number: Array, width: int = 0) -> pl.Series:
    """Identifiers: the prefix, then the number zero-padded to `width`."""
    return prefix + pl.Series(np.asarray(number, dtype=np.int64)).cast(pl.String).str.zfill(width)
