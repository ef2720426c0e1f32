"""Deliveries: splits the final rows of a table by the day on which they are known, and writes them as CSV.

A row is delivered when it becomes known and again when one of its later facts becomes known; until then those columns
show the earlier value. It is also part of each full extract, and a random share of rows is re-sent unchanged. The
warehouse therefore has to take the latest delivery of each key. Must not be here: domain terms, random draws other
than the re-sent rows.
"""

import filecmp
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from synthetic.draw import Array, Draw
from synthetic.timeline import DAY, EPOCH, NEVER

CSV_TIMESTAMP = "%Y-%m-%dT%H:%M:%S"


@dataclass(frozen=True)
class Reveal:
    """A later fact: until the clock `at`, the columns of `before` show these values (null or an earlier value)."""

    at: Array
    before: Mapping[str, Any]


@dataclass(frozen=True)
class Rows:
    """A table's rows as passed to `Landing.deliver`.

    Attributes:
        table: Name of the table.
        frame: The rows in their final state.
        known: Clock at which each row becomes known.
        reveals: Facts that become known later than their row.
        full: Positions in the schedule of full extracts.
    """

    table: str
    frame: pl.DataFrame
    known: Array
    reveals: tuple[Reveal, ...] = ()
    full: tuple[int, ...] = ()


@dataclass
class Landing:
    """A landing folder in progress: files are appended in a scratch folder and moved into place at the end."""

    target: Path
    seed: int
    resent: float
    rows: dict[tuple[str, str], int] = field(default_factory=dict)
    _started: set[Path] = field(default_factory=set)

    @property
    def scratch(self) -> Path:
        """The scratch folder, beside the landing folder so that moving a file is a rename."""
        return self.target.with_name(f".{self.target.name}.unfinished")

    def __enter__(self) -> "Landing":
        """Create an empty scratch folder."""
        shutil.rmtree(self.scratch, ignore_errors=True)
        self.scratch.mkdir(parents=True)
        return self

    def __exit__(self, *_: object) -> None:
        """Delete the scratch folder."""
        shutil.rmtree(self.scratch)

    def deliver(
        self,
        source: str,
        rows: Rows,
        schedule: Array,
        chunk: int = 0,
    ) -> None:
        """Write a table's rows into the deliveries of its schedule.

        Args:
            source: The sender.
            rows: The final rows, in file order, with the clocks at which they become known.
            schedule: Day numbers of deliveries, ascending; a delivery has the rows known before that day.
            chunk: Number of the chunk of clients, for the random stream of re-sent rows.
        """
        table, frame = rows.table, rows.frame
        if frame.is_empty():
            return
        clocks = np.asarray(schedule, dtype=np.int64) * DAY
        last = len(clocks)
        first_sent = np.searchsorted(clocks, np.asarray(rows.known, dtype=np.int64), side="right")
        sent = [first_sent]
        which = [np.arange(frame.height)]
        shown = []
        for reveal in rows.reveals:
            at = np.asarray(reveal.at, dtype=np.int64)
            # A fact that never changes is delivered with its row.
            revealed = np.where(at < NEVER, np.searchsorted(clocks, at, side="right"), -1)
            later = revealed > first_sent
            which.append(np.flatnonzero(later))
            sent.append(revealed[later])
            shown.append(revealed)
        again = np.flatnonzero(
            Draw(self.seed, f"{source}.{table}.resent", chunk).chance(self.resent, frame.height)
        )
        which.append(again)
        sent.append(first_sent[again] + 1)
        for position in rows.full:
            delivery = position % last
            present = np.flatnonzero(first_sent <= delivery)
            which.append(present)
            sent.append(np.full(len(present), delivery))
        order = np.sort(np.concatenate(sent) * frame.height + np.concatenate(which), kind="stable")
        order = order[np.r_[True, order[1:] != order[:-1]]]
        delivery, row = order // frame.height, order % frame.height
        row, delivery = row[delivery < last], delivery[delivery < last]
        final = frame[row] if len(row) else frame.head(0)
        for reveal, revealed in zip(rows.reveals, shown, strict=True):
            early = pl.Series(delivery < revealed[row])
            if early.any():
                final = final.with_columns(
                    pl.when(early)
                    .then(_earlier_value(value, row, frame.schema[name]))
                    .otherwise(pl.col(name))
                    .alias(name)
                    for name, value in reveal.before.items()
                )
        edges = np.searchsorted(delivery, np.arange(last + 1))
        whole = {0, *(position % last for position in rows.full)}
        for number in range(last):
            begin, end = int(edges[number]), int(edges[number + 1])
            if begin < end:
                kind = "full" if number in whole else "delta"
                folder = EPOCH.fromordinal(EPOCH.toordinal() + int(schedule[number])).isoformat()
                self._append(
                    Path(source, folder, f"{table}_{kind}.csv"), final.slice(begin, end - begin)
                )
        self.rows[source, table] = self.rows.get((source, table), 0) + len(row)

    def place(self, source: str, day: int, name: str, content: bytes, rows: dict[str, int]) -> None:
        """Write a file as it is into the delivery of that day number; `rows` counts its rows by table."""
        folder = EPOCH.fromordinal(EPOCH.toordinal() + day).isoformat()
        path = self.scratch / source / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        for table, count in rows.items():
            self.rows[source, table] = self.rows.get((source, table), 0) + count

    def _append(self, name: Path, frame: pl.DataFrame) -> None:
        path = self.scratch / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            frame.write_csv(
                file, include_header=name not in self._started, datetime_format=CSV_TIMESTAMP
            )
        self._started.add(name)

    def move_into_place(self) -> tuple[int, int]:
        """Move the files into the landing folder.

        Returns:
            Number of files and total bytes.

        Raises:
            FileExistsError: A file of that name has other content; landing files are never changed.
        """
        names = sorted(
            path.relative_to(self.scratch) for path in self.scratch.rglob("*") if path.is_file()
        )
        for name in names:
            placed = self.target / name
            if placed.exists() and not filecmp.cmp(placed, self.scratch / name, shallow=False):
                raise FileExistsError(
                    f"{placed} already exists with other content, and landing files are never changed. "
                    "Choose an empty folder."
                )
        size = 0
        for name in names:
            placed = self.target / name
            placed.parent.mkdir(parents=True, exist_ok=True)
            size += (self.scratch / name).stat().st_size
            (self.scratch / name).replace(placed)
        return len(names), size


def _earlier_value(value: object, row: Array, dtype: pl.DataType) -> pl.Expr | pl.Series:
    if isinstance(value, pl.Series):
        return value.gather(row).cast(dtype)
    return pl.lit(value, dtype=dtype)
