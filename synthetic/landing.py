"""What was known when: turns the final truth of a table into deliveries, and writes them as CSV.

A row is delivered when it becomes known, again whenever one of its later facts becomes known (until then those columns show
what was believed before), again in each full extract, and now and then once more unchanged. So "later wins" matters.
Must not be here: meanings; any random draw other than which rows are sent again.
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
    """A later fact: until the clock `at` the columns of `before` show these values (null, or what was believed)."""

    at: Array
    before: Mapping[str, Any]


@dataclass(frozen=True)
class Rows:
    """A table's rows on their way to `Landing.deliver`."""

    table: str
    frame: pl.DataFrame
    known: Array
    reveals: tuple[Reveal, ...] = ()
    full: tuple[int, ...] = ()


@dataclass
class Landing:
    """The landing folder while it is being written: files grow chunk by chunk in a scratch folder, then move in place."""

    target: Path
    seed: int
    resent: float
    rows: dict[tuple[str, str], int] = field(default_factory=dict)
    _started: set[Path] = field(default_factory=set)

    @property
    def scratch(self) -> Path:
        """Where files grow: beside the landing folder, so that moving them is a rename."""
        return self.target.with_name(f".{self.target.name}.unfinished")

    def __enter__(self) -> "Landing":
        """Begin with an empty scratch folder."""
        shutil.rmtree(self.scratch, ignore_errors=True)
        self.scratch.mkdir(parents=True)
        return self

    def __exit__(self, *_: object) -> None:
        """Leave nothing half written behind."""
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
            rows: The rows as they finally are, in the order of delivery within a file, and when what is known.
            schedule: Day numbers of deliveries, ascending; a delivery holds what was known before that day.
            chunk: Number of the chunk of clients, for the stream of re-sent rows.
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
            # A fact that never changes is known with the row.
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
                    .then(_believed(value, row, frame.schema[name]))
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

    def _append(self, name: Path, frame: pl.DataFrame) -> None:
        path = self.scratch / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            frame.write_csv(
                file, include_header=name not in self._started, datetime_format=CSV_TIMESTAMP
            )
        self._started.add(name)

    def place(self) -> tuple[int, int]:
        """Move the files into the landing folder.

        Returns:
            Number of files and of bytes.

        Raises:
            FileExistsError: A file of another content stands there already; landing files are never changed.
        """
        names = sorted(
            path.relative_to(self.scratch) for path in self.scratch.rglob("*") if path.is_file()
        )
        for name in names:
            placed = self.target / name
            if placed.exists() and not filecmp.cmp(placed, self.scratch / name, shallow=False):
                raise FileExistsError(
                    f"{placed} exists with other content. Landing files are never changed: choose an empty folder."
                )
        size = 0
        for name in names:
            placed = self.target / name
            placed.parent.mkdir(parents=True, exist_ok=True)
            size += (self.scratch / name).stat().st_size
            (self.scratch / name).replace(placed)
        return len(names), size


def _believed(value: object, row: Array, dtype: pl.DataType) -> pl.Expr | pl.Series:
    if isinstance(value, pl.Series):
        return value.gather(row).cast(dtype)
    return pl.lit(value, dtype=dtype)
