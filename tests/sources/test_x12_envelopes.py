"""X12 envelopes: a broken transaction is rejected with a reason and does not affect the others."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from x12_builder import (
    INSTITUTIONAL,
    Read,
    Sender,
    claim,
    claims,
    paid,
    read,
    remittance,
    transaction,
)

from sources.formats import x12_pieces, x12_segments
from sources.reasons import FileRefusedError

FIRST, SECOND = claims(claim("A"), claim("B")), claims(claim("C"), number="0002")


@pytest.mark.parametrize(
    ("sep", "end"),
    [
        ("*:^~", ""),
        ("*:^~", "\n"),
        ("*:^~", "\r\n"),
        ("|<>\\", "\r\n\r\n"),
        ("*:^\n", ""),
        ("*:^\r", ""),
        ("*:^\r", "\n"),
        ("*:^~", "\n   "),
        ("\x1d\x1f\x1e\x1c", ""),
        ("+>!'", "\n"),
        ("*|^~", ""),
        ("^*:~", ""),
    ],
)
def test_separators_and_line_ends_do_not_change_the_rows(
    tmp_path: Path, sep: str, end: str
) -> None:
    plain = read(Sender().interchange([FIRST, SECOND]), tmp_path)
    other = read(Sender(sep, end).interchange([FIRST, SECOND]), tmp_path)
    assert plain.ids() == ["A", "B", "C"]
    assert other.rows["claim"].equals(plain.rows["claim"])
    assert other.rows["claim_line"].equals(plain.rows["claim_line"])
    assert other.rejects == {}


def test_line_breaks_every_80_bytes_are_ignored(tmp_path: Path) -> None:
    content = Sender().interchange([FIRST])
    broken = "\r\n".join(content[n : n + 80] for n in range(0, len(content), 80))
    assert read(broken, tmp_path).rows["claim"].equals(read(content, tmp_path).rows["claim"])


def test_interchanges_with_different_separators_groups_and_kinds(tmp_path: Path) -> None:
    content = (
        Sender().interchange([FIRST], [SECOND, remittance(paid("A"))])
        + "\n\n"
        + Sender("|>!\n").interchange([claims(claim("D"))], control=2)
        + Sender("+<%'", "\r\n").interchange([remittance(paid("B"))], control=3)
        + "\x1a"
    )
    found = read(content, tmp_path)
    assert (found.ids(), found.ids("remittance")) == (["A", "B", "C", "D"], ["A", "B"])
    assert found.rows["claim"]["_source_row"].to_list() == [1, 2, 3, 4]
    assert found.rows["claim_line"]["claim_row"].to_list() == [1, 2, 3, 4]
    assert found.rejects == {}


def broken(first: list[str], **envelope: str) -> str:
    return Sender().interchange([first, SECOND], **envelope)


@pytest.mark.parametrize(
    ("content", "reasons", "kept"),
    [
        (broken([*FIRST[:-1], "SE*9*0001"]), ["envelope_count_mismatch"], ["A", "B", "C"]),
        (broken([*FIRST[:-2], FIRST[-1]]), ["envelope_count_mismatch"], ["A", "B", "C"]),
        (
            broken([*FIRST[:-1], f"SE*{len(FIRST)}*0009"]),
            ["control_number_mismatch"],
            ["A", "B", "C"],
        ),
        (broken([*FIRST[:-1], f"SE*{len(FIRST)}*1"]), [], ["A", "B", "C"]),
        (broken([*FIRST[:-1], f"SE*000{len(FIRST)}*0001"]), [], ["A", "B", "C"]),
        (
            broken([*FIRST[:-1], f"SE*{'9' * 5000}*0001"]),
            ["envelope_count_mismatch"],
            ["A", "B", "C"],
        ),
        (broken([*FIRST[:-1], "SE*²*0001"]), ["envelope_count_mismatch"], ["A", "B", "C"]),
        (broken([*FIRST[:-1], f"SE*{len(FIRST)}*²"]), ["control_number_mismatch"], ["A", "B", "C"]),
        (broken([*FIRST[:-1], "SE*٣٤*٠٠٠١"]), ["control_number_mismatch"], ["A", "B", "C"]),
        (broken([*FIRST[:-1], "SE"]), ["control_number_mismatch"], ["A", "B", "C"]),
        (broken(FIRST[:-1]), ["truncated_transaction"] * 2, ["C"]),
        (broken(["ST*837*1*005010X222A1", "SE*2*1"]), [], ["C"]),
        (broken(FIRST, trailer="IEA*2*000000001"), ["envelope_count_mismatch"], ["A", "B", "C"]),
        (broken(FIRST, trailer="IEA*1*000000002"), ["control_number_mismatch"], ["A", "B", "C"]),
        (
            broken(FIRST, trailer=f"IEA*{'1' * 5000}*{'2' * 5000}"),
            ["control_number_mismatch"],
            ["A", "B", "C"],
        ),
        (broken(FIRST).replace("GE*2*1", "GE*3*1"), ["envelope_count_mismatch"], ["A", "B", "C"]),
        (broken(FIRST).replace("GE*2*1", "GE*²*1"), ["envelope_count_mismatch"], ["A", "B", "C"]),
        (broken(FIRST).replace("GE*2*1", "GE*2*7"), ["control_number_mismatch"], ["A", "B", "C"]),
        (
            broken(FIRST).replace("GS*HC*S*R*20250131*1147*1*X*005010~", ""),
            ["stray_segment", "envelope_count_mismatch"],
            ["A", "B", "C"],
        ),
        (broken(FIRST).replace("GE*2*1~", ""), ["broken_envelope"], ["A", "B", "C"]),
        (broken(FIRST).replace("IEA*1*000000001~", ""), ["broken_envelope"], ["A", "B", "C"]),
        (broken(FIRST).replace("DTP*", "dtp*", 1), ["bad_segment"] * 2, ["C"]),
        (broken(FIRST).replace("N3*5 OAK", "N3*5 \0OAK", 1), ["nul_byte"] * 2, ["C"]),
        (broken([*FIRST, "N3*LOST", "N4*LOST"]), ["stray_segment"], ["A", "B", "C"]),
        (broken([*FIRST, "SE*2*1"]), ["stray_segment"], ["A", "B", "C"]),
        (broken(["TA1*1*250131*1147*A*000", *FIRST]), ["unknown_transaction_set"], ["A", "B", "C"]),
        (
            broken(["ST*999*1*005010X231A1", "AK1*HC*1", "SE*3*1"]),
            ["unknown_transaction_set"],
            ["C"],
        ),
        (broken(transaction("004010X098A1", claim("A"))), ["unknown_guide"], ["C"]),
        (broken(transaction("005010X224A2", claim("A"))), ["unknown_guide"], ["C"]),
    ],
)
def test_envelope_error_is_rejected_and_other_transactions_are_loaded(
    tmp_path: Path, content: str, reasons: list[str], kept: list[str]
) -> None:
    found = read(content, tmp_path)
    assert [reason for _, reason in found.reasons()] == reasons
    assert found.ids() == kept
    numbers = {row for row, _ in found.reasons()} | set(found.rows["claim"]["_source_row"])
    assert numbers == set(range(1, len(reasons) + len(kept) + 1))
    assert "remittance" not in found.rows


def test_wrong_count_in_an_835_is_rejected_among_the_remittances(tmp_path: Path) -> None:
    bad = [*remittance(paid("A"), paid("B"))[:-1], "SE*1*0001"]
    found = read(Sender().interchange([bad, remittance(paid("C"), number="2")]), tmp_path)
    assert found.reasons("remittance") == [(3, "envelope_count_mismatch")]
    assert found.ids("remittance") == ["A", "B", "C"]
    assert found.rows["remittance"]["_source_row"].to_list() == [1, 2, 4]
    assert found.rows["remittance_line"]["remittance_row"].to_list() == [1, 2, 4]
    assert "claim" not in found.rejects


def test_truncated_835_rejects_its_claim_payments(tmp_path: Path) -> None:
    bad = remittance(paid("A"), paid("B"))[:-1]
    found = read(Sender().interchange([bad, remittance(paid("C"), number="2")]), tmp_path)
    assert found.reasons("remittance") == [
        (1, "truncated_transaction"),
        (2, "truncated_transaction"),
    ]
    assert (found.ids("remittance"), found.ids("remittance_line")) == (["C"], ["C"])
    line = found.rejects["remittance"]["line"][0]
    assert line.startswith(b"CLP*A*1*")
    assert line.endswith(b"DTM*472*20250110~")


@pytest.mark.parametrize(
    ("stated", "detail"),
    [
        (42, "SE01 says 42 segments, {n} found: {more} segments may be missing in the transaction"),
        (5, ("SE01 says 5 segments, {n} found: {less} segments more than expected, so the "
             "transaction may contain some of another one")),
        ("", "SE01 gives no usable count, {n} segments found: some may be missing in the transaction"),
    ],
)  # fmt: skip
def test_wrong_trailer_states_what_may_be_missing(
    tmp_path: Path, stated: int | str, detail: str
) -> None:
    content = Sender("|>^\n").interchange([[*FIRST[:-1], f"SE*{stated}*0001"]])
    reject = read(content, tmp_path).rejects["claim"].row(0, named=True)
    n = len(FIRST)
    expected = detail.format(n=n, more=42 - n, less=n - 5)
    assert (reject["column_name"], reject["detail"]) == ("SE01", expected)
    assert reject["line"] == f"SE|{stated}|0001\n".encode()


def test_reject_keeps_the_original_segments(tmp_path: Path) -> None:
    content = Sender("|>^\n").interchange([FIRST[:-1]])
    reject = read(content, tmp_path).rejects["claim"].row(0, named=True)
    assert (reject["column_name"], reject["detail"]) == (
        "SE",
        "expected SE at the end of the transaction",
    )
    assert reject["line"].startswith(b"CLM|A|100|||11>B>1|Y")
    assert reject["line"].endswith(b"20250110\n")


def test_reject_of_another_transaction_set_keeps_only_its_first_segment(tmp_path: Path) -> None:
    other = ["ST*277*1*005010X214", "NM1*QC*1*SECRET", "SE*3*1"]
    found = read(Sender().interchange([other]), tmp_path)
    assert found.rejects["claim"]["line"].to_list() == [b"ST*277*1*005010X214~"]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_truncated_file_loses_only_the_missing_transactions(
    tmp_path: Path, data: st.DataObject
) -> None:
    content = Sender(end="\n").interchange([FIRST, SECOND])
    end = data.draw(st.integers(110, len(content)), label="bytes")
    found = read(content[:end], tmp_path)
    complete = ["A", "B"] if end > content.index("SE*") + 9 else []
    complete += ["C"] if end > content.rindex("SE*") + 9 else []
    is_near = any(0 <= end - content.index(s) <= 10 for s in ("SE*", "ST*837*0002")) or (
        0 <= end - content.rindex("SE*") <= 10
    )
    assert is_near or found.ids() == complete
    assert set(found.ids()) <= {"A", "B", "C"}
    reasons = {reason for _, reason in found.reasons()}
    assert reasons <= {
        "truncated_transaction",
        "broken_envelope",
        "bad_segment",
        "stray_segment",
        "unknown_guide",
        "unknown_transaction_set",
    }
    assert reasons or end >= content.index("IEA*") + 15


@pytest.mark.parametrize(("size", "piece"), [(1, 900), (7, 1), (100, 300), (1000, 600), (4000, 1)])
@pytest.mark.parametrize("is_cut", [False, True])
def test_block_and_piece_size_do_not_change_the_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, piece: int, is_cut: bool
) -> None:
    many = [claim(f"N{n}", "1", "REF*D9*7") for n in range(3)]
    content = Sender(end="\n").interchange(
        [FIRST, claims(*many, number="5"), ["ST*999*1", "SE*2*1"], SECOND],
        [remittance(*(paid(f"P{n}") for n in range(3)), ["PLB*1*20251231*WO:X*5*L6*-1"])],
        [claims(claim("I"), guide=INSTITUTIONAL, number="8")],
    )[: -90 if is_cut else None]  # fmt: skip
    expected = read(content, tmp_path)
    assert len(expected.ids()) == (6 if is_cut else 7)
    monkeypatch.setattr(x12_segments, "BLOCK_BYTES", size)
    monkeypatch.setattr(x12_pieces, "PIECE_BYTES", piece)
    same(read(content, tmp_path), expected)


def same(found: Read, expected: Read) -> None:
    assert found.rows.keys() == expected.rows.keys()
    for table in found.rows:
        assert found.rows[table].equals(expected.rows[table]), table
        assert found.reasons(table) == expected.reasons(table)


def test_segment_without_an_end_rejects_only_its_transaction(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(x12_segments, "MAX_SEGMENT_BYTES", 2000)
    monkeypatch.setattr(x12_segments, "KEPT_BYTES", 100)
    monkeypatch.setattr(x12_segments, "BLOCK_BYTES", 700)
    long = [*FIRST[:-1], "NTE*ADD*" + "x" * 9000, FIRST[-1]]
    found = read(Sender().interchange([long, SECOND]), tmp_path)
    assert {reason for _, reason in found.reasons()} == {"record_too_long"}
    assert found.ids() == ["C"]


def test_file_appended_to_a_truncated_one_is_read(tmp_path: Path) -> None:
    complete = Sender().interchange([FIRST])
    found = read(
        complete[: complete.index("DTP*")] + Sender("|>!'").interchange([SECOND]), tmp_path
    )
    assert found.ids() == ["C"]
    assert "truncated_transaction" in {reason for _, reason in found.reasons()}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\r\n \n", "empty_file"),
        (Sender().interchange([FIRST]).encode("utf-16"), "bad_encoding"),
        (b"claim_id,amount\n1,2\n" * 20, "not_x12"),
        (b"ISA*00*          *00*~", "not_x12"),
        (b"MSH|^~\\&|x", "not_x12"),
        (Sender("***~").interchange([FIRST]).encode(), "not_x12"),
    ],
)
def test_file_that_is_not_x12_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    with pytest.raises(FileRefusedError) as refused:
        read(content, tmp_path)
    assert refused.value.code == code


def test_interchange_without_transactions_has_no_records(tmp_path: Path) -> None:
    found = read(Sender().interchange(), tmp_path)
    assert (found.ids(), found.reasons()) == ([], [])
