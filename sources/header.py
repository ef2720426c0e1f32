"""Matches a file's header to the contract: order is free, required columns must be present.

Must not be here: rows. Names are compared without case and surrounding blanks. Columns outside
the contract are ignored and reported once. A column or file whose name suggests clinical note
text refuses the file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl

from sources.contract import Table
from sources.reasons import FileRefusedError

# No feed may carry note text (rules/privacy.md#psychotherapy-notes). A column outside the
# contract or a file with one of these names is assumed to carry it.
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
_OTHER_DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "pipes"}


@dataclass(frozen=True)
class Header:
    """A file's header matched to the contract.

    Attributes:
        names: for each field of the file, the contract's column, or None if the contract has no
            such column.
        unknown: the field names that are not in the contract.
    """

    names: tuple[str | None, ...]
    unknown: tuple[str, ...]

    @property
    def present(self) -> tuple[str, ...]:
        """The contract's columns in the file, in the file's order."""
        return tuple(name for name in self.names if name is not None)


def match_header(fields: list[str], table: Table) -> Header:
    """Match a header to the contract.

    Raises:
        FileRefusedError: header_missing_column, wrong_delimiter, duplicate_header, note_text.
    """
    known = {column.name.casefold(): column.name for column in table.columns}
    written = [field.strip().casefold() for field in fields]
    names = tuple(known.get(name) for name in written)
    required = [column.name for column in table.columns if column.is_required]
    if not any(names):
        _refuse_unknown_header(fields, known, required)
    duplicates = sorted({name for name in names if name is not None and names.count(name) > 1})
    if duplicates:
        raise FileRefusedError(
            "duplicate_header", f"{', '.join(duplicates)}: expected once in the header"
        )
    missing = [name for name in required if name not in names]
    if missing:
        raise FileRefusedError("header_missing_column", f"the header lacks {', '.join(missing)}")
    unknown = tuple(fields[position].strip() for position, name in enumerate(names) if name is None)
    notes = [name for name in unknown if _NOTE_COLUMN.search(name.casefold().replace(" ", "_"))]
    if notes:
        raise FileRefusedError(
            "note_text", f"column {', '.join(notes)}: expected a feed without clinical note text"
        )
    return Header(names, unknown)


def _refuse_unknown_header(fields: list[str], known: dict[str, str], required: list[str]) -> None:
    for delimiter, plural in _OTHER_DELIMITERS.items():
        parts = [part.strip().strip('"').casefold() for part in ",".join(fields).split(delimiter)]
        if len(parts) > 1 and any(part in known for part in parts):
            raise FileRefusedError(
                "wrong_delimiter", f"the header is separated by {plural}; expected commas"
            )
    raise FileRefusedError(
        "header_missing_column",
        f"the first line contains no column of the contract; expected a header with {', '.join(required)}",
    )


def is_note_file(name: str) -> bool:
    """Whether a file name suggests note text; visit_notes.csv would otherwise match table visit."""
    return _NOTE_FILE.search(name.casefold()) is not None


def refuse_note_types(rejected: pl.DataFrame) -> None:
    """Refuse a file if a rejected record's document type is a clinical note.

    Raises:
        FileRefusedError: note_text.
    """
    if DOCUMENT_TYPE not in rejected.columns:
        return
    if rejected[DOCUMENT_TYPE].str.strip_chars().str.to_lowercase().is_in(list(NOTE_TYPES)).any():
        raise FileRefusedError(
            "note_text",
            "document_type is a clinical note; expected the document types in the contract",
        )
