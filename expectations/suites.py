"""Reads the suites `suites/<schema>/<relation>.json`; every expectation has a reason, `meta.why`.

This module does not import GX, so that other processes can list the suites cheaply.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SUITES = Path(__file__).resolve().parent / "suites"
# Parameters of row count expectations; the gate sets them from the last release.
LEAST_ROWS = "least_rows"
MOST_ROWS = "most_rows"


class SuiteError(Exception):
    """A suite file is invalid; the message names the file and what was expected."""


@dataclass(frozen=True)
class Suite:
    """The expectations of a relation.

    Attributes:
        schema: DuckDB schema; the name of the folder.
        name: name of the relation; the stem of the file name.
        expectations: in GX's format: type, kwargs, meta.
        compares_volume: True if an expectation compares the row count with the last release.
    """

    schema: str
    name: str
    expectations: tuple[dict[str, Any], ...]
    compares_volume: bool

    @property
    def relation(self) -> str:
        """`schema.name`."""
        return f"{self.schema}.{self.name}"


def read_suites(folder: Path = SUITES) -> list[Suite]:
    """Read all suites, ordered by relation.

    Raises:
        SuiteError: a file is not JSON, has no expectations, or one has no reason.
    """
    return [_read(path) for path in sorted(folder.glob("*/*.json"))]


def _read(path: Path) -> Suite:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise SuiteError(f"{path}: not JSON ({error})") from error
    relation = f"{path.parent.name}.{path.stem}"
    if content.get("name") != relation:
        raise SuiteError(f'{path}: expected "name": "{relation}", as in the path of the file')
    expectations = content.get("expectations")
    if not expectations:
        raise SuiteError(f"{path}: expected at least one expectation")
    for position, expectation in enumerate(expectations, 1):
        if not str(expectation.get("meta", {}).get("why", "")).strip():
            raise SuiteError(f"{path}: expectation {position} has no meta.why")
    text = json.dumps(expectations)
    return Suite(path.parent.name, path.stem, tuple(expectations), f'"{LEAST_ROWS}"' in text)
