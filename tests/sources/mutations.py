"""Damaged variants of good files: what transfers, spreadsheets, interface engines and attackers do to bytes.

Every mutation is a function of a random generator and bytes, so that a kind of file and a number
always give the same bytes: a failing test names both.
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
    """Lines or segments, and what ends them."""
    end = max(_UNIT_ENDS, key=content.count)
    return content.split(end), end


def _flip(chance: random.Random, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 8, 64))):
        if changed:
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _overwrite(chance: random.Random, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.choice((1, 2, 4))):
        if changed:
            changed[chance.randrange(len(changed))] = chance.choice(_SEPARATORS)
    return bytes(changed)


def _truncate(chance: random.Random, content: bytes) -> bytes:
    return content[: chance.randint(0, len(content))]


def _lose_the_beginning(chance: random.Random, content: bytes) -> bytes:
    return content[chance.randint(0, len(content)) :]


def _lose_a_piece(chance: random.Random, content: bytes) -> bytes:
    begin = chance.randint(0, len(content))
    return content[:begin] + content[begin + chance.randint(1, 200) :]


def _change_units(chance: random.Random, content: bytes) -> bytes:
    """Remove, repeat, exchange, cut or empty lines or segments."""
    units, end = _units(content)
    for _ in range(chance.choice((1, 1, 2, 4))):
        if not units:
            break
        place, other = chance.randrange(len(units)), chance.randrange(len(units))
        match chance.randrange(5):
            case 0:
                del units[place]
            case 1:
                units[place:place] = [units[other]] * chance.choice((1, 2, 30))
            case 2:
                units[place], units[other] = units[other], units[place]
            case 3:
                units[place] = units[place][: chance.randint(0, 4)]
            case _:
                units[place] = b""
    return end.join(units)


def _change_unit_ends(chance: random.Random, content: bytes) -> bytes:
    units, end = _units(content)
    other = chance.choice((*_UNIT_ENDS, b"", b"\n\n", b" \n", b"\x1c\r\x0b"))
    if chance.random() < 0.5:
        return other.join(units)
    place = chance.randrange(len(units))
    return end.join(units[:place]) + other + end.join(units[place:])


def _replace(chance: random.Random, content: bytes, wanted: re.Pattern[bytes], by: bytes) -> bytes:
    found = [match.span() for match in wanted.finditer(content)]
    if not found:
        return content + by
    begin, end = chance.choice(found)
    return content[:begin] + by + content[end:]


def _bad_number(chance: random.Random, content: bytes) -> bytes:
    return _replace(chance, content, _NUMBER, chance.choice(_BAD_NUMBERS))


def _bad_field(chance: random.Random, content: bytes) -> bytes:
    by = chance.choice((*_BAD_NUMBERS, *_BAD_TEXTS, *_NESTED))
    return _replace(chance, content, _FIELD, by)


def _insert(chance: random.Random, content: bytes) -> bytes:
    place = chance.randint(0, len(content))
    return content[:place] + chance.choice((*_BAD_TEXTS, *_NESTED)) + content[place:]


def _recode(chance: random.Random, content: bytes) -> bytes:
    text = content.decode("latin-1")
    match chance.randrange(6):
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


def _repeat(chance: random.Random, content: bytes) -> bytes:
    return content * chance.choice((2, 3, 20))


TEXT_MUTATIONS: tuple[Mutation, ...] = (
    _flip,
    _overwrite,
    _truncate,
    _lose_the_beginning,
    _lose_a_piece,
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
    _lose_the_beginning,
    _lose_a_piece,
    _insert,
    _repeat,
)


def mutated(chance: random.Random, content: bytes, ways: tuple[Mutation, ...]) -> bytes:
    """One mutation, or a few on top of each other."""
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        content = chance.choice(ways)(chance, content)
    return content


def mutated_members(chance: random.Random, content: bytes) -> bytes:
    """A zip archive (a workbook is one) of which one member's content is changed, not the packing."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(buffer, "w") as target:
        names = sorted(archive.namelist())
        chosen = chance.choice(names)
        for name in names:
            member = archive.read(name)
            if name == chosen and chance.random() < 0.1:
                continue
            target.writestr(
                name, mutated(chance, member, TEXT_MUTATIONS) if name == chosen else member
            )
    return buffer.getvalue()
