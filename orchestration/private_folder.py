"""The data folder is for its owner alone: folders 0700, files 0600, also where they existed before and whatever the umask.

Only what a run writes is changed below the folder. A data folder chosen by mistake (a home, a checkout) keeps the modes of
its other files; they are out of reach of others all the same, because the folder itself is 0700.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

_OWN = (
    "raw", "published", "logs", "linkage", "landing", "disclosures",
    "warehouse.duckdb", "warehouse.duckdb.wal", ".lock",
)  # fmt: skip
_OTHERS = 0o077


def make(folder: Path) -> None:
    """Make the folder, 0700, also where it existed; every file that this process makes from now on is its owner's alone."""
    os.umask(_OTHERS)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _close(folder, folder.stat().st_mode)


def secure(folder: Path) -> None:
    """Take the rights of group and others from everything that runs left in the folder."""
    for name in _OWN:
        path = folder / name
        if path.is_symlink() or not path.exists():
            continue
        _close(path, path.stat().st_mode)
        for root, folders, files in os.walk(path):
            for entry in (*folders, *files):
                found = Path(root, entry)
                mode = found.lstat().st_mode
                if not stat.S_ISLNK(mode):
                    _close(found, mode)


def _close(path: Path, mode: int) -> None:
    if mode & _OTHERS:
        path.chmod(stat.S_IMODE(mode) & ~_OTHERS)
