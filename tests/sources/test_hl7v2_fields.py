"""HL7 v2 fields: columns, escapes, separators, timestamps, identifiers and deleted values."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.formats.hl7v2_fields import FIELD_OF_COLUMN, read_fields
from sources.formats.hl7v2_frames import Problem
from sources.formats.hl7v2_lines import MessageText
from sources.formats.hl7v2_text import canonical, unescaped

HEAD = rb"MSH|^~\&|APP^1.2^ISO|HOSP^3.4^ISO|HIE|AG|20250102030405||ADT^A01^ADT_A01|C1|P|2.5.1"
PID = b"PID|1||7^^^H^MR"
Row = Callable[..., dict[str, str]]


def row(*segments: bytes, head: bytes = HEAD) -> dict[str, str]:
    """The non-null columns of a message with these segments."""
    if not any(segment.startswith(b"PID") for segment in segments):
        segments = (PID, *segments)
    frame, problems = read_fields(MessageText.of([b"\r".join((head, *segments))]))
    assert not problems
    assert set(frame.columns) <= set(FIELD_OF_COLUMN)
    return {name: value for name, value in frame.row(0, named=True).items() if value is not None}


def field(segment: str, number: int, value: str | bytes) -> bytes:
    """A segment with one field."""
    written = value.encode() if isinstance(value, str) else value
    return segment.encode() + b"|" * number + written


def test_header_and_event_columns() -> None:
    found = row(b"EVN|A04|20250102030406|20250103|01^Patient request|U1|20250102030407|FAC^9.9")
    assert found == {
        "sending_application": "APP",
        "sending_facility_id": "HOSP",
        "message_at": "2025-01-02T03:04:05",
        "message_type": "ADT",
        "trigger_event": "A01",
        "message_control_id": "C1",
        "processing_id": "P",
        "version_id": "2.5.1",
        "recorded_at": "2025-01-02T03:04:06",
        "event_reason_code": "01",
        "event_at": "2025-01-02T03:04:07",
        "event_facility_id": "FAC",
        "source_patient_id": "7",
        "source_patient_id_authority": "H",
    }


def test_trigger_of_an_old_message_comes_from_its_event_segment() -> None:
    old = HEAD.replace(b"ADT^A01^ADT_A01", b"ADT")
    assert row(b"EVN|A03|20250102", head=old)["trigger_event"] == "A03"
    assert "trigger_event" not in row(head=old)


@pytest.mark.parametrize(
    ("segment", "number", "value", "expected"),
    [
        ("PID", 5, "RUIZ&DE&RUIZ^ANA^Q^JR^DR~OTHER^B", "last_name=RUIZ first_name=ANA middle_name=Q name_suffix=JR"),
        ("PID", 5, "RUIZ~OTHER^B", "last_name=RUIZ"),
        ("PV1", 39, "FAC~OTHER", "servicing_facility_id=FAC"),
        ("PID", 5, " RUIZ ", "last_name=RUIZ"),
        ("PID", 7, "19800102", "birth_date=1980-01-02"),
        ("PID", 7, "19800102112233-0500", "birth_date=1980-01-02"),
        ("PID", 7, "1980", ""),
        ("PID", 7, "198001", ""),
        ("PID", 7, "19800231", "birth_date=19800231"),
        ("PID", 7, "1980-01-02", "birth_date=1980-01-02"),
        ("PID", 7, "02/01/1980", "birth_date=02/01/1980"),
        ("PID", 8, "F", "sex=F"),
        ("PD1", 12, "Y", "person_protection=Y"),
        ("PV2", 22, "Y", "visit_protection=Y"),
        ("PID", 11, "1 A ST&x^APT 2^TOWN^NY^10001^USA~2 B ST", "address=1_A_ST city=TOWN state=NY zip_code=10001"),
        ("PID", 13, "(555)555-0100^PRN^PH~other", "phone=(555)555-0100"),
        ("PID", 13, "^PRN^PH^^1^555^5550101", "phone=5555550101"),
        ("PID", 13, "^PRN^PH^^1^555^5550101^^^^^5550102", "phone=5550102"),
        ("PID", 13, "^NET^Internet^a@b.example", ""),
        ("PID", 18, "ACC^^^H^AN", "account_number=ACC"),
        ("PID", 29, "20250101", "death_at=2025-01-01"),
        ("PID", 29, "2025", ""),
        ("PID", 30, "Y", "is_deceased=Y"),
        ("MRG", 1, "8^^^H^MR", "prior_patient_id=8 prior_patient_id_authority=H"),
        ("MRG", 3, "A8^^^H", "prior_account_number=A8"),
        ("MRG", 5, "V8^^^H", "prior_visit_number=V8"),
        ("PV1", 2, "I", "patient_class=I"),
        ("PV1", 3, "4N^12^A^HOSP&1.2&ISO", "assigned_unit=4N assigned_facility_id=HOSP"),
        ("PV1", 4, "E", "admission_type=E"),
        ("PV1", 7, "77^A^B~1234567893^C^D^^^^^^X^^^^NPI", "attending_npi=1234567893"),
        ("PV1", 7, "1234567893^C^D^^^^^^NPI&2.16.840.1.113883.4.6&ISO", "attending_npi=1234567893"),
        ("PV1", 7, "1234567893^C^D^^^^^^&2.16.840.1.113883.4.6&ISO", "attending_npi=1234567893"),
        ("PV1", 7, "1234567893^C^D^^^^^^&2.16.840.1.113883.4.60&ISO", ""),
        ("PV1", 7, "12345^NPI^D^^^^^^NPI", ""),
        ("PV1", 10, "PSY", "hospital_service=PSY"),
        ("PV1", 14, "7", "admitted_from=7"),
        ("PV1", 19, "V1^^^H^VN", "visit_number=V1"),
        ("PV1", 36, "01", "discharge_disposition_code=01"),
        ("PV1", 39, "FAC", "servicing_facility_id=FAC"),
        ("PV1", 44, "202501020304", "admitted_at=2025-01-02T03:04"),
        ("PV1", 45, "2025010203", "discharged_at=2025-01-02T03:00"),
        ("PV2", 3, "R45.851^Suicidal ideations^I10", "admit_reason_code=R45.851 admit_reason_code_system=I10"),
        ("PV2", 3, "^feels worse since Monday", ""),
        ("PV2", 3, "feels worse since Monday", ""),
        ("SCH", 1, "P1^X", "placer_appointment_id=P1"),
        ("SCH", 2, "F1^X", "filler_appointment_id=F1"),
        ("SCH", 6, "CAN^Cancelled by patient", "appointment_event_reason_code=CAN"),
        ("SCH", 7, "FU^Follow up", "appointment_reason_code=FU"),
        ("SCH", 8, "N^Normal", "appointment_type_code=N"),
        ("SCH", 9, "45", "appointment_duration=45"),
        ("SCH", 10, "min^Minutes", "appointment_duration_unit=min"),
        ("SCH", 11, "^^45^202501020304^202501020349", "appointment_at=2025-01-02T03:04 appointment_end_at=2025-01-02T03:49"),
        ("SCH", 25, "NOSHOW^No show", "filler_status_code=NOSHOW"),
        ("TQ1", 7, "202501020304", "appointment_at=2025-01-02T03:04"),
        ("TQ1", 8, "202501020304", "appointment_end_at=2025-01-02T03:04"),
        ("AIS", 3, "90837^Therapy", "appointment_service_code=90837"),
        ("AIS", 4, "202501020304", "appointment_at=2025-01-02T03:04"),
        ("AIL", 3, "R1^2^3^CLINIC", "appointment_unit=R1 appointment_facility_id=CLINIC"),
        ("AIP", 3, "P7^DOE^J", "appointment_provider_id=P7"),
    ],
)  # fmt: skip
def test_each_column_is_read_from_its_field(
    segment: str, number: int, value: str, expected: str
) -> None:
    found = row(field(segment, number, value))
    plain = row() if segment != "PID" else row(b"PID|1")
    new = {name: text for name, text in found.items() if plain.get(name) != text}
    pairs = (pair.split("=", 1) for pair in expected.split())
    assert new == {
        name: text.replace("_", " ") if name == "address" else text for name, text in pairs
    }


def test_appointment_time_prefers_tq1_then_sch_then_ais() -> None:
    scheduled, timing, service = (
        b"SCH|||||||||||^^^20250102",
        b"TQ1|||||||20250103",
        b"AIS|1||X|20250104",
    )
    assert row(scheduled, timing, service)["appointment_at"] == "2025-01-03"
    assert row(scheduled, service)["appointment_at"] == "2025-01-02"
    assert row(b"SCH|1", service)["appointment_at"] == "2025-01-04"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("20250102030405", "2025-01-02T03:04:05"),
        ("20250102030405.1234", "2025-01-02T03:04:05.1234"),
        ("20250102030405-0500", "2025-01-02T03:04:05-0500"),
        ("20250102030405.1+0530", "2025-01-02T03:04:05.1+0530"),
        ("202501020304+0000", "2025-01-02T03:04+0000"),
        ("2025010203", "2025-01-02T03:00"),
        ("20250102", "2025-01-02"),
        ("20250102-0500", "2025-01-02"),
        ("20250102030405^S", "2025-01-02T03:04:05"),
        ("2025", "2025"),
        ("202501", "202501"),
        ("20250132", "20250132"),
        ("20250102250000", "20250102250000"),
        ("20250102030460", "20250102030460"),
        ("2025010203040", "2025010203040"),
        ("20250102030405.12345", "20250102030405.12345"),
        ("20250102030405-05", "20250102030405-05"),
        ("yesterday", "yesterday"),
    ],
)
def test_timestamps_keep_their_precision_and_other_text_is_unchanged(
    written: str, expected: str
) -> None:
    assert row(field("EVN", 2, written))["recorded_at"] == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("20250102030405", "2025-01-02T03:04:05-0600"),
        ("20250102030405.1234", "2025-01-02T03:04:05.1234-0600"),
        ("202501020304", "2025-01-02T03:04-0600"),
        ("20250102030405+0100", "2025-01-02T03:04:05+0100"),
        ("20250102", "2025-01-02"),
    ],
)
def test_offset_of_msh_7_applies_to_times_without_offset(written: str, expected: str) -> None:
    head = HEAD.replace(b"030405||", b"030405-0600||")
    assert row(field("EVN", 2, written), head=head)["recorded_at"] == expected
    records = [b"\r".join((h, PID, field("EVN", 2, "20250102030405"))) for h in (head, HEAD)]
    frame, _ = read_fields(MessageText.of(records))
    assert frame["recorded_at"].to_list() == ["2025-01-02T03:04:05-0600", "2025-01-02T03:04:05"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("1^^^A^PI~7^^^H&1.2&ISO^MR~8^^^I^MR", {"id": "7", "authority": "H", "others": "1^A^PI~8^I^MR"}),
        ("5^^^M^MA~7^^^H^MR~6^^^C^MC", {"id": "7", "authority": "H", "medicaid": "5", "medicare": "6"}),
        ("5^^^M^MA~3^^^H^PI", {"id": "3", "authority": "H", "medicaid": "5"}),
        ("9^^^X^EI~3", {"id": "3", "others": "9^X^EI"}),
        ("9^^^X^EI", {"id": "9", "authority": "X"}),
        ("5^^^M^MA~4^^^N^DL", {"medicaid": "5", "others": "4^N^DL"}),
        ("7^^^&1.2.3&ISO^MR", {"id": "7", "authority": "1.2.3"}),
        ("123-45-6789^^^USSSA^SS~7^^^H^MR", {"id": "7", "authority": "H"}),
        ("123456789^^^X^SS~7", {"id": "7"}),
        ("123456789^^^USSSA~7", {"id": "7"}),
        ("123456789^^^&2.16.840.1.113883.4.1&ISO~7", {"id": "7"}),
        ("7^^^&2.16.840.1.113883.4.11&ISO", {"id": "7", "authority": "2.16.840.1.113883.4.11"}),
        ("123-45-6789~7", {"id": "7"}),
        ("123-45-6789", {}),
        (" 7 ^^^H^ MR ", {"id": "7", "authority": "H"}),
        ("^^^H^MR~8^^^H^MR", {"id": "8", "authority": "H"}),
        (r"7\T\1^^^H^MR", {"id": "7&1", "authority": "H"}),
    ],
)  # fmt: skip
def test_identifiers_are_split_by_type_and_ssn_is_dropped(
    written: str, expected: dict[str, str]
) -> None:
    found = row(field("PID", 3, written))
    names = {
        "id": "source_patient_id",
        "authority": "source_patient_id_authority",
        "medicaid": "medicaid_id",
        "medicare": "medicare_id",
        "others": "other_patient_ids",
    }
    assert {key: found[name] for key, name in names.items() if name in found} == expected


def test_diagnoses_are_read_in_order_and_codes_only() -> None:
    found = row(
        b"DG1|1||F32.9^Depression^I10|free text||A",
        b"DG1|2|I9|E11.9^Diabetes|||W",
        b"DG1|3||^feels worse^I10",
        b"DG1|4||patient says so^x^I10",
        b"DG1|5||Z00^x^I10|||F|||||||||||||||D",
        b"DG1|6||44054006^Diabetes^SCT~x|||F^Final",
    )
    assert {name: text for name, text in found.items() if name.startswith("diagnosis")} == {
        "diagnosis_count": "3",
        "diagnosis_code_1": "F32.9",
        "diagnosis_code_system_1": "I10",
        "diagnosis_type_1": "A",
        "diagnosis_code_2": "E11.9",
        "diagnosis_code_system_2": "I9",
        "diagnosis_type_2": "W",
        "diagnosis_code_3": "44054006",
        "diagnosis_code_system_3": "SCT",
        "diagnosis_type_3": "F",
    }


def test_first_ten_diagnoses_are_kept_and_all_are_counted() -> None:
    found = row(*(b"DG1|%d||F%d^x^I10" % (n, n) for n in range(1, 14)))
    assert found["diagnosis_count"] == "13"
    assert [found.get(f"diagnosis_code_{n}") for n in range(1, 12)] == [
        *(f"F{n}" for n in range(1, 11)),
        None,
    ]


def test_deleted_value_is_null_and_its_column_is_listed() -> None:
    visit = [b"PV1", b"1", b"I", b'""^""', *[b""] * 41, b'""']
    found = row(b'PID|1||7||""|||""', b"|".join(visit))
    assert "last_name" not in found
    assert set(found["nulled_columns"].split(",")) == {
        *("last_name", "first_name", "middle_name", "name_suffix", "sex"),
        *("assigned_unit", "discharged_at"),
    }
    records = [b"\r".join((HEAD, segment)) for segment in (b'PID|1||7|||||""', b"PID|1||7|||||F")]
    frame, _ = read_fields(MessageText.of(records))
    assert frame.select("sex", "nulled_columns").rows() == [(None, "sex"), ("F", None)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"A\F\B\S\C\T\D\R\E\E\F", r"A|B^C&D~E\F"),
        (r"\E\F\E\ ", r"\F" + "\\"),
        (r"A\.br\B\.sp+2\C", "A B C"),
        (r"\H\A\N\B", "AB"),
        (r"\X41\\X42C3A9\ \XE9\ ", "ABé é"),
        (r"\X0D0A\A", "A"),
        (r"\Zxx\A", "A"),
        (r"\C2842\A", r"\C2842\A"),
        (r"\Xzz\A", r"\Xzz\A"),
        ("A\\B", "A\\B"),
        (r"C:\temp\x", r"C:\temp\x"),
    ],
)
def test_escape_sequences_are_resolved(text: str, expected: str) -> None:
    assert unescaped(text) == expected.strip()
    assert row(field("PID", 5, f"{text}^B"))["last_name"] == expected.strip()
    assert row(field("PID", 5, f"X^{text}"))["first_name"] == expected.strip()


OTHER_SEPARATORS = ["|^~\\&", "#@*!%", "^|~\\&", "|~^\\&", "|^~&\\", "|^~\\&#", "#@*!%$"]


def rewritten(standard: str, separators: str) -> bytes:
    """A message with these separators in position of the standard ones."""
    found = standard.translate(str.maketrans("|^~\\&", separators[:5]))
    return (found[:3] + separators + found[8:]).encode()


@pytest.mark.parametrize("separators", OTHER_SEPARATORS)
def test_separators_do_not_change_the_row(separators: str) -> None:
    standard = HEAD.decode() + "\rPID|1||7^^^H&1^MR~8^^^H&1^PI||RUIZ&DE^ANA~B"
    found = canonical(rewritten(standard, separators))
    assert isinstance(found, bytes)
    (expected, _), (rows, _) = (
        read_fields(MessageText.of([standard.encode()])),
        read_fields(MessageText.of([found])),
    )
    assert rows.rows(named=True) == expected.rows(named=True)
    assert rows["other_patient_ids"].to_list() == ["8^H^PI"]


@pytest.mark.parametrize("separators", OTHER_SEPARATORS)
def test_escape_sequence_means_the_message_s_own_separator(separators: str) -> None:
    standard = HEAD.decode() + r"\rPID|1||7||A\F\B\S\C\R\D\E\E\T\F\H\T\N\^ANA"
    found = canonical(rewritten(standard.replace(r"\r", "\r", 1), separators))
    assert isinstance(found, bytes)
    rows, _ = read_fields(MessageText.of([found]))
    f, c, r, e, s = separators[:5]
    assert rows["last_name"].to_list() == [f"A{f}B{c}C{r}D{e}E{s}FT"]
    assert rows["first_name"].to_list() == ["ANA"]


@pytest.mark.parametrize(
    "start",
    [b"MSH", b"MSH|", b"MSH|^~\\", b"MSH|^~\\|", b"MSH|^^~\\|", b"MSH|^~\\&amp;|", b"MSH|^~\\|x|",
     b"MSH|^~a&|", b"MSHA^~\\&A", b"MSH ^~\\& ", b"MSH|^~\\&#%|", b"MSH|^~\\&\rPID|", b"MSH\xe9^~\\&\xe9"],
)  # fmt: skip
def test_invalid_separators_are_a_problem(start: bytes) -> None:
    found = canonical(start + b"APP")
    assert isinstance(found, Problem)
    assert found.reason_code == "bad_separators"


OPTIONAL = (
    b"EVN|A01|20250102",
    b"PV1|1|I",
    b"PV2|||R45^x^I10",
    b"DG1|1||F32^x^I10",
    b"NTE|1||text",
    b"OBX|1|TX|||text",
    b"ZXX|1",
    b"NK1|1",
)


@settings(deadline=None, max_examples=50)
@given(st.permutations(OPTIONAL), st.lists(st.integers(0, 7), unique=True))
def test_segment_order_does_not_change_the_row(order: list[bytes], absent: list[int]) -> None:
    kept = [s for s in OPTIONAL if OPTIONAL.index(s) not in absent]
    shuffled = [s for s in order if s in kept]
    assert row(*shuffled) == row(*kept)


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.sampled_from(OPTIONAL), max_size=4, unique=True).flatmap(
        lambda s: st.lists(st.just(s), min_size=1, max_size=1)
    ),
    st.lists(st.booleans(), min_size=3, max_size=9),
)
def test_message_has_the_same_row_alone_and_in_a_batch(
    sets: list[list[bytes]], are_full: list[bool]
) -> None:
    full = b"\r".join((HEAD, PID, *sets[0]))
    other = b"\r".join(
        (HEAD, b'PID|1||9^^^H&1^MA~10||""^B||19900101', b"PV1|1|O||||||5^x^^^^^^^NPI", b"MRG|4")
    )
    frame, _ = read_fields(MessageText.of([full if is_full else other for is_full in are_full]))
    for position, is_full in enumerate(are_full):
        alone, _ = read_fields(MessageText.of([full if is_full else other]))
        expected = {k: v for k, v in alone.row(0, named=True).items() if v is not None}
        found = {k: v for k, v in frame.row(position, named=True).items() if v is not None}
        assert found == expected


def test_first_of_repeated_segments_is_read_per_message() -> None:
    booked = b"\r".join((HEAD, PID, b"AIS|1||A", b"AIS|2||B"))
    plain = b"\r".join((HEAD, PID))
    frame, _ = read_fields(MessageText.of([plain, booked]))
    assert frame["appointment_service_code"].to_list() == [None, "A"]
