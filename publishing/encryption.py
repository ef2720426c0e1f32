"""Files for one recipient: age (age-encryption.org/v1) through pyrage.

Keys are public: `age1…` or an OpenSSH line (`ssh-ed25519 …`, `ssh-rsa …`). Plain bytes of an encrypted file never get a
name on disk. Nothing here prints a key: somebody may have pasted the secret one.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO

import pyrage

SUPERVISORS = "supervisors"
_Key = pyrage.x25519.Recipient | pyrage.ssh.Recipient


class RecipientKeyError(Exception):
    """A recipient's key is no public key that age knows; the text says whose."""


@dataclass(frozen=True)
class Recipient:
    """Somebody who may read an encrypted file.

    Attributes:
        name: staff_id, or `supervisors`.
        fingerprint: short hash of the public key; changes the release_id when the key changes.
        key: the parsed key.
    """

    name: str
    fingerprint: str
    key: _Key

    def encrypt(self, plain: bytes) -> bytes:
        """The plain bytes, as an age file."""
        sealed: bytes = pyrage.encrypt(plain, [self.key])
        return sealed

    def encrypt_stream(self, plain: BinaryIO, sealed: BinaryIO) -> None:
        """Read `plain` to its end and write it as an age file, block by block."""
        pyrage.encrypt_io(plain, sealed, [self.key])

    def content_hash(self, plain: bytes | BinaryIO) -> str:
        """What stands for the content in `release_id`: plain hash and recipient (age bytes differ at every run)."""
        source = io.BytesIO(plain) if isinstance(plain, bytes) else plain
        digest = hashlib.file_digest(source, "sha256")
        return f"{digest.hexdigest()} for {self.fingerprint}"


def parse_recipients(keys: Mapping[str, str | None]) -> dict[str, Recipient]:
    """Parse recipients' public keys.

    Args:
        keys: key text by recipient: a staff_id (the feed's `staff.recipient_key`, or the setting), or `supervisors` for
            what holds every client. Empty texts are left out.

    Raises:
        RecipientKeyError: a text is no public key.
    """
    return {
        name: _recipient(name, text.strip()) for name, text in keys.items() if text and text.strip()
    }


def notices(recipients: Mapping[str, Recipient]) -> list[str]:
    """What the manifest must say where some files are encrypted and the whole list is not."""
    if not recipients or SUPERVISORS in recipients:
        return []
    return [
        (
            "outreach_list.csv and unassigned.xlsx are not encrypted: care managers have recipient keys,"
            f" {SUPERVISORS} have none"
        )
    ]


def _recipient(name: str, text: str) -> Recipient:
    if text.upper().startswith("AGE-SECRET-KEY-") or "PRIVATE KEY" in text:
        raise RecipientKeyError(
            f"the key of recipient {name!r} is a secret key; expected the public one (age1… or ssh-ed25519 …)."
            " Whoever saw this setting can read the files: make a new pair"
        )
    try:
        if text.startswith("ssh-"):
            key = pyrage.ssh.Recipient.from_str(text)
        else:
            key = pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError as error:
        raise RecipientKeyError(
            f"the key of recipient {name!r} is no public key that age knows ({error});"
            " expected age1… or ssh-ed25519 … (feed ehr, table staff, column recipient_key; or the setting"
            " recipient_keys)"
        ) from error
    return Recipient(name, hashlib.sha256(text.encode()).hexdigest()[:16], key)
