"""Encrypts files for one recipient with age (age-encryption.org/v1, pyrage).

Public keys are `age1…` or an OpenSSH line (`ssh-ed25519 …`, `ssh-rsa …`). The plain bytes of an
encrypted file are never written to a named file. Messages never contain a key, because it may be a
secret key pasted by mistake.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pyrage

SUPERVISORS = "supervisors"
RECORD_SYSTEM = "record_system"
_Key = pyrage.x25519.Recipient | pyrage.ssh.Recipient


class RecipientKeyError(Exception):
    """A recipient's key is not a valid age public key; the message names the recipient."""


@dataclass(frozen=True)
class Recipient:
    """A person or group who can decrypt a file.

    Attributes:
        name: staff_id, `supervisors` or `record_system`.
        fingerprint: short hash of the public key; part of the release_id, so that a new key makes a
            new release.
        key: the parsed key.
    """

    name: str
    fingerprint: str
    key: _Key

    def encrypt(self, plain: bytes) -> bytes:
        """Encrypt bytes into an age file."""
        encrypted: bytes = pyrage.encrypt(plain, [self.key])
        return encrypted

    def encrypt_stream(self, plain: BinaryIO, encrypted: BinaryIO) -> None:
        """Encrypt a stream into an age file, block by block."""
        pyrage.encrypt_io(plain, encrypted, [self.key])

    def content_hash(self, plain: bytes | BinaryIO) -> str:
        """Hash plain content and recipient for `release_id`: age bytes differ every time."""
        source = io.BytesIO(plain) if isinstance(plain, bytes) else plain
        digest = hashlib.file_digest(source, "sha256")
        return f"{digest.hexdigest()} for {self.fingerprint}"


def parse_recipients(keys: Mapping[str, str | None]) -> dict[str, Recipient]:
    """Parse recipients' public keys.

    Args:
        keys: key text by recipient: a staff_id (from `staff.recipient_key` or the setting),
            `supervisors` for files about all clients, or `record_system` for FHIR Tasks. Empty
            texts are skipped.

    Raises:
        RecipientKeyError: a text is not a valid public key.
    """
    return {
        name: _recipient(name, text.strip()) for name, text in keys.items() if text and text.strip()
    }


def plain_file_notices(paths: Iterable[str]) -> list[str]:
    """Return a notice that names the outreach files that are not encrypted.

    Args:
        paths: paths of all files of a release.
    """
    names = [Path(path).name for path in sorted(paths) if path.startswith("outreach/")]
    plain = [name for name in names if not name.endswith(".age")]
    if not plain:
        return []
    subject = "outreach file is" if len(plain) == 1 else "outreach files are"
    text = (
        f"{len(plain):,} {subject} not encrypted, because the recipient has no key"
        f" (docs/reference/release.md#encryption): {', '.join(plain)}"
    )
    return [text]


def _recipient(name: str, text: str) -> Recipient:
    if text.upper().startswith("AGE-SECRET-KEY-") or "PRIVATE KEY" in text:
        raise RecipientKeyError(
            f"the key of recipient {name!r} is a secret key; expected the public key (age1… or ssh-ed25519 …)."
            " Everyone who saw this setting can decrypt the files: create a new key pair"
        )
    try:
        if text.startswith("ssh-"):
            key = pyrage.ssh.Recipient.from_str(text)
        else:
            key = pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError as error:
        raise RecipientKeyError(
            f"the key of recipient {name!r} is not a valid public key ({error});"
            " expected age1… or ssh-ed25519 … (feed ehr, table staff, column recipient_key; or the setting"
            " recipient_keys)"
        ) from error
    return Recipient(name, hashlib.sha256(text.encode()).hexdigest()[:16], key)
