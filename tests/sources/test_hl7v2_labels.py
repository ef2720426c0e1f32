"""Labels in HL7 v2 messages: access restrictions (ARV) and consents (CON)."""

from __future__ import annotations

import pytest
from test_hl7v2_fields import HEAD, PID, row

from sources.formats.hl7v2_fields import read_fields
from sources.formats.hl7v2_lines import MessageText


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        ([b"ARV|1|A|PSY^Psychiatric^HL70717|REG^Regulatory^HL70719"], "PSY~REG"),
        ([b"ARV|1||HIV~ETH|DIA~PAT"], "HIV~ETH~DIA~PAT"),
        ([b"ARV|1|A|LOCAL^Own code^L^SDV^^HL7"], "LOCAL~SDV"),
        ([b"ARV|1|A|ETH", b"ARV|2|A|PSY", b"ARV|3|A|ETH"], "ETH~PSY"),
        ([b"ARV|1|D|ETH", b"ARV|2|U|PSY"], "PSY"),
        ([b"ARV|1|D|ETH"], None),
        ([b"ARV|1|A|the patient asked&not to^text|~^|free text"], None),
        ([b'ARV|1|A|""'], None),
        ([b"ARV|1|A"], None),
        ([b"ARV"], None),
        ([], None),
    ],
)  # fmt: skip
def test_access_restrictions_are_listed_unless_deleted(
    segments: list[bytes], expected: str | None
) -> None:
    assert row(*segments).get("access_restrictions") == expected


def consent(type_: bytes, status: bytes, level: bytes = b"") -> bytes:
    """A CON segment with its type, status and disclosure level."""
    return b"CON|1|" + type_ + b"|" * 9 + status + b"|" * 10 + level


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        ([consent(b"001^Release^HL70496", b"R^Refused^HL70498", b"N")], "001^R^N"),
        ([consent(b"001", b"A"), consent(b"079", b"X")], "001^A^~079^X^"),
        ([consent(b"", b"A")], "^A^"),
        ([b"CON|1||FORM|7|Text of the consent"], None),
        ([], None),
    ],
)
def test_consents_are_listed_without_their_text(
    segments: list[bytes], expected: str | None
) -> None:
    assert row(*segments).get("consents") == expected


def test_restrictions_belong_to_their_own_message() -> None:
    plain, labelled = b"\r".join((HEAD, PID)), b"\r".join((HEAD, PID, b"ARV|1|A|ETH"))
    signed = b"\r".join((HEAD, PID, consent(b"001", b"R")))
    frame, problems = read_fields(MessageText.of([plain, labelled, signed, plain]))
    assert not problems
    assert frame["access_restrictions"].to_list() == [None, "ETH", None, None]
    assert frame["consents"].to_list() == [None, None, "001^R^", None]
