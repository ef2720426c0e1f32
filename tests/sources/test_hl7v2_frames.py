"""HL7 v2 framing: each message is one record, however it is joined, framed or truncated."""

from __future__ import annotations

import io
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.formats import hl7v2_frames
from sources.formats.hl7v2_frames import Problem, messages
from sources.reasons import FileRefusedError

A = rb"MSH|^~\&|APP|H|||20250102||ADT^A01|1|P|2.5" + b"\rPID|1||7"
B = rb"MSH|^~\&|APP|H|||20250103||ADT^A03|2|P|2.5" + b"\rPID|1||8\rPV1|1|I"
BOM = b"\xef\xbb\xbf"


def cut(content: bytes, block_bytes: int | None = None) -> list[tuple[bytes, str | None]]:
    """Records with their reason codes."""
    return [
        (record, found.problems[position].reason_code if position in found.problems else None)
        for found in messages(io.BytesIO(content), block_bytes)
        for position, record in enumerate(found.records)
    ]


@pytest.mark.parametrize(
    "content",
    [
        A + b"\r" + B + b"\r",
        A + b"\r" + B,
        A + b"\n" + B + b"\n",
        A + b"\r\n" + B + b"\r\n",
        A + b"\r\r\n\n\r" + B,
        BOM + A + b"\r" + BOM + B + b"\r",
        A + B,
        A + BOM + B,
        b"\x0b" + A + b"\r\x1c\r" + b"\x0b" + B + b"\r\x1c\r",
        b"\x0b" + A + b"\r\x1c" + b"\x0b" + B + b"\x1c",
        b"\x0b\x1c\r\x0b" + A + b"\r\x1c\r\n" + A.replace(A, B) + b"\r\x1c\r",
        BOM + b"\x0b" + A + b"\x1c\r\x0b" + BOM + B + b"\x1c\r",
        b"\r\n  \r\n" + A + b"\r" + B + b"\r\r",
        b"FHS|^~\\&|X\rBHS|^~\\&|X\r" + A + b"\r" + B + b"\rBTS|2\rFTS|1\r",
        b"BHS|^~\\&|X\r\n" + A + b"\r\n" + B + b"\r\nBTS|2|note\r\n",
        b"FHS|^~\\&|X\r" + A + b"\r" + B + b"\rFTS|0\r",
        b"FHS|^~\\&|X\rBHS\r" + A + b"\rBTS|1\rBHS\r" + B + b"\rBTS\rFTS|2",
        b"FHS|\rBHS|\r" + A + b"\rBTS|1\rFTS|1\rFHS|\rBHS|\r" + B + b"\rBTS|1\rFTS|1\r",
    ],
)
@pytest.mark.parametrize("block_bytes", [None, 1, 5, 64])
def test_joined_framed_and_batched_messages_are_split(
    content: bytes, block_bytes: int | None
) -> None:
    assert cut(content, block_bytes) == [(A, None), (B, None)]


@pytest.mark.parametrize(
    ("content", "codes"),
    [
        (b"PID|1||7\r" + A, ["no_msh", None]),
        (A + b"\r\x1c\rPID|1\r\x0b" + B + b"\x1c", [None, "no_msh", None]),
        (b"BHS|\rEVN|A01\r" + A + b"\rBTS|1\r", ["no_msh", None]),
        (b"BHS|\r" + A + b"\rBTS|1\rtrailing text\r" + B, [None, "no_msh", None]),
        (b"\x0b" + A + b"\r\x0b" + B + b"\x1c\r", ["truncated_message", None]),
        (b"\x0b" + A + b"\r", ["truncated_message"]),
        (b"BHS|\r" + A + b"\r" + B, [None, "truncated_message", "broken_envelope"]),
        (b"BHS|\r" + A + b"\r" + B + b"\r", [None, None, "broken_envelope"]),
        (b"FHS|\rBHS|\r" + A + b"\r", [None, "broken_envelope", "broken_envelope"]),
        (b"FHS|\rBHS|\r" + A + b"\rBTS|1\r", [None, "broken_envelope"]),
        (b"FHS|\rBHS|\r" + A + b"\rFTS|1\r", [None, "broken_envelope"]),
        (b"BHS|\r" + A + b"\rBHS|\r" + B + b"\rBTS|1", [None, "broken_envelope", None]),
        (b"FHS|\r" + A + b"\rFHS|\r" + B + b"\rFTS|0", [None, "broken_envelope", None]),
        (A + b"\rBTS|1\r", [None, "broken_envelope"]),
        (A + b"\rFTS|1\r", [None, "broken_envelope"]),
        (b"BHS|\r" + A + b"\rBTS|2\r", [None, "batch_count_mismatch"]),
        (b"BHS|\r" + A + b"\rBTS|x\r", [None, "batch_count_mismatch"]),
        (b"BHS|\r" + A + b"\rBTS|\xc2\xb2\r", [None, "batch_count_mismatch"]),
        (b"BHS|\r" + A + b"\rBTS|\xb9\r", [None, "batch_count_mismatch"]),
        (b"BHS|\r" + A + b"\rBTS|" + b"9" * 5000 + b"\r", [None, "batch_count_mismatch"]),
        (b"BHS|\r" + A + b"\rBTS|" + b"0" * 5000 + b"1\r", [None]),
        (b"FHS|\rBHS|\r" + A + b"\rBTS|1\rFTS|" + b"9" * 5000, [None, "batch_count_mismatch"]),
        (b"BHS#\r" + A + b"\rBTS#1#x\r", [None]),
        (b"FHS|\rBHS|\r" + A + b"\rBTS|1\rFTS|2\r", [None, "batch_count_mismatch"]),
        (b"BHS|\r" + A + b"\rBTS|1\rBHS|\r" + B + b"\rBTS|2", [None, None, "batch_count_mismatch"]),
        (b"BHS|\rmsh|a\rPID|1\r" + A + b"\rBTS|2", [None, None]),
    ],
)
@pytest.mark.parametrize("block_bytes", [None, 3])
def test_envelope_or_frame_error_is_a_record_with_a_reason(
    content: bytes, codes: list[str | None], block_bytes: int | None
) -> None:
    assert [code for _, code in cut(content, block_bytes)] == codes


def test_wrong_trailer_is_kept_and_states_what_may_be_missing() -> None:
    first, last = messages(io.BytesIO(b"BHS|\r" + A + b"\r" + B + b"\rBTS|97|x"))
    assert ([*first.records], last.records) == ([A, B], [b"BTS|97|x"])
    detail = "BTS-1 says 97 messages, 2 found: 95 messages may be missing in the batch"
    assert last.problems == {0: Problem("batch_count_mismatch", "BTS-1", detail)}


def test_text_that_resembles_a_header_does_not_split_a_message() -> None:
    for line in (b"OBX|1|TX|MSH|x", b"MSHX|1", b"ZMSH|", b"OBX|1|TX||MSH|^~\\x"):
        assert cut(A + b"\r" + line) == [(A + b"\r" + line, None)]


def test_header_truncated_by_the_end_of_the_file_is_a_record() -> None:
    assert cut(A + b"\rMSH") == [(A, None), (b"MSH", None)]
    assert cut(A + b"\rMSH", 1) == [(A, None), (b"MSH", None)]


def test_control_byte_inside_a_field_does_not_split_a_message() -> None:
    record = A + b"\rNTE|1|a\tMSH|b\x1eMSH|c"
    assert cut(record) == [(record, None)]


def test_too_long_message_is_one_reject_and_later_messages_are_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hl7v2_frames, "MAX_MESSAGE_BYTES", 1000)
    monkeypatch.setattr(hl7v2_frames, "KEPT_BYTES", 20)
    fits, long = A + b"x" * (1000 - len(A)), A + b"x" * (1001 - len(A))
    for size in (None, 1, 100, 999):
        content = fits + b"\r" + long + b"\r" + B + b"\rZZZ|" + b"y" * 5000 + b"\r" + A + b"\r"
        assert [(len(record), code) for record, code in cut(content, size)] == [
            (1000, None),
            (20, "record_too_long"),
            (20, "record_too_long"),
            (len(A), None),
        ]
        stray = b"EVN|" + b"z" * 5000 + b"\r"
        assert [code for _, code in cut(stray + A, size)] == ["no_msh", None]


def test_buffer_is_bounded_by_block_and_message_size(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hl7v2_frames, "MAX_MESSAGE_BYTES", 2000)
    sizes = []
    split = hl7v2_frames._Framer.split

    def spied(self, buffer, *, is_last):
        sizes.append(len(buffer))
        return split(self, buffer, is_last=is_last)

    monkeypatch.setattr(hl7v2_frames._Framer, "split", spied)
    cut(b"\r".join([A, B] * 3000) + b"\rZZZ|" + b"y" * 100_000 + b"\r" + A, 4000)
    assert max(sizes) <= 4000 + 2000 + 16


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\r\n \n", "empty_file"),
        (BOM, "empty_file"),
        (b"\x0b\x1c\r", "empty_file"),
        (A.decode().encode("utf-16"), "bad_encoding"),
        (A.decode().encode("utf-16-le"), "bad_encoding"),
        (A.decode().encode("utf-16-be"), "bad_encoding"),
        (b"client_id,name\n1,x\n", "not_hl7v2"),
        (b"PK\x03\x04....", "not_hl7v2"),
        (b'{"resourceType": "Patient"}', "not_hl7v2"),
        (b"ISA*00*          ~", "not_hl7v2"),
        (b"EVENT|PIDX|\nMSHX|", "not_hl7v2"),
    ],
)
def test_file_without_any_hl7_segment_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(FileRefusedError) as refused:
        cut(content)
    assert refused.value.code == code


def test_empty_batch_is_valid() -> None:
    assert cut(b"FHS|\rBHS|\rBTS|0\rFTS|1\r") == []


ENVELOPES = (b"BHS|\r", b"BTS|1\r", b"FHS|\r", b"FTS|1\r")
OTHERS = (b"\r", b"\n", b"\r\n", b"\x0b", b"\x1c", BOM, b"MSH", b"msh|x\r", b"PV1|1\r", b"x", b" ")
PIECES = st.lists(st.sampled_from((A, B, *ENVELOPES, *OTHERS)), max_size=12)


@settings(deadline=None)
@given(PIECES, st.integers(1, 60))
def test_block_size_does_not_change_the_records(pieces: list[bytes], size: int) -> None:
    content = A + b"\r" + b"".join(pieces)
    assert cut(content, size) == cut(content)


@settings(deadline=None)
@given(PIECES)
def test_every_byte_is_in_a_record_frame_envelope_or_blank(pieces: list[bytes]) -> None:
    content = b"".join([A, b"\r", *pieces])
    wrong = ("broken_envelope", "batch_count_mismatch")
    records = [record for record, code in cut(content) if code not in wrong]
    position, left = 0, []
    for record in records:
        found = content.index(record, position)
        left.append(content[position:found])
        position = found + len(record)
    rest = b"".join([*left, content[position:]])
    for known in (b"BHS|", b"BTS|1", b"FHS|", b"FTS|1", BOM):
        rest = rest.replace(known, b"")
    assert rest.strip(b"\r\n\x0b\x1c ") == b""


@settings(deadline=None)
@given(st.lists(st.sampled_from([b"\r", b"\n", b"\r\n"]), min_size=6, max_size=6))
def test_mixed_line_ends_are_accepted(ends: list[bytes]) -> None:
    lines = (A + b"\r" + B).split(b"\r")
    content = b"".join(line + end for line, end in zip(lines, ends, strict=False))
    assert [len(record.split()) for record, _ in cut(content)] == [2, 3]
    assert all(a <= b for a, b in pairwise(len(r) for r, _ in cut(content)))
