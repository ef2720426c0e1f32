"""Reads the HL7 v2 segments that restrict access to a message: ARV and CON.

Standard: v2.6 chapter 3 (ARV), v2.5.1 chapter 9 (CON). Must not be here: which codes protect a
record (dbt). Both segments repeat, and few messages have them, so they are read row by row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import polars as pl

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,29}")
_DELETED = "D"
_ALTERNATE = 3  # index of the alternate code of CWE


def restrictions(fields: pl.DataFrame, message: np.ndarray, count: int) -> pl.Series:
    """The codes of each message's access restrictions, joined by `~`; null without one.

    A restriction that the message deletes is left out.

    Args:
        fields: every ARV, by name: action (ARV-2), value (ARV-3), reason (ARV-4).
        message: the message number of each row.
        count: number of messages.
    """
    found: dict[int, dict[str, None]] = {}
    for owner, row in zip(message.tolist(), fields.iter_rows(named=True), strict=True):
        if _code(row["action"]) == _DELETED:
            continue
        codes = (code for name in ("value", "reason") for code in _codes(row[name]))
        found.setdefault(owner, {}).update(dict.fromkeys(codes))
    return _joined(found, count)


def consents(fields: pl.DataFrame, message: np.ndarray, count: int) -> pl.Series:
    """The consents of each message as type^status^level, joined by `~`; null without one.

    Args:
        fields: every CON, by name: type (CON-2), status (CON-11), level (CON-21).
        message: the message number of each row.
        count: number of messages.
    """
    found: dict[int, dict[str, None]] = {}
    for owner, row in zip(message.tolist(), fields.iter_rows(named=True), strict=True):
        codes = [_code(row[name]) for name in ("type", "status", "level")]
        if any(codes):
            found.setdefault(owner, {})["^".join(codes)] = None
    return _joined(found, count)


def _joined(found: dict[int, dict[str, None]], count: int) -> pl.Series:
    texts = {owner: "~".join(codes) or None for owner, codes in found.items()}
    return pl.Series([texts.get(number) for number in range(count)], dtype=pl.String())


def _codes(value: str | None) -> Iterator[str]:
    """The code and the alternate code of each repetition of CWE."""
    for repetition in (value or "").split("~"):
        parts = repetition.split("^")
        yield from filter(None, map(_code, (parts[0], *parts[_ALTERNATE : _ALTERNATE + 1])))


def _code(value: str | None) -> str:
    """The first component if it looks like a code, else nothing."""
    text = re.split(r"[~^&]", value or "", maxsplit=1)[0].strip()
    return text if _CODE.fullmatch(text) else ""
