"""Opens landed files: hashes them, scans their CSV structure and unpacks .gz and .zip archives.

Must not be here: tables and contracts. A plain file is read in place. An archive's content is
written to a temporary folder and verified first, because a reader that streams a truncated
archive loads half of the rows without an error.
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

# Text records compress 10 to 40 times. An archive above both this ratio and this size is treated
# as a zip bomb.
_MAX_RATIO = 200
_ALWAYS_ALLOWED_BYTES = 1 << 30
_MAX_MEMBERS = 10_000
_ENCRYPTED = 0x1
_READ_BYTES = 1 << 18  # fits the CPU cache, so hashing and scanning read memory once


@dataclass(frozen=True)
class PlainFile:
    """One unpacked file.

    Attributes:
        name: its name within the archive, or the landed file's own name.
        path: where to read it.
        scan: the result of the CSV scan, or None if the file was not scanned.
    """

    name: str
    path: Path
    scan: CsvScan | None


@dataclass(frozen=True)
class Fingerprint:
    """Hash and size of a file's bytes as landed."""

    sha256: str
    size: int


def fingerprint(path: Path, on_block: Callable[[bytes], None] = lambda _: None) -> Fingerprint:
    """Hash a file block by block; `on_block` receives each block in the same pass."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(_READ_BYTES):
            digest.update(block)
            on_block(block)
            size += len(block)
    return Fingerprint(digest.hexdigest(), size)


def scan_plain(path: Path) -> tuple[Fingerprint, CsvScan]:
    """Hash and scan an uncompressed file in one pass."""
    scanner = CsvScanner()
    return fingerprint(path, scanner.feed), scanner.finish()


def unpack(path: Path, name: str, folder: Path) -> Iterator[PlainFile]:
    """Yield the files of a .gz or .zip, one on disk at a time.

    Each is deleted when the next one is requested.

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
    limit = max(_ALWAYS_ALLOWED_BYTES, path.stat().st_size * _MAX_RATIO)
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
    """Decompress a gzip file member by member; zlib verifies each member's length and checksum."""
    data = packed.read(BLOCK_BYTES)
    if not data:
        raise FileRefusedError("archive_truncated", "the file has 0 bytes; expected a gzip file")
    while data:
        member = zlib.decompressobj(wbits=31)
        while not member.eof:
            if not data:
                data = packed.read(BLOCK_BYTES)
                if not data:
                    raise FileRefusedError(
                        "archive_truncated", "the gzip stream ends early; expected the whole file"
                    )
            try:
                block = member.decompress(data, BLOCK_BYTES)
            except zlib.error as error:
                raise FileRefusedError(
                    "archive_corrupt", "gzip content does not match its checksum"
                ) from error
            data = member.unconsumed_tail
            if block:
                yield block
        data = member.unused_data.lstrip(b"\0") or packed.read(BLOCK_BYTES).lstrip(b"\0")


def _unzip(path: Path, folder: Path) -> Iterator[PlainFile]:
    with refuse_damaged_archive():
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
    with refuse_damaged_archive(), archive.open(member) as packed:
        while block := packed.read(BLOCK_BYTES):
            yield block


@contextmanager
def refuse_damaged_archive() -> Iterator[None]:
    """Turn what zipfile raises for a damaged archive into a refusal.

    Wrap only zipfile's own calls with it, so that it cannot hide an error of this project.

    Raises:
        FileRefusedError: archive_truncated, archive_corrupt.
    """
    try:
        yield
    except zipfile.BadZipFile as error:
        code = "archive_corrupt" if "CRC" in str(error) else "archive_truncated"
        raise FileRefusedError(
            code, "the zip is incomplete; expected an archive that unpacks without an error"
        ) from error
    except (zlib.error, lzma.LZMAError, EOFError, NotImplementedError) as error:
        raise FileRefusedError("archive_corrupt", "a zip member cannot be unpacked") from error
    except ValueError as error:
        # A member name in an unknown encoding, or an offset beyond the end of the file.
        raise FileRefusedError("archive_corrupt", "the zip directory is invalid") from error
    except OSError as error:
        # bz2 raises an OSError without an errno for damaged content.
        if error.errno not in (errno.EINVAL, None):
            raise
        raise FileRefusedError("archive_corrupt", "a zip member cannot be unpacked") from error


def check_members(
    members: list[zipfile.ZipInfo], size: int, allowed_bytes: int = _ALWAYS_ALLOWED_BYTES
) -> None:
    """Refuse an archive with unsafe paths, encrypted members or an excessive unpacked size.

    Args:
        members: the entries of the archive's directory.
        size: size of the archive in bytes.
        allowed_bytes: unpacked size that is accepted whatever the compression ratio.

    Raises:
        FileRefusedError: archive_unsafe.
    """
    if len(members) > _MAX_MEMBERS:
        raise FileRefusedError(
            "archive_unsafe",
            f"{len(members)} files in the archive; expected at most {_MAX_MEMBERS}",
        )
    for member in members:
        parts = PurePosixPath(member.filename.replace("\\", "/"))
        if parts.is_absolute() or ".." in parts.parts:
            raise FileRefusedError(
                "archive_unsafe",
                "a member's path points outside the archive; expected relative paths without ..",
            )
        if member.flag_bits & _ENCRYPTED:
            raise FileRefusedError(
                "archive_unsafe", "a member is encrypted; expected an archive without a password"
            )
    if sum(member.file_size for member in members) > max(allowed_bytes, size * _MAX_RATIO):
        raise FileRefusedError(
            "archive_unsafe",
            f"unpacks to more than {allowed_bytes} bytes and {_MAX_RATIO} times its size",
        )
