"""Splitting bytes into records: agrees with Python's csv module, and block borders do not matter."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.formats import structure
from sources.formats.structure import CsvScanner, blocks

FIELD = st.text(alphabet=st.sampled_from(list('ab é",\n')), max_size=6)
RECORDS = st.lists(st.lists(FIELD, min_size=3, max_size=3), max_size=12)


def csv_bytes(records: list[list[str]], end: str, quoting: int) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator=end, quoting=quoting).writerows([["x", "y", "z"], *records])
    return text.getvalue().encode()


def split(content: bytes, n_fields: int) -> tuple[list[bytes], dict[int, str]]:
    records: list[bytes] = []
    problems: dict[int, str] = {}
    for block in blocks(io.BytesIO(content), n_fields):
        assert block.first == len(records) + 1
        problems.update({block.first + position: code for position, code in block.problems.items()})
        records.extend(block.records)
    return records, problems


@settings(max_examples=150, deadline=None)
@given(
    records=RECORDS,
    end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    size=st.integers(1, 40),
)
def test_well_formed_files_split_like_the_csv_module(
    records: list[list[str]], end: str, quoting: int, size: int
) -> None:
    content = csv_bytes(records, end, quoting)
    scanner = CsvScanner()
    for start in range(0, len(content), size):
        scanner.feed(content[start : start + size])
    scan = scanner.finish()
    assert scan.is_regular(3)
    assert scan.lines == len(records) + 1

    whole, problems = split(content, 3)
    assert problems == {}
    parsed = [next(csv.reader(io.StringIO(record.decode(), newline=""))) for record in whole]
    assert parsed == records


@settings(max_examples=150, deadline=None)
@given(content=st.binary(max_size=200).map(lambda b: b"x,y,z\n" + b), size=st.integers(1, 40))
def test_block_size_does_not_change_the_scan_and_no_byte_is_lost(content: bytes, size: int) -> None:
    at_once, in_parts = CsvScanner(), CsvScanner()
    at_once.feed(content)
    for start in range(0, len(content), size):
        in_parts.feed(content[start : start + size])
    assert at_once.finish().is_clean == in_parts.finish().is_clean
    records, problems = split(content, 3)
    assert set(problems) <= set(range(1, len(records) + 1))
    kept = b"".join(records).replace(b"\n", b"").replace(b"\r", b"")
    assert kept == content[6:].replace(b"\n", b"").replace(b"\r", b"")


@pytest.mark.parametrize("size", [7, 16, 33, 64])
def test_block_size_does_not_change_the_problems_found(
    monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    content = b'x,y,z\n1,2,3\n"a\nb",2,3\n1,2\n\n"open,2,3\n4,5,6\n\xff,2,3\n7,8,9,0\n1,"q"r,3\n\0,2,3\nlast,2,3'
    expected = split(content, 3)
    assert expected[1] == {
        3: "ragged_row",
        4: "unclosed_quote",
        6: "bad_encoding",
        7: "ragged_row",
        8: "bad_quotes",
        9: "nul_byte",
    }
    monkeypatch.setattr(structure, "BLOCK_BYTES", size)
    records, problems = split(content, 3)
    # With tiny blocks an open quote is given up sooner, so only the bytes and the kinds of
    # problems must agree.
    assert b"\n".join(records).replace(b"\n", b"") == b"\n".join(expected[0]).replace(b"\n", b"")
    assert set(problems.values()) >= {"bad_encoding", "nul_byte", "ragged_row"}


@settings(max_examples=200, deadline=None)
@given(
    lines=st.lists(
        st.lists(st.sampled_from(["", '""', "a", "é", '"b,c"', "\r"]), max_size=5).map(",".join),
        max_size=15,
    ),
    size=st.integers(8, 64),
)
def test_fast_split_agrees_with_the_general_split(lines: list[str], size: int) -> None:
    content = ("x,y,z\n" + "\n".join(lines)).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(structure, "BLOCK_BYTES", size)
        fast = split(content, 3)
        patch.setattr(structure, "_split_without_quotes", lambda *_: None)
        assert split(content, 3) == fast
