"""Writes the dbt sources from the contracts: `python -m sources.dictionary`.

Must not be here: facts. To change a description, type or key, edit the contract and regenerate.
`--check` writes nothing and exits with 1 if a file is out of date; a test runs it.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from sources.contract import (
    LEDGER,
    SOURCES,
    Contract,
    FirstOf,
    Table,
    load_contracts,
    load_ledger_contract,
)

STAGING = SOURCES.parent / "dbt_project" / "models" / "staging"
HEAD = (
    "# Generated from sources/{source}/contract.yml by `python -m sources.dictionary`: edit the contract instead.\n"
    "# May exceed the size budget: dbt reads all tables of one source from one file.\n"
)
LINEAGE = {
    "_batch_id": "Batch that the row was read from",
    "_source_row": "Number of the record in its file, from 1; the header is not counted",
}


def source_yml(contract: Contract) -> str:
    """The dbt source of a contract as yml text; the same contract always gives the same bytes."""
    lines = [
        *HEAD.format(source=contract.source).splitlines(),
        "version: 2",
        "",
        "sources:",
        f"  - name: {contract.source}",
        f"    schema: raw_{contract.source}",
        f"    description: {_quoted(contract.description)}",
        "    tables:",
    ]
    for table in contract.tables.values():
        lines.extend(_table_lines(contract, table))
    return "\n".join(lines) + "\n"


def _table_lines(contract: Contract, table: Table) -> list[str]:
    meta = {
        "key": [_plain_key(part) for part in table.key],
        "has_is_deleted": table.has_is_deleted,
        "dagster": {"asset_key": [f"raw_{contract.source}", table.name]},
    }
    lines = [
        f"      - name: {table.name}",
        f"        description: {_quoted(table.description)}",
        "        config:",
        f"          meta: {json.dumps(meta)}",
        "        columns:",
    ]
    described = {column.name: column.description for column in table.columns} | LINEAGE
    for name, data_type in table.typed_columns():
        if contract.source == LEDGER and name in LINEAGE:
            continue
        text = described.get(name, "'time', or 'date' if the sender delivered only a date")
        lines.append(
            f"          - {{name: {name}, data_type: {_quoted(data_type)}, description: {_quoted(text)}}}"
        )
    return lines


def _plain_key(part: str | FirstOf) -> str | dict[str, list[str | list[str]]]:
    if isinstance(part, str):
        return part
    return {
        "first_of": [names[0] if len(names) == 1 else list(names) for names in part.alternatives]
    }


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def source_files() -> dict[Path, str]:
    """Path and text of every generated file."""
    contracts = [*load_contracts().values(), load_ledger_contract()]
    return {STAGING / c.source / f"_{c.source}__sources.yml": source_yml(c) for c in contracts}


def main(arguments: list[str] | None = None) -> int:
    """Write the files; with --check only compare, and return 1 if any is out of date."""
    parser = argparse.ArgumentParser(prog="python -m sources.dictionary", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="only compare; exit with 1 if a file is out of date"
    )
    check = parser.parse_args(arguments).check
    stale = 0
    for path, text in source_files().items():
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        stale += 1
        if check:
            print(f"{path}: out of date; run `python -m sources.dictionary`")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(f"{path}: written")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
