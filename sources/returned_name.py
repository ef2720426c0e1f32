"""Names by which files of a sender that accepts workbooks are shown.

People name the workbooks that they return, and a name can hold a client's. Such a name stays in
the landing folder and the private ledger; notices, logs and tables say whose workbook it is
(rules/privacy.md#file-names).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from pathlib import PurePosixPath

from sources.contract import Contract
from sources.landing import WORKBOOK

# How files of the return folder are copied into the landing folder; the names sort by time.
_COLLECTED = re.compile(
    r"returned-(?P<staff>[A-Za-z0-9._-]{1,64})-[0-9]{8}T[0-9]{6}-(?P<hash>[0-9a-f]{12})\.[a-z0-9]+"
)
_PLAIN_WORDS = r"[0-9._-]|delta|full|export|snapshot|part"
HASH_DIGITS = 12
NO_ONE = "unknown"  # in place of the staff member in the name of a collected file without one


def is_chosen_by_people(name: str, contract: Contract) -> bool:
    """Whether a person may have chosen the file's name.

    A name of a table, digits and words such as `delta` is an export's.
    """
    if WORKBOOK not in contract.formats:
        return False
    tables = "|".join(map(re.escape, contract.tables))
    plain = rf"(?:{tables})(?:{_PLAIN_WORDS})*\.(?:csv|txt|parquet|pq)(?:\.gz|\.zip)?"
    return re.fullmatch(plain, PurePosixPath(name).name.casefold()) is None


def collected_staff_id(name: str) -> str | None:
    """The staff_id in the name of a file from the return folder; None for other names."""
    found = _COLLECTED.fullmatch(PurePosixPath(name).name)
    return found["staff"] if found and found["staff"] != NO_ONE else None


def collected_hash(name: str) -> str | None:
    """The content hash in the name of a file from the return folder; None for other names."""
    found = _COLLECTED.fullmatch(name)
    return found["hash"] if found else None


def collected_name(
    staff_id: str | None, saved_at: dt.datetime, content_hash: str, suffix: str
) -> str:
    """The name under which a file of the return folder is copied into the landing folder."""
    saved = saved_at.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%S")
    return f"returned-{staff_id or NO_ONE}-{saved}-{content_hash[:HASH_DIGITS]}{suffix.casefold()}"


def shown_name(name: str, contract: Contract, returned_by: str | None) -> str:
    """A file's name for people: its own, or `returned workbook of cm-0020`."""
    if not is_chosen_by_people(name, contract):
        return PurePosixPath(name).name
    return "returned workbook" + (f" of {returned_by}" if returned_by else "")


def shown_path(name: str, contract: Contract, returned_by: str | None) -> str:
    """A file's path below `landing/<source>/` for people.

    A hash of the true path distinguishes two returned workbooks of one day.
    """
    if not is_chosen_by_people(name, contract):
        return name
    digest = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:8]
    parts = PurePosixPath(name).parts
    folder = f"{parts[0]}/" if len(parts) > 1 and re.fullmatch(r"[0-9-]{10}", parts[0]) else ""
    return f"{folder}{shown_name(name, contract, returned_by)} ({digest})"
