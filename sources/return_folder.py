"""Collects returned workbooks from the agency's return folder into the landing folder.

Care managers save their workbooks in the return folder, or in a subfolder of their own. Originals
stay unchanged. A copy's name has the staff member, the original's time and a hash of its content,
so the same content is collected once, nothing is overwritten, and no name that a person chose is
copied (rules/returned-workbooks.md#return-folder). Must not be here: reading workbooks.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from sources.archive import fingerprint
from sources.contract import Contract
from sources.landing import DELIMITED, WORKBOOK, format_of, is_ignored
from sources.returned_name import HASH_DIGITS, collected_hash, collected_name

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Collected:
    """What a run found in the return folder.

    Attributes:
        copied: number of workbooks copied into the landing folder.
        notices: what was not collected, without names that people chose.
    """

    copied: int
    notices: tuple[str, ...] = ()


def collect(
    folder: Path, landing: Path, contract: Contract, day: dt.date, staff_ids: Collection[str]
) -> Collected:
    """Copy new workbooks into `landing/<source>/<day>/`.

    Args:
        folder: the return folder.
        landing: the landing folder.
        contract: the sender that reads returned workbooks.
        day: the day that the run describes.
        staff_ids: names of the workbooks that were released; a subfolder or file name that begins
            with one says whose workbook it is.
    """
    if not folder.is_dir():
        return Collected(0, (f"return folder {folder}: not found, nothing was collected",))
    later = _latest_day(landing)
    if later is not None and later > day:
        text = f"return folder: not collected, because this run describes {day} and files of {later} have landed"
        return Collected(0, (text,))
    target = landing / contract.source / day.isoformat()
    known = _known_hashes(landing / contract.source)
    copied = 0
    problems: Counter[str] = Counter()
    for path in _files(folder):
        if format_of(path.name, contract) not in (WORKBOOK, DELIMITED):
            problems["not a workbook (.xlsx, .xls, .ods or .csv), not read"] += 1
            continue
        try:
            copied += _copy(path, folder, target, known, staff_ids)
        except PermissionError:
            problems[
                "no permission to read it, or open in another program: collected by a later run"
            ] += 1
        except FileNotFoundError:
            continue  # moved or saved again meanwhile: a later run finds it
    notices = tuple(
        f"return folder: {count} file{'' if count == 1 else 's'}: {text}"
        for text, count in sorted(problems.items())
    )
    return Collected(copied, notices)


def _copy(
    path: Path, folder: Path, target: Path, known: set[str], staff_ids: Collection[str]
) -> bool:
    """Copy a file unless its content was collected before; returns whether it was copied."""
    if fingerprint(path).sha256[:HASH_DIGITS] in known:
        return False
    saved_at = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)
    target.mkdir(parents=True, exist_ok=True)
    partial = target / ".returned.part"
    shutil.copyfile(path, partial)
    try:
        content_hash = fingerprint(partial).sha256
        name = collected_name(
            _staff_id(path, folder, staff_ids), saved_at, content_hash, path.suffix
        )
        if collected_hash(name) in known or (target / name).exists():
            return False
        os.utime(partial, (saved_at.timestamp(), saved_at.timestamp()))
        partial.rename(target / name)
        known.add(str(collected_hash(name)))
        return True
    finally:
        partial.unlink(missing_ok=True)


def _staff_id(path: Path, folder: Path, staff_ids: Collection[str]) -> str | None:
    """Whose workbook it is, by its subfolder or the begin of its name."""
    parts = path.relative_to(folder).parts
    names = (*parts[:-1][:1], path.stem)
    for name in names:
        found = [
            each for each in staff_ids if re.match(rf"{re.escape(each)}(?![A-Za-z0-9._-])", name)
        ]
        if found:
            return max(found, key=len)
    return None


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        hidden = any(is_ignored(part) for part in path.relative_to(folder).parts)
        if not hidden and path.is_file():
            yield path


def _known_hashes(folder: Path) -> set[str]:
    found = (collected_hash(path.name) for path in folder.glob("*/*"))
    return {content_hash for content_hash in found if content_hash is not None}


def _latest_day(landing: Path) -> dt.date | None:
    days = []
    for path in landing.glob("*/*"):
        if _DAY.fullmatch(path.name) and path.is_dir():
            try:
                days.append(dt.date.fromisoformat(path.name))
            except ValueError:
                continue  # not a calendar day
    return max(days, default=None)
