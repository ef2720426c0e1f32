r"""Normalizes one HL7 v2 message to UTF-8 and the separators |^~\& (v2.5.1: 2.5.4, 2.7, 2.15.9.18).

Must not be here: segments other than MSH, columns. Most messages are canonical except for their
line ends; only the others are rewritten, so that one parser fits all. Decoding comes before
splitting, because a byte of a GB 18030 or Big-5 character can have the value of a separator.

Character sets (table 0211 and common spellings): a message without MSH-18 is UTF-8, which
includes ASCII; the set is never guessed. All-ASCII bytes are read whatever MSH-18 names, because
every character set in use agrees on them. The exception is the escape byte of ISO 2022, which
announces another set.
"""

from __future__ import annotations

import re

from sources.formats.hl7v2_frames import Problem

STANDARD_HEADERS = (b"MSH|^~\\&|", b"MSH|^~\\&#|")
_STANDARD = "|^~\\&"
_ESCAPES = dict(zip(_STANDARD, ("\\F\\", "\\S\\", "\\R\\", "\\E\\", "\\T\\"), strict=True))
_LITERALS = {"F": "|", "S": "^", "R": "~", "E": "\\", "T": "&", "H": "", "N": ""}
_ESCAPED = re.compile(r"\\([A-Za-z.][^\\]{0,100})\\")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_HEADER = 8  # MSH, MSH-1 and the four separators in MSH-2
_ISO_2022 = b"\x1b"
_CHARACTER_SET = 17  # index of MSH-18 after splitting by the field separator, which is MSH-1
_CODECS = {
    "": "utf-8",
    "ASCII": "utf-8",
    "ISOIR6": "utf-8",
    "UTF8": "utf-8",
    "UNICODEUTF8": "utf-8",
    "GB180302000": "gb18030",
    "GB18030": "gb18030",
    "BIG5": "big5",
    "KSX1001": "euc_kr",
    "WINDOWS1252": "cp1252",
    "CP1252": "cp1252",
    **{f"8859/{part}": f"iso8859-{part}" for part in (*range(1, 12), 13, 14, 15, 16)},
    **{f"ISO8859{part}": f"iso8859-{part}" for part in (*range(1, 12), 13, 14, 15, 16)},
}


def canonical(record: bytes) -> bytes | Problem:
    """A message with standard separators in UTF-8, or its problem; line ends are unchanged.

    Args:
        record: a message as received, from MSH on.
    """
    if b"\0" in record:
        return Problem("nul_byte", None, "expected text without NUL bytes")
    if not record.startswith(b"MSH"):
        return Problem("no_msh", "MSH", "MSH: expected in capitals at the start of a message")
    separators = _separators(record)
    if separators is None:
        detail = "MSH-1, MSH-2: expected a field separator and four or five others, all different"
        return Problem("bad_separators", "MSH-2", detail)
    codec = "utf-8"
    if not record.isascii() or _ISO_2022 in record:
        found = _codec(record, separators)
        if isinstance(found, Problem):
            return found
        codec = found
    try:
        text = record.decode(codec)
    except UnicodeDecodeError:
        detail = "MSH-18: expected text in the character set named there, or UTF-8 if none is"
        return Problem("bad_encoding", "MSH-18", detail)
    if separators != _STANDARD:
        text = _translated(text, separators)
    return text.encode("utf-8")


def _separators(record: bytes) -> str | None:
    """Field, component, repetition, escape and subcomponent separator, or None.

    A fifth character in MSH-2 marks truncated values (2.7) and is dropped.
    """
    mark = record[3:4]
    line = re.split(rb"[\r\n]", record[4:16], maxsplit=1)[0]
    others, end, _ = line.partition(mark) if mark else (b"", b"", b"")
    found = mark + others
    is_legal = all(33 <= byte < 127 and not chr(byte).isalnum() for byte in found)
    if not end or len(others) not in (4, 5) or not is_legal or len(set(found)) != len(found):
        return None
    return found[:5].decode("ascii")


def _codec(record: bytes, separators: str) -> str | Problem:
    line = re.split(rb"[\r\n]", record, maxsplit=1)[0]
    fields = line.split(separators[0].encode())
    named = fields[_CHARACTER_SET] if len(fields) > _CHARACTER_SET else b""
    name = named.split(separators[2].encode(), 1)[0].decode("ascii", "replace").strip().upper()
    codec = _CODECS.get(re.sub(r"[ _-]", "", name))
    if codec is None or _ISO_2022 in record:
        detail = "MSH-18: expected UNICODE UTF-8, 8859/1 to 8859/16, or another supported set"
        return Problem("unknown_character_set", "MSH-18", detail)
    return codec


def _translated(text: str, separators: str) -> str:
    """Replace a message's separators with the standard ones.

    A standard separator that is ordinary text in this message is escaped. An escape sequence for
    the message's own separator becomes that character, escaped again if it is a standard
    separator.
    """
    table = {ord(literal): escape for literal, escape in _ESCAPES.items()}
    table |= {ord(a): b for a, b in zip(separators, _STANDARD, strict=True)}
    own = dict(zip("FSRET", separators, strict=True))
    escape = re.escape(separators[3])
    header, body = text[:_HEADER], text[_HEADER:]
    parts = re.split(f"({escape}[^{escape}]{{1,100}}{escape})", body)
    for position, part in enumerate(parts):
        literal = own.get(part[1:-1]) if position % 2 else None
        parts[position] = _ESCAPES.get(literal, literal) if literal else part.translate(table)
    return header.translate(table) + "".join(parts)


def unescaped(text: str) -> str:
    r"""A value with its escape sequences resolved (2.7.1 to 2.7.7).

    Formatting (`\.br\`) and control characters become one blank; highlighting and local sequences
    are removed; hexadecimal bytes are UTF-8 or else Latin-1. Unknown sequences (`\C…\` and `\M…\`
    switch to unsupported sets) are kept unchanged.
    """
    return _CONTROL.sub(" ", _ESCAPED.sub(_literal, text)).strip()


def _literal(found: re.Match[str]) -> str:
    body = found[1]
    if body in _LITERALS:
        return _LITERALS[body]
    if body.startswith("."):
        return " "
    if body.startswith("Z"):
        return ""
    if body.startswith("X"):
        try:
            data = bytes.fromhex(body[1:])
        except ValueError:
            return found[0]
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            return data.decode("latin-1")
    return found[0]
