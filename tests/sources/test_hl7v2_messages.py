"""HL7 v2 files: each message is loaded or rejected with a reason, kept as received, and counted."""

from __future__ import annotations

import datetime as dt
import gzip
import tracemalloc
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from sources.contract import SOURCES, load_contract
from sources.formats import hl7v2_frames
from sources.formats.hl7v2 import read_hl7v2
from sources.formats.hl7v2_fields import FIELD_OF_COLUMN
from sources.ingest import ingest
from sources.raw_zone import RawZone
from sources.reasons import ROW_REASONS

CONTRACT = load_contract(SOURCES / "adt" / "contract.yml")
TABLES = CONTRACT.record_tables

ZONE = "America/New_York"
HEAD = rb"MSH|^~\&|APP|HOSP|||20250102030405||ADT^A01|C1|P|2.5.1"
PID = b"PID|1||7^^^H^MR||RUIZ^ANA||19800102|F"
GOOD = b"\r".join((HEAD, PID))
SECRET = "XQZ"


@dataclass(frozen=True)
class Read:
    """The result of reading a file."""

    rows: pl.DataFrame
    rejects: pl.DataFrame
    rows_in: int

    @property
    def codes(self) -> list[str]:
        return self.rejects["reason_code"].to_list() if self.rejects.height else []


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Read]:
    def land(content: bytes, first_row: int = 1) -> Read:
        path = tmp_path / "adt.hl7"
        path.write_bytes(content)
        first = {"message": first_row}
        found = read_hl7v2(path, TABLES, ZONE, "b1", tmp_path / "out", first)["message"]
        assert found.rows_in == found.rows_loaded + found.rows_rejected
        rows = pl.concat([pl.read_parquet(file) for file in found.typed], how="diagonal")
        rejects = pl.read_parquet(found.rejects) if found.rejects else pl.DataFrame()
        assert (rows.height, rejects.height) == (found.rows_loaded, found.rows_rejected)
        return Read(rows, rejects, found.rows_in)

    return land


def with_set(name: bytes, value: bytes, head: bytes = HEAD) -> bytes:
    """A message that names a character set in MSH-18."""
    return head + b"||||||" + name + b"\rPID|1||7||" + value


def test_contract_has_exactly_the_columns_that_are_read() -> None:
    assert {column.name for column in TABLES["message"].columns} == set(FIELD_OF_COLUMN)


@pytest.mark.parametrize("between", [b"", b"\r", b"\n\r\n\r\n"])
def test_text_between_messages_does_not_change_the_rows(read, between: bytes) -> None:
    records = [GOOD.replace(b"|C1|", b"|C%d|" % n) for n in range(3)]
    found = read(between.join(records))
    assert found.codes == []
    assert found.rows["message_control_id"].to_list() == ["C0", "C1", "C2"]
    assert found.rows["sex"].to_list() == ["F"] * 3


def test_values_are_typed(read) -> None:
    found = read(
        GOOD + b"|||||||||||||||||||||20250101|Y\rPV1|1|I" + b"|" * 42 + b"20250309023000\r"
    )
    row = found.rows.row(0, named=True)
    utc = dt.UTC
    assert row["message_at"] == dt.datetime(2025, 1, 2, 8, 4, 5, tzinfo=utc)
    assert row["message_at_precision"] == "time"
    assert row["birth_date"] == dt.date(1980, 1, 2)
    assert row["death_at"] == dt.datetime(2025, 1, 1, 5, tzinfo=utc)
    assert row["death_at_precision"] == "date"
    assert row["is_deceased"] is True
    # 02:30 was skipped that day: the earlier of the two possible instants.
    assert row["admitted_at"] == dt.datetime(2025, 3, 9, 6, 30, tzinfo=utc)
    assert (row["_batch_id"], row["_source_row"]) == ("b1", 1)


@pytest.mark.parametrize(
    ("message", "code", "location"),
    [
        (b"msh" + GOOD[3:], "no_msh", "MSH"),
        (b"MSH|^~\\\rPID|1||7", "bad_separators", "MSH-2"),
        (HEAD.replace(b"|C1|", b"||") + b"\r" + PID, "missing_required", "message_control_id"),
        (HEAD.replace(b"ADT^A01", b"") + b"\r" + PID, "missing_required", "message_type"),
        (HEAD.replace(b"^A01", b"") + b"\r" + PID, "missing_required", "trigger_event"),
        (HEAD.replace(b"ADT^A01", b"ORU^R01") + b"\r" + PID, "value_not_allowed", "message_type"),
        (HEAD.replace(b"^A01", b"^a1") + b"\r" + PID, "pattern_mismatch", "trigger_event"),
        (HEAD.replace(b"20250102030405", b"202501020304XQZ") + b"\r" + PID, "bad_timestamp", "message_at"),
        (HEAD + b"\rPID|1||7||||1980XQZ", "bad_date", "birth_date"),
        (HEAD + b"\rPID|1||7||||17770102", "out_of_range", "birth_date"),
        (GOOD + b"|" * 22 + b"XQZ", "bad_boolean", "is_deceased"),
        (GOOD + b"\rSCH|1||||||||1E3", "bad_decimal", "appointment_duration"),
        (HEAD, "missing_segment", "PID"),
        (HEAD + b"\rEVN|A01", "missing_segment", "PID"),
        (GOOD + b"\r" + PID, "repeated_segment", "PID"),
        (GOOD + b"\rMRG|8\rMRG|9", "repeated_segment", "MRG"),
        (GOOD + b"\rPV1|1\rPV1|2", "repeated_segment", "PV1"),
        (GOOD + b"\rPV", "bad_segment", None),
        (GOOD + b"\rpv1|1|I", "bad_segment", None),
        (GOOD + b"\rPV1^1|I", "bad_segment", None),
        (GOOD + b"\rV1|1|I", "bad_segment", None),
        (GOOD + b"\rXQZ went on in the next line", "bad_segment", None),
        (GOOD + b"\rOBX|1\rpv1|1|I", "bad_segment", None),
        (GOOD + b"\rOBX|1\rPV1#1#I", "bad_segment", None),
        (GOOD + b"\rNTE|1||X\0QZ", "nul_byte", None),
        (with_set(b"", b"Mu\xf1oz"), "bad_encoding", "MSH-18"),
        (with_set(b"UNICODE UTF-8", b"Mu\xf1oz"), "bad_encoding", "MSH-18"),
        (with_set(b"XQZ 5", b"Mu\xc3\xb1oz"), "unknown_character_set", "MSH-18"),
        (with_set(b"", b"\x1b$B%5%H\x1b(B"), "unknown_character_set", "MSH-18"),
        (with_set(b"ISO IR87", b"\x1b$B%5%H\x1b(B"), "unknown_character_set", "MSH-18"),
    ],
)  # fmt: skip
def test_invalid_message_is_rejected_alone(
    read, message: bytes, code: str, location: str | None
) -> None:
    found = read(GOOD + b"\r" + message + b"\r" + GOOD + b"\r")
    assert found.rows["_source_row"].to_list() == [1, 3]
    (reject,) = found.rejects.rows(named=True)
    assert (reject["_source_row"], reject["reason_code"], reject["column_name"]) == (
        2,
        code,
        location,
    )
    assert reject["line"] == (message if b"ORU" not in message else message.split(b"\r")[0])
    assert code in ROW_REASONS
    assert "expected" in reject["detail"]
    assert SECRET not in reject["detail"]


def test_reject_detail_names_the_hl7_field(read) -> None:
    found = read(HEAD + b"\rPID|1||7||||1980-13\r")
    assert found.rejects["detail"].to_list() == [
        "PID-7 birth_date: expected a date written YYYYMMDD"
    ]


def test_broken_lines_in_an_unread_segment_are_accepted(read) -> None:
    found = read(GOOD + b"\nOBX|1|TX||first line\nsecond line\n  third | line\n\n \nPV1|1|I\n")
    assert found.rows["patient_class"].to_list() == ["I"]


def test_reject_of_another_message_type_keeps_only_its_header(read) -> None:
    note = HEAD.replace(b"ADT^A01", b"MDM^T02") + b"\n" + PID + b"\nOBX|1|TX|||secret note\r\n"
    for message in (note, note + b"PV"):
        assert read(message).rejects["line"].to_list() == [note.split(b"\n")[0]]


def test_free_text_and_social_security_numbers_are_not_loaded(read) -> None:
    found = read(
        HEAD + b"\rPID|1||7^^^H^MR~987-65-4321^^^USSSA^SS" + b"|" * 16 + b"987654321"
        b"\rPV1|1|I" + b"|" * 34 + b"sad and alone"
        b"\rPV2|||wants to die^wants to die\rDG1|1||sad today^sad today|sad today\rNTE|1||sad today\r"
    )
    text = found.rows.write_json()
    assert not any(part in text for part in ("sad", "die", "987"))


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        (b"", "Muñoz".encode(), "Muñoz"),
        (b"UNICODE UTF-8", "Muñoz".encode(), "Muñoz"),
        (b"8859/1", b"Mu\xf1oz", "Muñoz"),
        (b"8859/1~UNICODE UTF-8", b"Mu\xf1oz", "Muñoz"),
        (b"ISO-8859-1", b"Mu\xf1oz", "Muñoz"),
        (b"8859/15", b"\xa4", "€"),
        (b"WINDOWS-1252", b"O\x92Neil", "O’Neil"),
        (b"GB 18030-2000", "张|".replace("|", "").encode("gb18030"), "张"),
        (b"BIG-5", "功".encode("big5"), "功"),
        (b"no such set", b"MUNOZ", "MUNOZ"),
    ],
)
def test_character_sets_are_decoded(read, name: bytes, value: bytes, expected: str) -> None:
    found = read(with_set(name, value) + b"^ANA\r" + with_set(b"", "Ñ".encode()) + b"\r")
    assert found.rows["last_name"].to_list() == [expected, "Ñ"]
    assert found.rows["first_name"].to_list() == ["ANA", None]


def test_multibyte_character_with_a_separator_byte_is_not_split(read) -> None:
    # The second byte is the escape character (5C) in ASCII.
    for character in "功許":
        assert {0x5C} & set(character.encode("big5"))
        assert read(with_set(b"BIG-5", character.encode("big5"))).rows["last_name"].to_list() == [
            character
        ]


def test_messages_with_different_separators_in_one_file(read) -> None:
    other = GOOD.translate(bytes.maketrans(b"|^~\\&", b"#@*!%"))
    found = read(b"\r".join([GOOD, other, GOOD, other]))
    assert found.rows.drop("_source_row").n_unique() == 1
    assert found.rows["_source_row"].to_list() == [1, 2, 3, 4]


def test_standard_separator_is_text_in_a_message_with_other_separators(read) -> None:
    found = read(
        rb"MSH#@*!%#APP#HOSP###20250102##ADT@A01#C1#P#2.5" + b"\rPID#1##7##R|^~\\&!F!@ANA\r"
    )
    assert found.rows["last_name"].to_list() == ["R|^~\\&#"]
    assert found.rows["first_name"].to_list() == ["ANA"]


def test_three_megabyte_segment_is_read(read) -> None:
    found = read(GOOD + b"\rOBX|1|ED|||" + b"A" * (3 << 20) + b"\rPV1|1|I\r" + GOOD)
    assert found.rows["patient_class"].to_list() == ["I", None]


def test_block_size_does_not_change_a_thousand_messages(read, monkeypatch) -> None:
    content = b"".join(
        HEAD.replace(b"C1", b"C%d" % n) + b"\r" + (PID if n % 10 else b"PV") + b"\r"
        for n in range(1, 1001)
    )
    found = read(content)
    assert (found.rows.height, found.codes) == (900, ["bad_segment"] * 100)
    assert found.rejects["_source_row"].to_list() == list(range(10, 1001, 10))
    monkeypatch.setattr(hl7v2_frames, "BLOCK_BYTES", 9000)
    again = read(content)
    assert again.rows.equals(found.rows)
    assert again.rejects.equals(found.rejects)


def test_messages_of_a_batch_with_a_wrong_count_are_loaded(read) -> None:
    found = read(b"BHS|^~\\&\r" + GOOD + b"\r" + GOOD + b"\rBTS|3\r")
    assert found.rows["_source_row"].to_list() == [1, 2]
    assert found.codes == ["batch_count_mismatch"]
    assert found.rejects["line"].to_list() == [b"BTS|3"]


def test_file_without_a_valid_message_yields_an_empty_table(read) -> None:
    for content in (b"FHS|\rBHS|\rBTS|0\rFTS|1\r", HEAD + b"\r"):
        found = read(content)
        assert found.rows.height == 0
        assert {"message_at", "diagnosis_code_10", "nulled_columns"} <= set(found.rows.columns)


def test_record_numbers_continue_after_another_file(read) -> None:
    found = read(GOOD + b"\rMSH|x\r" + GOOD, first_row=11)
    assert found.rows["_source_row"].to_list() == [11, 13]
    assert found.rejects["_source_row"].to_list() == [12]


def test_memory_does_not_grow_with_the_file(read, monkeypatch) -> None:
    monkeypatch.setattr(hl7v2_frames, "BLOCK_BYTES", 1 << 16)
    peaks = []
    for count in (2_000, 20_000):
        content = (GOOD + b"\r") * count
        tracemalloc.start()
        read(content)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + (1 << 20)


def test_files_are_ingested_under_any_name_compressed_or_not(tmp_path: Path) -> None:
    folder = tmp_path / "landing" / "adt" / "2025-01-03"
    folder.mkdir(parents=True)
    (folder / "event_feed.HL7").write_bytes(GOOD + b"\rPV\r")
    (folder / "a.hl7.gz").write_bytes(gzip.compress(GOOD + b"\r" + GOOD))
    with zipfile.ZipFile(folder / "b.zip", "w") as archive:
        archive.writestr("1.hl7", GOOD + b"\rPV1|1|I")
        archive.writestr("2.hl7", GOOD + b"\rPV1|1|E")
    (folder / "broken.hl7").write_bytes(b"client_id,name\n")
    seen = dt.datetime(2025, 6, 1, tzinfo=dt.UTC)
    known = {"adt": CONTRACT}
    report = ingest(
        tmp_path / "landing", tmp_path / "raw", "America/New_York", seen, contracts=known
    )
    assert {
        Path(file.path).name: (file.outcome, file.rows_in, file.rows_loaded, file.reason_code)
        for file in report.files
    } == {
        "event_feed.HL7": ("loaded", 1, 0, None),
        "a.hl7.gz": ("loaded", 2, 2, None),
        "b.zip": ("loaded", 2, 2, None),
        "broken.hl7": ("refused", 0, 0, "not_hl7v2"),
    }
    files = RawZone(tmp_path / "raw", known).files("adt", "message")[1:]
    rows = pl.concat([pl.read_parquet(file) for file in files], how="diagonal")
    assert sorted(rows["_source_row"]) == [1, 1, 2, 2]


def test_real_messages_are_loaded_or_rejected_for_the_expected_reason(
    real: Path, tmp_path: Path
) -> None:
    counts: dict[str, int] = {}
    for path in sorted((real / "hl7v2").rglob("*.hl7")):
        first = {"message": 1}
        found = read_hl7v2(path, TABLES, ZONE, "b", tmp_path / path.stem, first)["message"]
        assert found.rows_in == 1
        codes = pl.read_parquet(found.rejects)["reason_code"] if found.rejects else ["loaded"]
        for code in codes:
            counts[code] = counts.get(code, 0) + 1
    assert counts == {"loaded": 69, "repeated_segment": 4}
