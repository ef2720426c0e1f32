"""Bytes of a FHIR file (R4: NDJSON, single resources, Bundles, JSON pretty-printed or not) to single resources as texts.

What must not be here: what a resource holds. A file whose lines are resources is cut line by line, and a broken line is one
broken record. Anything else is one JSON document, read value by value: where that breaks nobody can count what is missing,
so the file is refused. Bundles (hl7.org/fhir/R4/bundle.html) are taken apart: an entry is a resource, or with request.method
DELETE the news that one is deleted; references to a fullUrl become `Type/id`. Memory is that of a block and of the largest
resource; of a Bundle's resources that name each other by urn:uuid, the addresses too.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import polars as pl

from sources.reasons import FileRefusedError

BLOCK_BYTES = 8 << 20
MAX_RECORD_BYTES = 16 << 20
_HEAD_BYTES = 1 << 20
_BLOCK_ENTRIES = 5000
_BOM = b"\xef\xbb\xbf"
_BUNDLE = re.compile(r'"resourceType"\s*:\s*"Bundle"')
_URN = re.compile(r'"reference":"(urn:[^"\\]+)"')
_ADDRESS = re.compile(r"(?:^|/)([A-Z][A-Za-z]+)/([A-Za-z0-9.\-]{1,64})(?:/_history/[^/]*)?$")
_LONGEST_NUMBER = 300  # digits; the largest float has 309


def _integer(digits: str) -> int | float:
    """A JSON integer. `int` raises at 4,300 digits, which would refuse the whole document: such a number is infinite."""
    return int(digits) if len(digits) <= _LONGEST_NUMBER else float(digits)


_DECODER = json.JSONDecoder(parse_int=_integer)
_SPACE = re.compile(r"[ \t\r\n]*")


@dataclass(frozen=True)
class Problem:
    """Why a record is set aside before its content is read; the detail carries no value."""

    reason_code: str
    detail: str


@dataclass
class Resources:
    """Consecutive records of a file, each the text of one resource; those with a problem as they came, if they are text.

    Attributes:
        texts: a list where they are made one by one, a series where they are the lines of the file.
    """

    texts: list[str] | pl.Series = field(default_factory=list)
    problems: dict[int, Problem] = field(default_factory=dict)

    def add(self, text: str, problem: Problem | None = None) -> None:
        """The next record."""
        if problem is not None:
            self.problems[len(self.texts)] = problem
        self.texts.append(text)


def resources(path: Path) -> Iterator[Resources]:
    """The resources of a file, block by block.

    Raises:
        FileRefusedError: empty_file, bad_encoding, not_fhir (no JSON, or a document that breaks off).
    """
    with path.open("rb") as file:
        if _is_ndjson(file):
            yield from _lines(file)
        else:
            yield from _document(path)


def _is_ndjson(file: BinaryIO) -> bool:
    """Whether the lines are the records; leaves the file at its first character."""
    head = file.read(_HEAD_BYTES)
    start = len(_BOM) if head.startswith(_BOM) else 0
    text = head[start:].lstrip()
    if not text:
        raise FileRefusedError("empty_file", "no character; expected JSON resources")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in head[:4]:
        raise FileRefusedError("bad_encoding", "the file is not UTF-8 (UTF-16 or NUL bytes)")
    file.seek(start)
    first, newline, rest = text.partition(b"\n")
    if text[:1] == b"[" or (not newline and len(head) == _HEAD_BYTES):
        return False
    if b"{" not in text:
        raise FileRefusedError(
            "not_fhir", "no JSON object; expected NDJSON, a resource or a Bundle"
        )
    if _is_json(first):
        return True
    following = rest.lstrip()
    if first.strip() != b"{" and (not following or following[:1] == b"{"):
        return True
    # a line that is not JSON before lines that are: not the beginning of a document
    return not first.startswith(b"{")


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _lines(file: BinaryIO) -> Iterator[Resources]:
    while True:
        data = file.read(BLOCK_BYTES)
        if not data:
            return
        is_long = False
        if not data.endswith(b"\n"):
            tail = file.readline(MAX_RECORD_BYTES)
            data += tail
            while len(tail) == MAX_RECORD_BYTES and not tail.endswith(b"\n"):
                is_long = True
                tail = file.readline(MAX_RECORD_BYTES)
        yield _block(data, is_long=is_long)


def _block(data: bytes, *, is_long: bool) -> Resources:
    """The records of whole lines; the last one is known to be too long, or not."""
    block = Resources()
    undecodable: dict[int, Problem] = {}
    if _is_utf8(data):
        texts = _without_blank_lines(pl.read_lines(data).to_series())
        if not is_long and not texts.str.contains('"Bundle"', literal=True).any():
            return Resources(texts)
        lines = texts.to_list()
    else:
        raw = [line for line in data.split(b"\n") if line.strip()]
        undecodable = {place: _NOT_UTF8 for place, line in enumerate(raw) if not _is_utf8(line)}
        lines = [line.decode("utf-8", "replace") for line in raw]
    if is_long:
        undecodable[len(lines) - 1] = _TOO_LONG
        lines[-1] = lines[-1][:200]
    for place, line in enumerate(lines):
        bundle = undecodable.get(place) or _bundle(line)
        if isinstance(bundle, dict):
            _unpack_bundle(bundle, block)
        else:
            block.add(line, bundle)
    return block


def _without_blank_lines(lines: pl.Series) -> pl.Series:
    if lines.str.starts_with("{").all():
        return lines
    kept = [line for line in lines if line and not line.isspace()]
    return pl.Series(kept, dtype=pl.String())


BAD_JSON = Problem("bad_json", "expected one JSON object in a line")
_NOT_UTF8 = Problem("bad_encoding", "bytes that are not UTF-8")
_TOO_LONG = Problem("record_too_long", f"a line of more than {MAX_RECORD_BYTES} bytes")


def _is_utf8(line: bytes) -> bool:
    if line.isascii():
        return True
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _bundle(line: str) -> dict[str, Any] | Problem | None:
    """The Bundle that a line is; a problem where it cannot be taken apart; None where it is something else."""
    if not _BUNDLE.search(line):
        return None
    try:
        found = _DECODER.decode(line)
    except (ValueError, RecursionError):
        # The reader of single resources takes deeper nesting, and would count the Bundle as one resource.
        return BAD_JSON
    is_bundle = isinstance(found, dict) and found.get("resourceType") == "Bundle"
    return found if is_bundle else None


def _unpack_bundle(bundle: dict[str, Any], block: Resources) -> None:
    entries = bundle.get("entry", [])
    if not isinstance(entries, list):
        block.add(
            '{"resourceType":"Bundle"}', Problem("bad_json_type", "Bundle.entry: expected an array")
        )
        return
    addresses = dict(filter(None, map(_address, entries)))
    for entry in entries:
        _add_entry(entry, addresses, block)


def _address(entry: object) -> tuple[str, str] | None:
    """The urn that an entry is referred to by, and `Type/id` of its resource."""
    if not isinstance(entry, dict) or not isinstance(entry.get("resource"), dict):
        return None
    url, resource = entry.get("fullUrl"), entry["resource"]
    if not isinstance(url, str) or not url.startswith("urn:"):
        return None
    return url, f"{resource.get('resourceType')}/{_id_of(entry)}"


def _id_of(entry: dict[str, Any]) -> object:
    """The id of an entry's resource: its own, else the one of its address."""
    found = entry["resource"].get("id")
    if found is not None:
        return found
    request = entry.get("request")
    for url in (entry.get("fullUrl"), request.get("url") if isinstance(request, dict) else None):
        if isinstance(url, str) and url.startswith("urn:"):
            return url.rpartition(":")[2]
        if isinstance(url, str) and (known := _ADDRESS.search(url)):
            return known[2]
    return None


def _add_entry(entry: object, addresses: dict[str, str], block: Resources) -> None:
    """An entry's resource, or the withdrawal of one."""
    entry = entry if isinstance(entry, dict) else {}
    resource, request, response = (
        found if isinstance(found := entry.get(name), dict) else {}
        for name in ("resource", "request", "response")
    )
    if request.get("method") == "DELETE":
        known = _ADDRESS.search(str(request.get("url", "")))
        if known is None:
            block.add('{"resourceType":"Bundle"}', _NO_ADDRESS)
            return
        modified = response.get("lastModified")
        deleted = {"resourceType": known[1], "id": known[2], "_deleted": True}
        block.add(_text(deleted | ({"meta": {"lastUpdated": modified}} if modified else {}), {}))
    elif resource:
        named = {"resourceType": resource.get("resourceType"), "id": _id_of(entry)}
        block.add(_text(named | resource if named["id"] is not None else resource, addresses))
    else:
        block.add('{"resourceType":"Bundle"}', _NO_RESOURCE)


_NO_ADDRESS = Problem("bad_entry", "a Bundle entry that deletes: expected Type/id as request.url")
_NO_RESOURCE = Problem(
    "bad_entry", "a Bundle entry: expected a resource, or a request that deletes one"
)


def _text(resource: dict[str, Any], addresses: dict[str, str]) -> str:
    try:
        text = json.dumps(resource, ensure_ascii=False, separators=(",", ":"))
    except RecursionError:
        return "{"  # is rejected as broken JSON
    # Half of a surrogate pair is no character of any text; the resource around it is whole.
    text = text if text.isascii() else text.encode("utf-8", "replace").decode()
    if not addresses:
        return text
    return _URN.sub(lambda found: f'"reference":"{addresses.get(found[1], found[1])}"', text)


def _document(path: Path) -> Iterator[Resources]:
    """A file that is one JSON document: a resource, a Bundle, an array of them, or several one after another."""
    addresses: dict[str, str] = {}
    bundles: list[bool] = []
    for number, value in _values(path):
        if number == len(bundles):
            bundles.append(False)
        if isinstance(value, _Container):
            bundles[number] = value.content.get("resourceType") == "Bundle"
        elif address := _address(value):
            addresses.update([address])
    block = Resources()
    for number, value in _values(path):
        if not isinstance(value, _Container):
            if bundles[number]:
                _add_entry(value, addresses, block)
        elif not bundles[number]:
            block.add(_text(value.content, {}))
        if len(block.texts) >= _BLOCK_ENTRIES:
            yield block
            block = Resources()
    yield block


@dataclass(frozen=True)
class _Container:
    """An object of the document without the entries that came before."""

    content: Any


def _values(path: Path) -> Iterator[tuple[int, Any]]:
    """(number of the object in the document, value): the entries of a Bundle one by one, then its `_Container`."""
    with path.open("rb") as file:
        text = _JsonStream(file)
        number = 0
        is_array = text.skip("[")
        while (following := text.peek()) and following != "]":
            if following != "{":
                raise FileRefusedError("not_fhir", "JSON that is no resource; expected an object")
            yield from ((number, value) for value in _object(text))
            number += 1
            if is_array:
                text.skip(",")
        if is_array and not text.skip("]"):
            raise _malformed()


def _object(text: _JsonStream) -> Iterator[Any]:
    text.expect("{")
    content: dict[str, Any] = {}
    while not text.skip("}"):
        if content:
            text.skip(",")
        key = text.value()
        if not isinstance(key, str):
            raise _malformed()
        text.expect(":")
        is_streamed = key == "entry" and content.get("resourceType", "Bundle") == "Bundle"
        if is_streamed and text.skip("["):
            content[key] = None
            while not text.skip("]"):
                yield text.value()
                text.skip(",")
        else:
            content[key] = text.value()
    yield _Container(content)


class _JsonStream:
    """The text of a file, of which as much is held as the value that is read next."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._decode = codecs.getincrementaldecoder("utf-8-sig")().decode
        self._held, self._at, self._is_whole = "", 0, False

    def peek(self) -> str:
        """The next character that is no space; empty at the end."""
        while True:
            found = _SPACE.match(self._held, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._held) or self._is_whole:
                return self._held[self._at : self._at + 1]
            self._read(_HEAD_BYTES)

    def skip(self, character: str) -> bool:
        """Go past a character, if it is the next."""
        is_next = self.peek() == character
        self._at += is_next
        return is_next

    def expect(self, character: str) -> None:
        """Go past a character that must be the next."""
        if not self.skip(character):
            raise _malformed()

    def value(self) -> Any:  # noqa: ANN401 - any JSON value
        """The next JSON value."""
        if not self.peek():
            raise _malformed()
        while True:
            try:
                found, end = _DECODER.raw_decode(self._held, self._at)
            except RecursionError as error:
                raise _malformed() from error
            except ValueError as error:
                if self._is_whole:
                    raise _malformed() from error
            else:
                # a number at the end of what is held may go on
                if end < len(self._held) or self._is_whole:
                    self._at = end
                    return found
            if len(self._held) - self._at > 4 * MAX_RECORD_BYTES:
                raise FileRefusedError("record_too_long", "a value of more than 64 MiB")
            self._read(max(_HEAD_BYTES, len(self._held) - self._at))

    def _read(self, size: int) -> None:
        data = self._file.read(size)
        self._is_whole = len(data) < size
        try:
            read = self._decode(data, self._is_whole)
        except UnicodeDecodeError as error:
            raise FileRefusedError("bad_encoding", "the document is not UTF-8") from error
        self._held = self._held[self._at :] + read
        self._at = 0


def _malformed() -> FileRefusedError:
    return FileRefusedError(
        "not_fhir", "JSON that breaks off or is none; expected a whole document"
    )
