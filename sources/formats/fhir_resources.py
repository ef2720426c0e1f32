"""Splits a FHIR R4 file (NDJSON, single resources, Bundles, pretty-printed or not) into resources.

Must not be here: the content of resources. NDJSON is split by lines, and a broken line is one
broken record. Any other file is one JSON document, parsed value by value; if it is truncated, the
missing resources cannot be counted, so the file is refused. Bundles (hl7.org/fhir/R4/bundle.html)
are unpacked: an entry is a resource, or the deletion of one if request.method is DELETE;
references to a fullUrl become `Type/id`. Memory is bounded by a block and the largest resource,
plus the urn:uuid addresses of a Bundle. Longer than the size budget: lines and documents share the
Bundle code.
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
    """Parse a JSON integer; one of thousands of digits becomes infinite.

    `int` raises an error at 4,300 digits, which would refuse the whole document.
    """
    return int(digits) if len(digits) <= _LONGEST_NUMBER else float(digits)


_DECODER = json.JSONDecoder(parse_int=_integer)
_SPACE = re.compile(r"[ \t\r\n]*")


@dataclass(frozen=True)
class Problem:
    """Why a record is rejected before its content is read; the detail contains no value."""

    reason_code: str
    detail: str


@dataclass
class Resources:
    """Consecutive records of a file as JSON text; broken ones as received if they are text.

    Attributes:
        texts: a list if they were built one by one, a Series if they are the lines of the file.
        problems: position in `texts` to problem.
    """

    texts: list[str] | pl.Series = field(default_factory=list)
    problems: dict[int, Problem] = field(default_factory=dict)

    def add(self, text: str, problem: Problem | None = None) -> None:
        """Append a record."""
        if problem is not None:
            self.problems[len(self.texts)] = problem
        self.texts.append(text)


def resources(path: Path) -> Iterator[Resources]:
    """Yield the resources of a file, block by block.

    Raises:
        FileRefusedError: empty_file, bad_encoding, not_fhir (not JSON, or a truncated document).
    """
    with path.open("rb") as file:
        if _is_ndjson(file):
            yield from _lines(file)
        else:
            yield from _document(path)


def _is_ndjson(file: BinaryIO) -> bool:
    """Whether each line is a record; leaves the file at its first character."""
    head = file.read(_HEAD_BYTES)
    start = len(_BOM) if head.startswith(_BOM) else 0
    text = head[start:].lstrip()
    if not text:
        raise FileRefusedError("empty_file", "the file is blank; expected JSON resources")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in head[:4]:
        raise FileRefusedError("bad_encoding", "the file is not UTF-8 (UTF-16 or NUL bytes)")
    file.seek(start)
    first, newline, rest = text.partition(b"\n")
    if text[:1] == b"[" or (not newline and len(head) == _HEAD_BYTES):
        return False
    if b"{" not in text:
        raise FileRefusedError(
            "not_fhir", "no JSON object found; expected NDJSON, a resource or a Bundle"
        )
    if _is_json(first):
        return True
    following = rest.lstrip()
    if first.strip() != b"{" and (not following or following[:1] == b"{"):
        return True
    # A first line that is not JSON but starts with a brace begins a document; otherwise it is a
    # broken line of NDJSON.
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
    """The records in whole lines; `is_long` says that the last line exceeds the limit."""
    block = Resources()
    line_problems: dict[int, Problem] = {}
    if _is_utf8(data):
        texts = _without_blank_lines(pl.read_lines(data).to_series())
        if not is_long and not texts.str.contains('"Bundle"', literal=True).any():
            return Resources(texts)
        lines = texts.to_list()
    else:
        raw = [line for line in data.split(b"\n") if line.strip()]
        line_problems = {
            position: _NOT_UTF8 for position, line in enumerate(raw) if not _is_utf8(line)
        }
        lines = [line.decode("utf-8", "replace") for line in raw]
    if is_long:
        line_problems[len(lines) - 1] = _TOO_LONG
        lines[-1] = lines[-1][:200]
    for position, line in enumerate(lines):
        bundle = line_problems.get(position) or _bundle(line)
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


BAD_JSON = Problem("bad_json", "expected one JSON object per line")
_NOT_UTF8 = Problem("bad_encoding", "the line is not UTF-8")
_TOO_LONG = Problem("record_too_long", f"expected at most {MAX_RECORD_BYTES} bytes per line")


def _is_utf8(line: bytes) -> bool:
    if line.isascii():
        return True
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _bundle(line: str) -> dict[str, Any] | Problem | None:
    """The Bundle in a line; a problem if it cannot be parsed; None if the line is something else."""
    if not _BUNDLE.search(line):
        return None
    try:
        found = _DECODER.decode(line)
    except (ValueError, RecursionError):
        # The decoder of single resources accepts deeper nesting and would count the Bundle as one
        # resource.
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
    """An entry's urn and the `Type/id` that replaces references to it, or None."""
    if not isinstance(entry, dict) or not isinstance(entry.get("resource"), dict):
        return None
    url, resource = entry.get("fullUrl"), entry["resource"]
    if not isinstance(url, str) or not url.startswith("urn:"):
        return None
    return url, f"{resource.get('resourceType')}/{_id_of(entry)}"


def _id_of(entry: dict[str, Any]) -> object:
    """The id of an entry's resource: its own, else that in the fullUrl or request.url."""
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
    """Add an entry's resource, or the deletion of one."""
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
        return "{"  # rejected later as bad_json
    # Half of a surrogate pair is not a valid character; it is replaced, and the resource is kept.
    text = text if text.isascii() else text.encode("utf-8", "replace").decode()
    if not addresses:
        return text
    return _URN.sub(lambda found: f'"reference":"{addresses.get(found[1], found[1])}"', text)


def _document(path: Path) -> Iterator[Resources]:
    """Split one JSON document: a resource, a Bundle, an array of them, or several in sequence.

    Two passes: the first finds which objects are Bundles and collects the addresses of their
    entries.
    """
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
    """A top-level object, without the Bundle entries that were yielded before it."""

    content: Any


def _values(path: Path) -> Iterator[tuple[int, Any]]:
    """Yield (object number, value): a Bundle's entries one by one, then its `_Container`."""
    with path.open("rb") as file:
        text = _JsonStream(file)
        number = 0
        is_array = text.skip("[")
        while (following := text.peek()) and following != "]":
            if following != "{":
                raise FileRefusedError("not_fhir", "the JSON is not a resource; expected an object")
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
    """A JSON parser over a file that buffers no more than the next value."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._decode = codecs.getincrementaldecoder("utf-8-sig")().decode
        self._buffer, self._at, self._is_whole = "", 0, False

    def peek(self) -> str:
        """The next character that is not blank; empty at the end."""
        while True:
            found = _SPACE.match(self._buffer, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._buffer) or self._is_whole:
                return self._buffer[self._at : self._at + 1]
            self._read(_HEAD_BYTES)

    def skip(self, character: str) -> bool:
        """Consume the character if it comes next; returns whether it did."""
        is_next = self.peek() == character
        self._at += is_next
        return is_next

    def expect(self, character: str) -> None:
        """Consume the character, which must come next."""
        if not self.skip(character):
            raise _malformed()

    def value(self) -> Any:  # noqa: ANN401 - any JSON value
        """Parse and consume the next JSON value."""
        if not self.peek():
            raise _malformed()
        while True:
            try:
                found, end = _DECODER.raw_decode(self._buffer, self._at)
            except RecursionError as error:
                raise _malformed() from error
            except ValueError as error:
                if self._is_whole:
                    raise _malformed() from error
            else:
                # A number at the end of the buffer may continue.
                if end < len(self._buffer) or self._is_whole:
                    self._at = end
                    return found
            if len(self._buffer) - self._at > 4 * MAX_RECORD_BYTES:
                raise FileRefusedError("record_too_long", "expected at most 64 MiB per value")
            self._read(max(_HEAD_BYTES, len(self._buffer) - self._at))

    def _read(self, size: int) -> None:
        data = self._file.read(size)
        self._is_whole = len(data) < size
        try:
            read = self._decode(data, self._is_whole)
        except UnicodeDecodeError as error:
            raise FileRefusedError("bad_encoding", "the document is not UTF-8") from error
        self._buffer = self._buffer[self._at :] + read
        self._at = 0


def _malformed() -> FileRefusedError:
    return FileRefusedError(
        "not_fhir", "the JSON is truncated or invalid; expected a complete document"
    )
