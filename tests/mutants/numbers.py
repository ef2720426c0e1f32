"""The numbers of the seeds as rules: each is changed by one unit of its last digit, up and down."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

_NUMERIC = ("INTEGER", "BIGINT", "DOUBLE", "DECIMAL")


@dataclass(frozen=True)
class SeedChange:
    """One cell of a seed, one step away from its value."""

    seed: str
    path: str
    line: int
    column: str
    key: str
    before: str
    after: str

    kind = "seed number"

    @property
    def change(self) -> str:
        """The change as a reader sees it."""
        return f"{self.column} of {self.key}: {self.before} -> {self.after}"

    @property
    def context(self) -> str:
        """What the accepted survivors know this place by."""
        return f"{self.key}.{self.column}"

    def statement(self) -> str:
        """Changes the row in place: rows keep their order of insertion, so that the line is the row number."""
        return (
            f"update seeds.{self.seed} set {self.column} = {self.after}"
            f" where rowid = {self.line - 2}"
        )


def changes(project: Path, path: Path, columns: list[tuple[str, str]]) -> Iterator[SeedChange]:
    """Two changes for each number of a seed.

    Args:
        project: the dbt project.
        path: the seed's file.
        columns: its columns and their types in the warehouse.
    """
    numeric = {name for name, kind in columns if kind.startswith(_NUMERIC)}
    with path.open(newline="") as file:
        for line, row in enumerate(csv.DictReader(file), 2):
            key = next(iter(row.values()))
            for name, value in row.items():
                if name not in numeric or not value:
                    continue
                step = Decimal(1).scaleb(int(Decimal(value).as_tuple().exponent))
                for after in (Decimal(value) + step, Decimal(value) - step):
                    yield SeedChange(
                        path.stem,
                        path.relative_to(project).as_posix(),
                        line,
                        name,
                        key,
                        value,
                        str(after),
                    )
