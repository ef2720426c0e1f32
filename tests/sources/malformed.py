"""Malformed and unusual files with their expected outcome.

They include the cases in rules/data-quality.md#malformed-files. A case is a file and its outcome:
the number of records, the rejected ones with their reasons, or the reason to refuse the file.
Both the reader's test and the second reader's test use the cases.
"""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
from dataclasses import dataclass, field, replace

from sources.contract import Contract, load_contracts

HEADER = "client_id,first_name,last_name,birth_date,sex,medicaid_id,ssn_last4,interpreter_needed,zip_code"
GOOD = "C1,Ana,Ruiz,1980-02-03,F,M100,1234,false,02139"
CLAIM_HEADER = (
    "claim_id,claim_line_number,claim_type,person_id,member_id,payer,claim_start_date,claim_end_date,admission_date,"
    "discharge_date,diagnosis_code_1,paid_amount,claim_frequency_code,data_source"
)
CLAIM = "K1,1,professional,P1,M1,Plan,2025-01-02,2025-01-02,,,F32.1,10.50,1,mco"
VISIT_HEADER = "visit_id,client_id,started_at,ended_at,service_line"
VISIT = "V1,C1,2025-03-08T10:00:00,2025-03-08T11:00:00-05:00,therapy"


@dataclass(frozen=True)
class Case:
    """A file and its expected outcome.

    Attributes:
        second_reader: why DuckDB's reader cannot read the file, or '' if it can.
    """

    name: str
    content: bytes
    rows_in: int = 0
    rejected: dict[int, str] = field(default_factory=dict)
    refused: str = ""
    source: str = "ehr"
    file: str = "client.csv"
    second_reader: str = ""


def contracts(case: Case) -> dict[str, Contract]:
    """The case's sender with only the tables of the cases.

    A raw zone with three tables is created faster than one with twenty.
    """
    contract = load_contracts()[case.source]
    names = {"client", "visit", "document", "medical_claim"} & set(contract.tables)
    return {
        case.source: replace(
            contract, tables={name: contract.tables[name] for name in sorted(names)}
        )
    }


def lines(*rows: str, header: str = HEADER, end: str = "\n") -> bytes:
    """A CSV file with these records."""
    return (end.join([header, *rows]) + end).encode()


def client(**changes: str) -> str:
    """The valid client record with changes."""
    values = dict(zip(HEADER.split(","), GOOD.split(","), strict=True)) | changes
    return ",".join(values[name] for name in HEADER.split(","))


def claim(**changes: str) -> str:
    """The valid claim line with changes."""
    values = dict(zip(CLAIM_HEADER.split(","), CLAIM.split(","), strict=True)) | changes
    return ",".join(values[name] for name in CLAIM_HEADER.split(","))


def visit(**changes: str) -> str:
    """The valid visit with changes."""
    values = dict(zip(VISIT_HEADER.split(","), VISIT.split(","), strict=True)) | changes
    return ",".join(values[name] for name in VISIT_HEADER.split(","))


def _clients(name: str, reason: str | None, **changes: str) -> Case:
    rejected = {2: reason} if reason else {}
    return Case(name, lines(GOOD, client(**changes), client(client_id="C3")), 3, rejected)


def _claims(name: str, reason: str | None, **changes: str) -> Case:
    content = lines(CLAIM, claim(**changes), claim(claim_id="K3"), header=CLAIM_HEADER)
    rejected = {2: reason} if reason else {}
    return Case(name, content, 3, rejected, source="claims", file="medical_claim.csv")


def _visits(name: str, reason: str | None, **changes: str) -> Case:
    rejected = {2: reason} if reason else {}
    return Case(
        name, lines(VISIT, visit(**changes), header=VISIT_HEADER), 2, rejected, file="visit.csv"
    )


def zipped(members: dict[str, bytes]) -> bytes:
    """A zip archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _corrupt_zip() -> bytes:
    content = bytearray(
        zipped({"client.csv": lines(*[client(client_id=f"C{n}") for n in range(500)])})
    )
    content[200] ^= 0xFF
    return bytes(content)


def _displaced_zip() -> bytes:
    """A zip whose directory gives an offset beyond its end, so that members begin before the file."""
    content = bytearray(zipped({"client.csv": lines(GOOD)}))
    content[-6:-2] = (len(content) + 50).to_bytes(4, "little")
    return bytes(content)


def _distant_zip() -> bytes:
    """A zip64 whose directory gives an offset beyond the size of any file."""
    content = zipped({"client.csv": lines(GOOD)})
    entry, end = content.rindex(b"PK\1\2"), content.rindex(b"PK\5\6")
    extra = struct.pack("<HHQ", 1, 8, (1 << 64) - 10)
    member = bytearray(content[entry:end])
    member[30:32], member[42:46] = struct.pack("<H", len(extra)), b"\xff" * 4
    tail = bytearray(content[end:])
    tail[12:16] = struct.pack("<I", len(member) + len(extra))
    return content[:entry] + bytes(member) + extra + bytes(tail)


LONG_NAME = "x" * 3_000_000
GZ = gzip.compress(lines(*[client(client_id=f"C{n}") for n in range(2000)]), mtime=0)
_MANGLED = "DuckDB reports such a line altered or not at all"

VALUES = [
    _clients("value: valid record", None),
    _clients("value: required empty", "missing_required", client_id=""),
    _clients("value: required quoted empty", "missing_required", first_name='""'),
    _clients("value: required blank", "missing_required", first_name="   "),
    _clients("value: optional empty", None, ssn_last4=""),
    _clients("value: impossible date", "bad_date", birth_date="1980-02-30"),
    _clients("value: date with trailing text", "bad_date", birth_date="1980-02-03 junk"),
    _clients("value: date without zeros", "bad_date", birth_date="1980-2-3"),
    _clients("value: date with a blank inside", "bad_date", birth_date="1980- 2-03"),
    _clients("value: US date", "bad_date", birth_date="02/03/1980"),
    _clients("value: two-digit year", "bad_date", birth_date="10/11/24"),
    _clients("value: year 10", "out_of_range", birth_date="0010-11-24"),
    _clients("value: far future birth", "out_of_range", birth_date="2999-01-01"),
    _clients("value: date as NULL", "bad_date", birth_date="NULL"),
    _clients("value: not on closed list", "value_not_allowed", sex="female"),
    _clients("value: closed list is case-sensitive", "value_not_allowed", sex="f"),
    _clients("value: id in scientific notation", "pattern_mismatch", medicaid_id="1.00E+10"),
    _clients("value: padded id", "pattern_mismatch", client_id=" C2"),
    _clients("value: id padded at the end", "pattern_mismatch", medicaid_id="M2  "),
    _clients("value: NULL text as id", "null_text", medicaid_id="NULL"),
    _clients("value: NA text as id", "null_text", client_id="NA"),
    _clients("value: surname Null is a name", None, last_name="Null"),
    _clients("value: pattern", "pattern_mismatch", ssn_last4="123"),
    _clients("value: boolean yes", None, interpreter_needed="Yes"),
    _clients("value: boolean maybe", "bad_boolean", interpreter_needed="maybe"),
    _clients("value: formula is kept as text", None, last_name="=HYPERLINK(1)"),
    _clients("value: leading zeros are kept", None, zip_code="00501"),
    _clients("value: emoji and accents", None, first_name="Zoë🙂"),
    _claims("claim: 12.7 is not an integer", "bad_integer", claim_line_number="12.7"),
    _claims("claim: 1E3 is not an integer", "bad_integer", claim_line_number="1E3"),
    _claims("claim: 0x1F is not an integer", "bad_integer", claim_line_number="0x1F"),
    _claims("claim: integer too large", "bad_integer", claim_line_number="99999999999"),
    _claims("claim: negative line", "out_of_range", claim_line_number="-1"),
    _claims("claim: NaN amount", "bad_decimal", paid_amount="NaN"),
    _claims("claim: infinite amount", "bad_decimal", paid_amount="infinity"),
    _claims("claim: exponent in amount", "bad_decimal", paid_amount="1E3"),
    _claims("claim: dollars", "bad_decimal", paid_amount="$5.00"),
    _claims("claim: thousands separator", "bad_decimal", paid_amount='"1,000.00"'),
    _claims("claim: two points", "bad_decimal", paid_amount="1.2.3"),
    _claims("claim: sign without digits", "bad_decimal", paid_amount="-"),
    _claims("claim: negative amount", None, paid_amount="-10.5"),
    _claims("claim: ICD code as Excel number", "pattern_mismatch", diagnosis_code_1="1.00E+10"),
    _claims("claim: ICD code as Excel date", "pattern_mismatch", diagnosis_code_1="10-Jan"),
    _claims("claim: ICD code 1E10 is kept as text", None, diagnosis_code_1="1E10"),
    _claims("claim: no diagnosis", "missing_required", diagnosis_code_1=""),
    _claims(
        "claim: a void needs no diagnosis", None, diagnosis_code_1="", claim_frequency_code="8"
    ),
    _claims("claim: accepted spelling of a type", None, claim_type="PROFESSIONAL"),
    _claims("claim: unknown type", "value_not_allowed", claim_type="outpatient"),
    _claims(
        "claim: ends before it starts", "rule_claim_ends_after_start", claim_end_date="2025-01-01"
    ),
    _claims(
        "claim: discharge before admission",
        "rule_discharge_not_before_admission",
        admission_date="2025-01-05",
        discharge_date="2025-01-04",
    ),
    _visits(
        "visit: local time skipped by the clock change",
        None,
        started_at="2025-03-09T02:30:00",
        ended_at="",
    ),
    _visits(
        "visit: local time repeated by the clock change",
        None,
        started_at="2025-11-02 01:30",
        ended_at="",
    ),
    _visits("visit: no time", "bad_timestamp", started_at="2025-03-08"),
    _visits("visit: hour 25", "bad_timestamp", started_at="2025-03-08T25:00:00"),
    _visits(
        "visit: timestamp with trailing text", "bad_timestamp", started_at="2025-03-08T10:00:00 EST"
    ),
    _visits("visit: before 1990", "out_of_range", started_at="1970-01-01T00:00:00Z"),
    _visits(
        "visit: ends before it starts", "rule_ends_after_start", ended_at="2025-03-08T09:59:59"
    ),
]

STRUCTURE = [
    Case("structure: short record", lines(GOOD, "C2,Bo,Li,1990-01-01", GOOD), 3, {2: "ragged_row"}),
    Case("structure: long record", lines(GOOD, GOOD + ",extra", GOOD), 3, {2: "ragged_row"}),
    Case(
        "structure: one short and one long record",
        lines(GOOD, GOOD + ",extra", "C2,Bo,Li,1990-01-01,F,M,1234,true", GOOD),
        4,
        {2: "ragged_row", 3: "ragged_row"},
    ),
    Case(
        "structure: a long record first, then a short one",
        lines(GOOD + ",extra", "C2,Bo,Li,1990-01-01,F,M,1234,true", GOOD),
        3,
        {1: "ragged_row", 2: "ragged_row"},
    ),
    Case("structure: truncated last line", lines(GOOD) + b"C2,Bo,L", 2, {2: "ragged_row"}),
    Case("structure: no line end at the end of the file", lines(GOOD).rstrip(b"\n"), 1),
    Case("structure: trailing total row", lines(GOOD, "TOTAL,,,,,,,,1"), 2, {2: "missing_required"}),
    Case("structure: trailing count row", lines(GOOD, "1 rows selected."), 2, {2: "ragged_row"}),
    Case("structure: header only", lines(), 0),
    Case("structure: windows line ends", lines(GOOD, client(client_id="C2"), end="\r\n"), 2),
    Case(
        "structure: mixed line ends",
        lines(GOOD) + lines(GOOD, header="C2,Bo,Li,1990-01-01,F,,,,", end="\r\n"),
        3,
        second_reader="DuckDB refuses mixed line ends",
    ),
    Case("structure: byte order mark", b"\xef\xbb\xbf" + lines(GOOD), 1),
    Case("structure: comma in quotes", lines(client(last_name='"Ruiz, MD"')), 1),
    Case("structure: doubled quotes", lines(client(last_name='"O""Neil"')), 1),
    Case("structure: line end in quotes", lines(GOOD, client(last_name='"Ru\niz"'), GOOD), 3),
    Case(
        "structure: line end in quotes, then a bad record",
        lines(client(last_name='"Ru\niz"'), client(sex="?"), GOOD),
        3,
        {2: "value_not_allowed"},
    ),
    Case(
        "structure: text after a closing quote",
        lines(GOOD, client(last_name='"Ru"iz'), GOOD),
        3,
        {2: "bad_quotes"},
    ),
    Case(
        "structure: bare quote in a field",
        lines(GOOD, client(last_name='5" pipe'), GOOD),
        3,
        {2: "unclosed_quote"},
        second_reader="DuckDB accepts a bare quote as text",
    ),
    Case(
        "structure: unclosed quote",
        lines(GOOD, client(last_name='"Ruiz'), GOOD, GOOD),
        4,
        {2: "unclosed_quote"},
        second_reader="DuckDB drops an unclosed quote and everything after it without a reject",
    ),
    Case(
        "structure: latin-1 record",
        lines(GOOD, GOOD) + client(first_name="Zoë").encode("latin-1") + b"\n",
        3,
        {3: "bad_encoding"},
    ),
    Case("structure: NUL byte", lines(GOOD, client(last_name="Ru\0iz"), GOOD), 3, {2: "nul_byte"}, second_reader=_MANGLED),
    Case("structure: empty lines are skipped", lines(GOOD, "", GOOD, ""), 2, second_reader=_MANGLED),
    Case("structure: record of 3 MB", lines(GOOD, client(last_name=LONG_NAME), GOOD), 3, second_reader="longer than DuckDB's line limit"),
    Case("structure: both of two duplicate rows are kept", lines(GOOD, GOOD), 2),
    Case("structure: columns in another order", b"last_name,first_name,client_id,sex,birth_date\nRuiz,Ana,C1,F,1980-02-03\n", 1),
    Case("structure: unknown column", lines(GOOD + ",7", header=HEADER + ",shoe_size"), 1),
    Case("structure: header in capitals", lines(GOOD, header=HEADER.upper()), 1),
]  # fmt: skip

FILES = [
    Case("file: empty", b"", refused="empty_file"),
    Case("file: blank lines only", b"\n\r\n\n", refused="empty_file"),
    Case("file: no header", lines(GOOD, header=GOOD), refused="header_missing_column"),
    Case("file: required column missing", lines("C1,Ana", header="client_id,first_name"), refused="header_missing_column"),
    Case("file: header below an empty line", b"\n" + lines(GOOD), refused="header_missing_column"),
    Case("file: duplicate column", lines(GOOD + ",F", header=HEADER + ",sex"), refused="duplicate_header"),
    Case("file: semicolons", lines(GOOD).replace(b",", b";"), refused="wrong_delimiter"),
    Case("file: tabs", lines(GOOD).replace(b",", b"\t"), refused="wrong_delimiter"),
    Case("file: pipes", lines(GOOD).replace(b",", b"|"), refused="wrong_delimiter"),
    Case("file: UTF-16", lines(GOOD).decode().encode("utf-16"), refused="bad_encoding"),
    Case("file: UTF-16 without byte order mark", lines(GOOD).decode().encode("utf-16-le"), refused="bad_encoding"),
    Case("file: header in latin-1", lines(GOOD, header=HEADER + ",größe").decode().encode("latin-1"), refused="bad_encoding"),
    Case("file: bare carriage returns", lines(GOOD, end="\r"), refused="bad_line_ends"),
    Case("file: a zip named csv", zipped({"client.csv": lines(GOOD)}), refused="not_a_csv"),
    Case("file: JSON named csv", b'{"client_id": "C1"}\n', refused="not_a_csv"),
    Case("file: CSV named parquet", lines(GOOD), refused="not_a_parquet", file="client.parquet"),
    Case("file: a line of 9 MB", lines(client(last_name="x" * 9_000_000)), refused="record_too_long"),
    Case("file: note column", lines(GOOD + ",calm", header=HEADER + ",note_text"), refused="note_text"),
    Case("file: note file", lines(VISIT, header=VISIT_HEADER), refused="note_text", file="visit_notes.csv"),
    Case("file: note file that belongs to no table", b"a,b\n1,2\n", refused="note_text", file="progress_notes.csv"),
    Case(
        "file: clinical note as a document",
        lines("D1,C1,psychotherapy_note,2025-01-02T10:00:00", header="document_id,client_id,document_type,document_at"),
        refused="note_text",
        file="document.csv",
    ),
    Case("file: format that the sender does not use", b"{}", refused="unknown_format", file="client.json"),
    Case("archive: complete gz", GZ, 2000, file="client.csv.gz"),
    Case("archive: two gz members", gzip.compress(lines(GOOD)) + gzip.compress((GOOD + "\n").encode()), 2, file="client.csv.gz"),
    Case("archive: truncated gz", GZ[: len(GZ) // 2], refused="archive_truncated", file="client.csv.gz"),
    Case("archive: gz without its checksum", GZ[:-8], refused="archive_truncated", file="client.csv.gz"),
    Case("archive: flipped byte in gz", GZ[:-6] + bytes([GZ[-6] ^ 1]) + GZ[-5:], refused="archive_corrupt", file="client.csv.gz"),
    Case("archive: empty gz", b"", refused="archive_truncated", file="client.csv.gz"),
    Case("archive: zip with two tables", zipped({"client.csv": lines(GOOD), "x/visit.csv": lines(VISIT, header=VISIT_HEADER)}), 2, file="export.zip"),
    Case("archive: zip with two files of a table", zipped({"client_1.csv": lines(GOOD), "client_2.csv": lines(client(sex="?"), GOOD)}), 3, {2: "value_not_allowed"}, file="export.zip"),
    Case("archive: truncated zip", zipped({"client.csv": lines(GOOD)})[:-30], refused="archive_truncated", file="export.zip"),
    Case("archive: flipped byte in zip", _corrupt_zip(), refused="archive_corrupt", file="export.zip"),
    Case("archive: zip with a member offset before the file", _displaced_zip(), refused="archive_corrupt", file="export.zip"),
    Case("archive: zip with a member offset beyond the file", _distant_zip(), refused="archive_corrupt", file="export.zip"),
    Case("archive: zip with a member name in an invalid encoding", zipped({"clienté.csv": lines(GOOD)}).replace("é".encode(), b"\xff\xff"), refused="archive_corrupt", file="export.zip"),
    Case("archive: zip with a path outside its folder", zipped({"../client.csv": lines(GOOD)}), refused="archive_unsafe", file="export.zip"),
    Case("archive: zip with a bad member", zipped({"client.csv": lines(GOOD), "visit.csv": b"x,y\n1,2\n"}), refused="header_missing_column", file="export.zip"),
    Case("archive: zip without a known table", zipped({"readme.txt": b"hello"}), refused="archive_empty", file="export.zip"),
]  # fmt: skip

CASES = [*VALUES, *STRUCTURE, *FILES]
