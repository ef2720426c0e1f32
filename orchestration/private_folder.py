"""Makes the data folder private to its owner: folders 0700, files 0600, whatever the umask was.

Below the folder only the entries that runs write are changed, so that a data folder chosen by
mistake (a home folder, a checkout) keeps the modes of its other files. Other users still cannot
reach those, because the folder itself is 0700.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

_RUN_ENTRIES = (
    "raw", "published", "logs", "linkage", "landing", "disclosures", "quality", "backtest",
    "released", "reports", "warehouse.duckdb", "warehouse.duckdb.wal", ".lock",
)  # fmt: skip
_GROUP_AND_OTHERS = 0o077


def make_private(folder: Path) -> None:
    """Create the folder, set it to 0700, and make new files of this process private (umask)."""
    os.umask(_GROUP_AND_OTHERS)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _make_owner_only(folder, folder.stat().st_mode)


def secure(folder: Path) -> None:
    """Remove group and other permissions from everything that runs wrote into the folder."""
    for name in _RUN_ENTRIES:
        path = folder / name
        if path.is_symlink() or not path.exists():
            continue
        _make_owner_only(path, path.stat().st_mode)
        for root, folders, files in os.walk(path):
            for entry in (*folders, *files):
                found = Path(root, entry)
                mode = found.lstat().st_mode
                if not stat.S_ISLNK(mode):
                    _make_owner_only(found, mode)


def _make_owner_only(path: Path, mode: int) -> None:
    if mode & _GROUP_AND_OTHERS:
        path.chmod(stat.S_IMODE(mode) & ~_GROUP_AND_OTHERS)
