"""The suites on disk: `suites/<schema>/<relation>.json`, one relation's expectations each, every one with `meta.why`.

Reads JSON only; no GX here, so that other processes may list the gates without its cost.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SUITES = Path(__file__).resolve().parent / "suites"
# Parameters that a row-count expectation may name; the judge fills them from the last release.
LEAST_ROWS = "least_rows"
MOST_ROWS = "most_rows"


class SuiteError(Exception):
    """A suite file is not what the gate can read; the text names the file and what was expected."""


@dataclass(frozen=True)
class Suite:
    """A relation and what must be true of it.

    Attributes:
        schema: DuckDB schema: the folder's name.
        name: relation: the file's stem.
        expectations: as GX takes them: type, kwargs, meta.
        compares_volume: some expectation holds the row count against the last release.
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
    """All suites, ordered by relation.

    Raises:
        SuiteError: a file is no JSON, has no expectation, or one says not why.
    """
    return [_read(path) for path in sorted(folder.glob("*/*.json"))]


def _read(path: Path) -> Suite:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise SuiteError(f"{path}: no JSON ({error})") from error
    relation = f"{path.parent.name}.{path.stem}"
    if content.get("name") != relation:
        raise SuiteError(f'{path}: expected "name": "{relation}", the address of the file')
    expectations = content.get("expectations")
    if not expectations:
        raise SuiteError(f"{path}: expected at least one expectation")
    for position, expectation in enumerate(expectations, 1):
        if not str(expectation.get("meta", {}).get("why", "")).strip():
            raise SuiteError(f"{path}: expectation {position} has no meta.why")
    text = json.dumps(expectations)
    return Suite(path.parent.name, path.stem, tuple(expectations), f'"{LEAST_ROWS}"' in text)
