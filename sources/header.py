"""The header rule: names decide, order is free, required columns must be there, note text must not.

What must not be here: rows. Names are compared without regard to case and surrounding blanks. Columns outside the
contract are kept out and reported once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl

from sources.contract import Table
from sources.reasons import FileRefusedError

# rules/privacy.md#psychotherapy-notes: note text is no feed at all. A column of such a name outside the contract, or a file of such a
# name, carries it.
_NOTE_COLUMN = re.compile(
    r"^(?:.*_)?notes?(?:_(?:text|body|content|html|rtf|blob))?$|narrative|transcript|free_?text"
)
_NOTE_FILE = re.compile(r"(?:^|[^a-z])notes?(?:[^a-z]|$)|narrative|transcript")
NOTE_TYPES = frozenset(
    f"{kind}{suffix}"
    for kind in (
        "psychotherapy",
        "counseling",
        "counselling",
        "progress",
        "process",
        "session",
        "therapy",
        "clinical",
        "soap",
    )
    for suffix in ("_note", "_notes", "_note_text")
)
DOCUMENT_TYPE = "document_type"
_OTHER_DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "bars"}


@dataclass(frozen=True)
class Header:
    """A file's header held against the contract.

    Attributes:
        names: for each field of the file the contract's column, or None where the contract has none.
        unknown: the sender's names of the latter.
    """

    names: tuple[str | None, ...]
    unknown: tuple[str, ...]

    @property
    def present(self) -> tuple[str, ...]:
        """The contract's columns that the file has, in the file's order."""
        return tuple(name for name in self.names if name is not None)


def match_header(fields: list[str], table: Table) -> Header:
    """Hold a header against the contract.

    Raises:
        FileRefusedError: header_missing_column, wrong_delimiter, duplicate_header, note_text.
    """
    known = {column.name.casefold(): column.name for column in table.columns}
    written = [field.strip().casefold() for field in fields]
    names = tuple(known.get(name) for name in written)
    required = [column.name for column in table.columns if column.is_required]
    if not any(names):
        _refuse_unknown_header(fields, known, required)
    twice = sorted({name for name in names if name is not None and names.count(name) > 1})
    if twice:
        raise FileRefusedError(
            "duplicate_header", f"{', '.join(twice)}: expected once in the header"
        )
    missing = [name for name in required if name not in names]
    if missing:
        raise FileRefusedError("header_missing_column", f"header lacks {', '.join(missing)}")
    unknown = tuple(fields[place].strip() for place, name in enumerate(names) if name is None)
    notes = [name for name in unknown if _NOTE_COLUMN.search(name.casefold().replace(" ", "_"))]
    if notes:
        raise FileRefusedError(
            "note_text", f"column {', '.join(notes)}: expected no text of notes in any feed"
        )
    return Header(names, unknown)


def _refuse_unknown_header(fields: list[str], known: dict[str, str], required: list[str]) -> None:
    for delimiter, plural in _OTHER_DELIMITERS.items():
        parts = [part.strip().strip('"').casefold() for part in ",".join(fields).split(delimiter)]
        if len(parts) > 1 and any(part in known for part in parts):
            raise FileRefusedError(
                "wrong_delimiter", f"header is separated by {plural}; expected commas"
            )
    raise FileRefusedError(
        "header_missing_column",
        f"the first line names no column of the contract; expected a header with {', '.join(required)}",
    )


def is_note_file(name: str) -> bool:
    """Whether a file's name says that it holds notes (visit_notes.csv would otherwise pass as table visit)."""
    return _NOTE_FILE.search(name.casefold()) is not None


def refuse_note_types(rejected: pl.DataFrame) -> None:
    """Refuse a file in which a rejected record's document type is a clinical note.

    Raises:
        FileRefusedError: note_text.
    """
    if DOCUMENT_TYPE not in rejected.columns:
        return
    if rejected[DOCUMENT_TYPE].str.strip_chars().str.to_lowercase().is_in(list(NOTE_TYPES)).any():
        raise FileRefusedError(
            "note_text",
            "document_type names a clinical note; expected documents of the closed list",
        )
