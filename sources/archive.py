"""Getting the plain bytes of a landed file, checked on the way: hash, structure, and the integrity of archives.

What must not be here: tables, contracts. A plain file is read where it lies; the content of an archive goes to a
temporary folder first, because a truncated archive otherwise loads half its rows without an error.
"""

from __future__ import annotations

import errno
import hashlib
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from sources.formats.structure import BLOCK_BYTES, CsvScan, CsvScanner
from sources.reasons import FileRefusedError

# Text of records packs 10 to 40 times; beyond this ratio and size an archive is made to fill the disk.
_MAX_RATIO = 200
_MAX_SURE_BYTES = 1 << 30
_MAX_MEMBERS = 10_000
_ENCRYPTED = 0x1
_PASS_BYTES = 1 << 18  # stays in the processor's cache while it is hashed and surveyed


@dataclass(frozen=True)
class PlainFile:
    """Unpacked content: its name within the archive (or the file's own), where it lies, what its bytes show (if text)."""

    name: str
    path: Path
    scan: CsvScan | None


@dataclass(frozen=True)
class Fingerprint:
    """Of the bytes as landed."""

    sha256: str
    size: int


def fingerprint(path: Path, on_block: Callable[[bytes], None] = lambda _: None) -> Fingerprint:
    """Hash a file block by block; `on_block` sees each block in the same pass."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(_PASS_BYTES):
            digest.update(block)
            on_block(block)
            size += len(block)
    return Fingerprint(digest.hexdigest(), size)


def scan_plain(path: Path) -> tuple[Fingerprint, CsvScan]:
    """Hash and scan a file that is no archive, in one pass."""
    scanner = CsvScanner()
    return fingerprint(path, scanner.feed), scanner.finish()


def unpack(path: Path, name: str, folder: Path) -> Iterator[PlainFile]:
    """The files in a .gz or .zip, one after the other, each under `folder` until the next is asked for.

    Raises:
        FileRefusedError: archive_truncated, archive_corrupt, archive_unsafe.
    """
    if name.casefold().endswith(".gz"):
        inner = PurePosixPath(name).name[: -len(".gz")]
        target = folder / "unpacked"
        yield PlainFile(inner, target, _gunzip(path, target))
        target.unlink()
    else:
        yield from _unzip(path, folder)


def _gunzip(path: Path, target: Path) -> CsvScan:
    scanner = CsvScanner()
    limit = max(_MAX_SURE_BYTES, path.stat().st_size * _MAX_RATIO)
    written = 0
    with path.open("rb") as packed, target.open("wb") as plain:
        for block in _inflated(packed):
            scanner.feed(block)
            plain.write(block)
            written += len(block)
            if written > limit:
                raise FileRefusedError("archive_unsafe", f"unpacks to more than {limit} bytes")
    return scanner.finish()


def _inflated(packed: BinaryIO) -> Iterator[bytes]:
    """The members of a gzip file, checked by their own lengths and check sums."""
    data = packed.read(BLOCK_BYTES)
    if not data:
        raise FileRefusedError("archive_truncated", "0 bytes; expected a gzip file")
    while data:
        member = zlib.decompressobj(wbits=31)
        while not member.eof:
            if not data:
                data = packed.read(BLOCK_BYTES)
                if not data:
                    raise FileRefusedError(
                        "archive_truncated", "gzip ends before its content; expected the whole file"
                    )
            try:
                block = member.decompress(data, BLOCK_BYTES)
            except zlib.error as error:
                raise FileRefusedError(
                    "archive_corrupt", "gzip content does not fit its check sum"
                ) from error
            data = member.unconsumed_tail
            if block:
                yield block
        data = member.unused_data.lstrip(b"\0") or packed.read(BLOCK_BYTES).lstrip(b"\0")


def _unzip(path: Path, folder: Path) -> Iterator[PlainFile]:
    with refusing_damage():
        archive = zipfile.ZipFile(path)
    with archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        check_members(members, path.stat().st_size)
        for member in sorted(members, key=lambda m: m.filename):
            target = folder / "unpacked"
            scanner = CsvScanner()
            with target.open("wb") as plain:
                for block in _unzipped(archive, member):
                    scanner.feed(block)
                    plain.write(block)
            yield PlainFile(member.filename, target, scanner.finish())
            target.unlink()


def _unzipped(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    with refusing_damage(), archive.open(member) as packed:
        while block := packed.read(BLOCK_BYTES):
            yield block


@contextmanager
def refusing_damage() -> Iterator[None]:
    """What zipfile raises of a damaged archive as a refusal; around its own calls alone, so that no error of ours hides here.

    Raises:
        FileRefusedError: archive_truncated, archive_corrupt.
    """
    try:
        yield
    except zipfile.BadZipFile as error:
        code = "archive_corrupt" if "CRC" in str(error) else "archive_truncated"
        raise FileRefusedError(
            code, "zip is not whole; expected an archive that unpacks without an error"
        ) from error
    except (zlib.error, lzma.LZMAError, EOFError, NotImplementedError) as error:
        raise FileRefusedError("archive_corrupt", "zip content cannot be unpacked") from error
    except ValueError as error:
        # A name in no known writing, or a place behind the end of any file.
        raise FileRefusedError("archive_corrupt", "zip directory makes no sense") from error
    except OSError as error:
        # The module bz2 raises an OSError without a number for damaged content.
        if error.errno not in (errno.EINVAL, None):
            raise
        raise FileRefusedError("archive_corrupt", "zip content cannot be unpacked") from error


def check_members(
    members: list[zipfile.ZipInfo], size: int, sure_bytes: int = _MAX_SURE_BYTES
) -> None:
    """Refuse an archive that would leave its folder, is encrypted, or swells beyond reason.

    Args:
        members: what the archive's directory names.
        size: the archive's bytes.
        sure_bytes: how much any archive may unpack to.

    Raises:
        FileRefusedError: archive_unsafe.
    """
    if len(members) > _MAX_MEMBERS:
        raise FileRefusedError(
            "archive_unsafe",
            f"{len(members)} files in one archive; expected at most {_MAX_MEMBERS}",
        )
    for member in members:
        parts = PurePosixPath(member.filename.replace("\\", "/"))
        if parts.is_absolute() or ".." in parts.parts:
            raise FileRefusedError(
                "archive_unsafe", "a member's path leaves the archive; expected plain names"
            )
        if member.flag_bits & _ENCRYPTED:
            raise FileRefusedError(
                "archive_unsafe", "a member is encrypted; expected an open archive"
            )
    if sum(member.file_size for member in members) > max(sure_bytes, size * _MAX_RATIO):
        raise FileRefusedError(
            "archive_unsafe",
            f"unpacks to more than {sure_bytes} bytes and {_MAX_RATIO} times its size",
        )
