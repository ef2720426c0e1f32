"""Reads which client's data are in which file of a release, and writes the consents of a month.

`exports.export_disclosure` has one row per file, recipient and client. `exports.export_consent`
is for the privacy officer only: it contains the states `none`, `revoked` and `expired`, which a
list must not show (rules/privacy.md#consent-status).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import duckdb

from publishing.cells import safe_cell
from publishing.disclosure_log import FOLDER, MONTHLY, Disclosure
from publishing.durable import replace_text
from publishing.encryption import RECORD_SYSTEM, SUPERVISORS
from publishing.release import Release

_OUTREACH = "outreach/"
_ROWS_AT_ONCE = 5_000
_DISCLOSURES = """
    select file_name, recipient, client_id, column_class, is_part2, consent_id, purpose
    from exports.export_disclosure
    order by file_name, client_id
"""
_CONSENT_COLUMNS = ("client_id", "recipient", "consent_status", "consent_id", "part2_view")


def read(connection: duckdb.DuckDBPyConnection, release: Release) -> Iterator[Disclosure]:
    """Yield the disclosures of the release's files, by file and client.

    An outreach file without client rows has one row without a client.

    Args:
        connection: the warehouse.
        release: the release, after all its files were added.
    """
    outreach = [path for path in release.paths if path.startswith(_OUTREACH)]
    path_by_name = {path.removeprefix(_OUTREACH).removesuffix(".age"): path for path in outreach}
    found: set[str] = set()
    cursor = connection.cursor()
    cursor.execute(_DISCLOSURES)
    while chunk := cursor.fetchmany(_ROWS_AT_ONCE):
        for name, recipient, client_id, columns, is_part2, consent_id, purpose in chunk:
            if name not in path_by_name:  # not written, so not disclosed
                continue
            path = path_by_name[name]
            found.add(path)
            yield Disclosure(
                path, recipient, client_id, columns, bool(is_part2), consent_id, purpose
            )
    for path in outreach:
        if path not in found:
            recipient, columns = _of_empty_file(path.removeprefix(_OUTREACH).removesuffix(".age"))
            yield Disclosure(path, recipient, None, columns, False, None, "treatment")


def _of_empty_file(name: str) -> tuple[str, str]:
    """Return the recipient and the class of the columns of an outreach file without client rows."""
    stem, _, kind = name.rpartition(".")
    if kind == "xlsx":
        return stem, "care_manager_workbook"
    return (RECORD_SYSTEM if kind == "ndjson" else SUPERVISORS), stem


def write_consents(connection: duckdb.DuckDBPyConnection, data: Path, month: str) -> None:
    """Write `disclosures/monthly/<month>_consent.csv`: consents as of the month's last release.

    Args:
        connection: the warehouse.
        data: the data folder.
        month: `2026-06`.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_CONSENT_COLUMNS)
    rows = connection.execute(
        f"select {', '.join(_CONSENT_COLUMNS)} from exports.export_consent order by client_id"  # noqa: S608 - fixed names
    ).fetchall()
    for row in rows:
        writer.writerow(["" if value is None else safe_cell(value) for value in row])
    folder = data / FOLDER / MONTHLY
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    replace_text(folder / f"{month}_consent.csv", text.getvalue())
