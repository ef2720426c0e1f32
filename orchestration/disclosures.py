"""`caseload disclosures`: accounting of disclosures for a client, and verification of the log.

Also writes the log's rows of pages that people open. Prints ids, files and times, and no other
client data. Lines have at most 80 columns.
"""

from __future__ import annotations

import getpass
import textwrap
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from rich.console import Console

from orchestration.settings import Settings, UsageError
from publishing.dates import time_text
from publishing.disclosure_audit import ClientDisclosure, of_client, verify_log
from publishing.disclosure_log import FOLDER, DisclosureLog

INTACT, BROKEN = 0, 1
_COLUMNS = 80
_SHOWN = 20


def account(settings: Settings, client_id: str, console: Console) -> int:
    """Print every disclosure of a client, newest first.

    Returns:
        0.
    """
    found = of_client(settings.data, client_id)
    if not found:
        _print(
            console, f"No disclosure of client {client_id} is recorded in {settings.data / FOLDER}."
        )
        return INTACT
    _print(console, f"Disclosures of client {client_id}, newest first: {len(found):,}")
    shown = None
    for disclosure in found:
        heading = (disclosure.at, disclosure.row.get("release_id"))
        if heading != shown:
            console.print()
            _print(console, _heading(disclosure, settings))
            shown = heading
        for line in _lines(disclosure):
            _print(console, line, indent="  ")
    return INTACT


def verify(settings: Settings, copies: Iterable[Path], console: Console) -> int:
    """Check the log, and print what is broken and where.

    Args:
        settings: the data folder.
        copies: copies of monthly files to compare with.
        console: receives the result.

    Returns:
        0 intact, 1 broken.

    Raises:
        UsageError: a copy does not exist.
    """
    files = list(copies)
    for path in files:
        if not path.is_file():
            raise UsageError(f"--monthly {path}: no such file")
    report = verify_log(settings.data, files)
    for problem in report.problems[:_SHOWN]:
        _print(console, f"BROKEN {problem}")
    if len(report.problems) > _SHOWN:
        _print(console, f"and {len(report.problems) - _SHOWN:,} more")
    for note in report.notes:
        _print(console, f"note: {note}")
    if report.problems:
        _print(
            console,
            f"The disclosure log is broken: problems {len(report.problems):,}, rows {report.rows:,}."
            " Keep the folder as it is, and restore it from a backup.",
        )
        return BROKEN
    _print(
        console,
        f"The disclosure log is intact: rows {report.rows:,}, releases {report.releases:,}.",
    )
    _print(console, f"Head: {report.head}")
    return INTACT


def record_view(
    data: Path,
    page: str,
    client_id: str | None = None,
    *,
    part2: bool = False,
    release_id: str | None = None,
) -> None:
    """Log that the current user opens a page, before it is shown.

    Args:
        data: the data folder.
        page: `explain`, or `leaders` for the leaders' pages.
        client_id: the client whose data are shown; None for aggregates.
        part2: True if Part 2 information of the client is shown.
        release_id: the release of the page.
    """
    facts = {} if release_id is None else {"release_id": release_id}
    DisclosureLog(data).view(
        page=page,
        recipient=getpass.getuser(),
        client_id=client_id,
        columns=page if client_id is not None else "aggregates",
        part2=part2,
        consent_id=None,
        purpose="operations" if client_id is None else "treatment",
        **facts,
    )


def _heading(disclosure: ClientDisclosure, settings: Settings) -> str:
    row = disclosure.row
    at = "interrupted release"
    if disclosure.at:
        at = time_text(datetime.fromisoformat(disclosure.at).astimezone(settings.zone), None)
    subject = f"release {row['release_id']}" if "release_id" in row else f"page {row['page']}"
    return f"{at}: {subject}"


def _lines(disclosure: ClientDisclosure) -> list[str]:
    row = disclosure.row
    part2 = "no Part 2 records"
    if row["part2"]:
        consent = f"consent {row['consent_id']}" if row["consent_id"] else "no consent needed"
        part2 = f"Part 2 records, {consent}"
    facts = f"to {row['recipient']}; {row['columns']}; {row['purpose']}; {part2}"
    if "file" not in row:
        return [facts]
    return [f"{row['file']} {facts}", f"sha256 {row['sha256']}"]


def _print(console: Console, text: str, indent: str = "") -> None:
    """Print a text in lines of at most 80 columns."""
    for line in textwrap.wrap(
        text,
        _COLUMNS,
        initial_indent=indent,
        subsequent_indent=indent + "  ",
        break_on_hyphens=False,
    ):
        console.print(line, soft_wrap=True, highlight=False, markup=False)
