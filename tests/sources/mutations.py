"""Damages valid files the way that transfers, spreadsheets, interface engines and attackers do.

Each mutation is a function of a random generator and the bytes, so the same file format and
number always give the same bytes, and a failing test names both.
"""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable

Mutation = Callable[[random.Random, bytes], bytes]

_UNIT_ENDS = (b"\r\n", b"\n", b"\r", b"~")
_SEPARATORS = b',"|*^~&\\:\r\n\t{}[]<>-+.0'
_NUMBER = re.compile(rb"[0-9]+")
_FIELD = re.compile(rb"[^,|*^~&:\r\n\"<>{}]+")
_BAD_NUMBERS = (
    b"9" * 5000,
    b"-1",
    b"1e308",
    b"1E+400",
    b"0" * 400 + b"1",
    "²".encode(),  # str.isdigit accepts it, int() does not
    "٣٤".encode(),  # int() accepts it, no contract does
    "１２".encode(),
    b"NaN",
    b"00000000",
    b"99999999",
    b"20250230",
    b"2025-02-30",
    b"0000-00-00",
    b"9999-12-31T23:59:60Z",
)
_BAD_TEXTS = (
    b"",
    b"\0",
    b"\0" * 40,
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xc3",
    b"\xed\xa0\x80",  # a lone surrogate
    b"\x1a",
    b"\x1b$B",
    b"\x0b",
    b"\x1c\r",
    b"x" * 70_000,
    b'"',
    b'""',
    b"\\X0D\\",
    b"\\u0000",
    b"\\ud800",
    "\u2028".encode(),
    "ßſİ".encode(),  # lower and upper case differ in length
    b"NULL",
    b"ISA",
    b"MSH",
    b"#",
)
_NESTED = (b"[" * 3000, b'{"a":' * 3000, b"(" * 3000, b"<a>" * 3000, b"[[[[1]]]]", b'{"a":{}}')


def _units(content: bytes) -> tuple[list[bytes], bytes]:
    """Lines or segments, and the bytes that end them."""
    end = max(_UNIT_ENDS, key=content.count)
    return content.split(end), end


def _flip(rng: random.Random, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 8, 64))):
        if changed:
            changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _overwrite(rng: random.Random, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.choice((1, 2, 4))):
        if changed:
            changed[rng.randrange(len(changed))] = rng.choice(_SEPARATORS)
    return bytes(changed)


def _truncate(rng: random.Random, content: bytes) -> bytes:
    return content[: rng.randint(0, len(content))]


def _drop_beginning(rng: random.Random, content: bytes) -> bytes:
    return content[rng.randint(0, len(content)) :]


def _drop_slice(rng: random.Random, content: bytes) -> bytes:
    begin = rng.randint(0, len(content))
    return content[:begin] + content[begin + rng.randint(1, 200) :]


def _change_units(rng: random.Random, content: bytes) -> bytes:
    """Remove, repeat, swap, truncate or empty lines or segments."""
    units, end = _units(content)
    for _ in range(rng.choice((1, 1, 2, 4))):
        if not units:
            break
        position, other = rng.randrange(len(units)), rng.randrange(len(units))
        match rng.randrange(5):
            case 0:
                del units[position]
            case 1:
                units[position:position] = [units[other]] * rng.choice((1, 2, 30))
            case 2:
                units[position], units[other] = units[other], units[position]
            case 3:
                units[position] = units[position][: rng.randint(0, 4)]
            case _:
                units[position] = b""
    return end.join(units)


def _change_unit_ends(rng: random.Random, content: bytes) -> bytes:
    units, end = _units(content)
    other = rng.choice((*_UNIT_ENDS, b"", b"\n\n", b" \n", b"\x1c\r\x0b"))
    if rng.random() < 0.5:
        return other.join(units)
    position = rng.randrange(len(units))
    return end.join(units[:position]) + other + end.join(units[position:])


def _replace(rng: random.Random, content: bytes, wanted: re.Pattern[bytes], by: bytes) -> bytes:
    found = [match.span() for match in wanted.finditer(content)]
    if not found:
        return content + by
    begin, end = rng.choice(found)
    return content[:begin] + by + content[end:]


def _bad_number(rng: random.Random, content: bytes) -> bytes:
    return _replace(rng, content, _NUMBER, rng.choice(_BAD_NUMBERS))


def _bad_field(rng: random.Random, content: bytes) -> bytes:
    by = rng.choice((*_BAD_NUMBERS, *_BAD_TEXTS, *_NESTED))
    return _replace(rng, content, _FIELD, by)


def _insert(rng: random.Random, content: bytes) -> bytes:
    position = rng.randint(0, len(content))
    return content[:position] + rng.choice((*_BAD_TEXTS, *_NESTED)) + content[position:]


def _recode(rng: random.Random, content: bytes) -> bytes:
    text = content.decode("latin-1")
    match rng.randrange(6):
        case 0:
            return text.encode("utf-16")
        case 1:
            return text.encode("utf-16-le")
        case 2:
            return text.encode("utf-32")
        case 3:
            return b"\xef\xbb\xbf" + content
        case 4:
            return content.replace(b"a", b"\xe4").replace(b"o", b"\xf6")
        case _:
            return content.replace(b"a", "ä".encode()).replace(b"o", "🙂".encode())


def _repeat(rng: random.Random, content: bytes) -> bytes:
    return content * rng.choice((2, 3, 20))


TEXT_MUTATIONS: tuple[Mutation, ...] = (
    _flip,
    _overwrite,
    _truncate,
    _drop_beginning,
    _drop_slice,
    _change_units,
    _change_units,
    _change_unit_ends,
    _bad_number,
    _bad_number,
    _bad_field,
    _bad_field,
    _insert,
    _recode,
    _repeat,
)
BINARY_MUTATIONS: tuple[Mutation, ...] = (
    _flip,
    _flip,
    _overwrite,
    _truncate,
    _drop_beginning,
    _drop_slice,
    _insert,
    _repeat,
)


def mutated(rng: random.Random, content: bytes, mutations: tuple[Mutation, ...]) -> bytes:
    """Apply one to three mutations."""
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        content = rng.choice(mutations)(rng, content)
    return content


def mutated_members(rng: random.Random, content: bytes) -> bytes:
    """Change the content of one member of a zip archive (or workbook) but keep the archive valid."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(buffer, "w") as target:
        names = sorted(archive.namelist())
        chosen = rng.choice(names)
        for name in names:
            member = archive.read(name)
            if name == chosen and rng.random() < 0.1:
                continue
            target.writestr(
                name, mutated(rng, member, TEXT_MUTATIONS) if name == chosen else member
            )
    return buffer.getvalue()
