"""Writes the feed pages and the reject page: `python -m sources.reference`, part of `make docs`.

One page per sender under docs/reference/feeds/ comes from its contract, the page of reject
reasons from `sources.reasons`. Must not be here: facts that are not in those. `--check` writes
nothing and exits with 1 if a page is out of date; a test runs it.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from sources.contract import SOURCES, Column, Contract, FirstOf, Table, load_contracts
from sources.reasons import FILE_REASONS, ROW_REASONS, Reason

REFERENCE = SOURCES.parent / "docs" / "reference"
FEEDS = REFERENCE / "feeds"
# A full list of, say, FHIR status codes would make the table unreadable.
MOST_VALUES_IN_CELL = 12
_COLUMN_HEAD = "| column | type | required | allowed | meaning |\n|---|---|---|---|---|"
_REASON_HEAD = "| code | meaning | what to do |\n|---|---|---|"
_RELATIONS = {"<": "before", "<=": "on or before"}


def feed_page(contract: Contract) -> str:
    """The page of a sender; the same contract always gives the same bytes."""
    lines = [
        f"<!-- Generated from sources/{contract.source}/contract.yml by `make docs`. Edit the contract. -->",
        f"# Feed `{contract.source}`",
        "",
        contract.description.strip(),
        "",
        f"- Formats: {', '.join(contract.formats)}",
        f"- Folder: `landing/{contract.source}/<YYYY-MM-DD>/` ([landing](../landing.md))",
        "- Reject and refusal codes: [rejects](../rejects.md)",
        "",
        "Required `yes`: the column and a value. Required `column`: the column; the value may be empty.",
        "Every other column is optional. A later row with the same key replaces the earlier one.",
        "",
    ]
    for table in contract.tables.values():
        lines.extend(_table_section(table))
    return "\n".join(lines).rstrip() + "\n"


def _table_section(table: Table) -> list[str]:
    lines = [f'<a id="{table.name}"></a>', f"## {table.name}", "", table.description.strip(), ""]
    lines.append(f"- Key: {', '.join(_key_part(part) for part in table.key)}")
    if table.record is not None:
        lines.append(f"- Read from: {cell(table.record)}")
    if table.files is not None:
        lines.append(f"- File names that also match: `{cell(table.files)}`")
    lines.extend(
        f"- `rule_{rule.name}` rejects a row unless `{rule.left}` is "
        f"{_RELATIONS[rule.operator]} `{rule.right}`"
        for rule in table.rules
    )
    lines.extend(["", _COLUMN_HEAD])
    lines.extend(_column_row(column) for column in table.columns)
    return [*lines, *_spelling_lists(table), *_header_texts(table), ""]


def _spelling_lists(table: Table) -> list[str]:
    """The accepted spellings of each listed value, for columns that accept more than the values."""
    lines: list[str] = []
    for column in table.columns:
        spelled: dict[str, list[str]] = {}
        for text, value in column.spellings or ():
            if text != value.lower():
                spelled.setdefault(value, []).append(text)
        if spelled:
            lines += ["", f"Accepted spellings of `{column.name}`, in any case:", ""]
            lines += [
                f"- `{value}`: {cell(', '.join(spelled[value]))}"
                for value in column.values or ()
                if value in spelled
            ]
    return lines


def _header_texts(table: Table) -> list[str]:
    """The header texts of a returned list, and what an empty cell means."""
    named = [column for column in table.columns if column.header or column.if_empty]
    if not named:
        return []
    lines = ["", "In a returned list, these header texts are read too, in any case:", ""]
    for column in named:
        empty = f"; an empty cell means `{column.if_empty}`" if column.if_empty else ""
        lines.append(f"- `{column.name}`: {cell(', '.join(column.header))}{empty}")
    return lines


def _key_part(part: str | FirstOf) -> str:
    if isinstance(part, str):
        return f"`{part}`"
    alternatives = [" + ".join(f"`{name}`" for name in names) for names in part.alternatives]
    return f"the first present of ({'; '.join(alternatives)})"


def _column_row(column: Column) -> str:
    required = "yes" if column.is_value_required else "column" if column.is_required else ""
    if column.required_unless:
        other, value = column.required_unless
        required = f"yes, unless `{other}` is {value}"
    kind = f"{column.type} or date" if column.date_only else column.type
    cells = (f"`{column.name}`", kind, required, _allowed(column), cell(column.description))
    return f"| {' | '.join(cells)} |"


def _allowed(column: Column) -> str:
    if column.values is not None:
        shown = ", ".join(f"`{cell(value)}`" for value in column.values[:MOST_VALUES_IN_CELL])
        more = len(column.values) - MOST_VALUES_IN_CELL
        return f"{shown} and {more} more in the contract" if more > 0 else shown
    if column.shape is not None:
        return f"format `{column.shape}`"
    if column.pattern is not None:
        return f"pattern `{cell(column.pattern)}`"
    if column.minimum is not None and column.maximum is not None:
        return f"{column.minimum} to {column.maximum}"
    if column.minimum is not None:
        return f"{column.minimum} or more"
    return f"{column.maximum} or less" if column.maximum is not None else ""


def cell(text: object) -> str:
    """A text as the cell of a Markdown table: on one line, without separators."""
    return " ".join(str(text).split()).replace("|", "\\|")


def rejects_page() -> str:
    """The page of all reasons to reject a row or refuse a file."""
    return "\n".join(
        [
            "<!-- Generated from sources/reasons.py by `make docs`. Edit the reasons there. -->",
            "# Rejected rows and refused files",
            "",
            "`caseload status` names every rejected row and refused file with one of these codes. A row is",
            "rejected with the first code that applies, in the order of the contract's columns.",
            "",
            '<a id="rows"></a>',
            "## Rows",
            "",
            _REASON_HEAD,
            *_reason_rows(ROW_REASONS),
            "| `rule_<name>` | two values of the row contradict each other | correct one of the two values; the feed page names them |",
            "",
            '<a id="files"></a>',
            "## Files",
            "",
            _REASON_HEAD,
            *_reason_rows(FILE_REASONS),
            "",
        ]
    )


def _reason_rows(reasons: dict[str, Reason]) -> list[str]:
    return [
        f"| `{reason.code}` | {cell(reason.meaning)} | {cell(reason.remedy)} |"
        for reason in reasons.values()
    ]


def pages() -> dict[Path, str]:
    """Path and text of every generated page."""
    feeds = {FEEDS / f"{name}.md": feed_page(c) for name, c in load_contracts().items()}
    return {REFERENCE / "rejects.md": rejects_page(), **feeds}


def main(arguments: list[str] | None = None) -> int:
    """Write the pages; with --check only compare, and return 1 if any is out of date."""
    parser = argparse.ArgumentParser(prog="python -m sources.reference", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="only compare; exit with 1 if a page is out of date"
    )
    check = parser.parse_args(arguments).check
    stale = 0
    for path, text in pages().items():
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        stale += 1
        if check:
            print(f"{path}: out of date; run `make docs`")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(f"{path}: written")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
