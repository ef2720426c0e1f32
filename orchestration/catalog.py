"""Asset metadata that all assets share: owner and code version."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
_CODE = {".py", ".json", ".yml"}
OWNERS = ["team:data"]


@cache
def code_version(*folders: str) -> str:
    """Hash the code and configuration files below a folder.

    Args:
        folders: path of the folder from the repository root, one part per argument.
    """
    digest = hashlib.sha256()
    for path in sorted(_ROOT.joinpath(*folders).rglob("*")):
        if path.suffix in _CODE:
            digest.update(f"{path.relative_to(_ROOT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:12]
