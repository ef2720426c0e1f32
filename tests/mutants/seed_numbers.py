"""Mutations of seed numbers: each number changes by one unit of its last digit, up and down."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

_NUMERIC = ("INTEGER", "BIGINT", "DOUBLE", "DECIMAL")


@dataclass(frozen=True)
class SeedChange:
    """A changed number in a seed."""

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
        """The change, for display."""
        return f"{self.column} of {self.key}: {self.before} -> {self.after}"

    @property
    def context(self) -> str:
        """The location, as in the `line` column of equivalent.csv."""
        return f"{self.key}.{self.column}"

    def statement(self) -> str:
        """The update statement; rows keep their insertion order, so the line number gives the rowid."""
        return (
            f"update seeds.{self.seed} set {self.column} = {self.after}"
            f" where rowid = {self.line - 2}"
        )


def changes(project: Path, path: Path, columns: list[tuple[str, str]]) -> Iterator[SeedChange]:
    """Two changes for each number in a seed.

    Args:
        project: The dbt project.
        path: The seed's file.
        columns: The seed's columns and their types in the warehouse.
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
