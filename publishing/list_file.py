"""Writes a text file of client rows into a release, encrypted if its recipient has a key."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from typing import TextIO

from publishing.encryption import Recipient
from publishing.release import Release


def write(
    release: Release,
    path: str,
    recipient: Recipient | None,
    write_rows: Callable[[TextIO], int],
) -> int:
    """Write the file, and add it to the release.

    Args:
        release: the open release.
        path: path in the release; an encrypted file is `<path>.age`.
        recipient: recipient of the file; None writes it plain.
        write_rows: writes the content as UTF-8 with its own line ends, and returns the rows.

    Returns:
        Rows written.
    """
    if recipient is None:
        with release.file(path).open("w", encoding="utf-8", newline="") as file:
            count = write_rows(file)
        release.add(path, count)
        return count
    encrypted_path = f"{path}.age"
    # An unnamed file: a killed run leaves no plain copy.
    with tempfile.TemporaryFile(dir=release.directory) as plain:
        text = io.TextIOWrapper(plain, encoding="utf-8", newline="")
        count = write_rows(text)
        text.detach()  # flushes and leaves `plain` open
        plain.seek(0)
        content_hash = recipient.content_hash(plain)
        plain.seek(0)
        with release.file(encrypted_path).open("wb") as encrypted:
            recipient.encrypt_stream(plain, encrypted)
    release.add(encrypted_path, count, content_hash=content_hash)
    return count
