"""837 and 835 content: values are read from the loop that owns them, and bad values are rejected."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from x12_builder import (
    INSTITUTIONAL,
    LINE,
    PAYMENT,
    PROFESSIONAL,
    PROVIDER,
    SUBSCRIBER,
    Sender,
    claim,
    claims,
    paid,
    read,
    remittance,
    transaction,
)


def one(folder: Path, *transactions: list[str], encoding: str = "utf-8"):
    return read(Sender().interchange(list(transactions)).encode(encoding), folder)


def test_professional_claim_and_its_lines(tmp_path: Path) -> None:
    body = claim(
        "C1", "7", "DTP*431*D8*20250101", "DTP*096*D8*20250112", "REF*F8*ICN9", "REF*D9*CH5",
        "NM1*82*1*LEE*ANN****XX*1999999992", "PRV*PE*PXC*103T00000X", "NM1*77*2*SITE*****XX*1888888884",
        "SBR*S*18*******CI", "NM1*IL*1*OTHER*SPOUSE****MI*X9", "NM1*PR*2*OTHER PAYER*****PI*OTH",
        "REF*F8*OTHERS",
        lines=(
            "LX*1", "SV1*HC:90837:95:GT:U1:HE*75.5*UN*2*02**1:2", "DTP*472*RD8*20250110-20250111",
            "REF*6R*L1", "NM1*82*1*KIM*BO****XX*1777777779", "PRV*PE*PXC*1041C0700X",
            "LX*2", "SV1*HC:J2315*24.5*UN*1***2", "DTP*472*D8*20250111", "LIN**N4*65757030001",
            "SVD*OTH*10*HC:J2315**1", "DTP*573*D8*20250301",
        ),
    )  # fmt: skip
    found = one(tmp_path, claims(body))
    assert found.rejects == {}
    row = found.row()
    assert row.pop("_batch_id") == "b"
    assert row == {
        "claim_id": "C1", "charge_amount": Decimal(100), "guide": PROFESSIONAL, "facility_code": "11",
        "facility_code_qualifier": "B", "claim_frequency_code": "7", "payer_claim_control_number": "ICN9",
        "clearinghouse_claim_number": "CH5", "onset_date": dt.date(2025, 1, 1),
        "discharge_date": dt.date(2025, 1, 12), "diagnosis_count": 1, "diagnosis_code_1": "F329",
        "diagnosis_qualifier_1": "ABK", "billing_npi": "1234567893", "billing_tax_id": "111222333",
        "billing_taxonomy_code": "261QM0801X", "billing_name": "CLINIC", "rendering_npi": "1999999992",
        "rendering_taxonomy_code": "103T00000X", "facility_npi": "1888888884", "facility_name": "SITE",
        "payer_responsibility_code": "P", "claim_filing_code": "MC", "group_number": "G1",
        "payer_id": "NYMCD", "payer_name": "STATE MEDICAID", "subscriber_id": "MA1",
        "patient_relationship_code": "18", "has_patient_loop": False, "patient_last_name": "DOE",
        "patient_first_name": "JO", "patient_middle_name": "Q", "patient_name_suffix": "JR",
        "patient_birth_date": dt.date(1980, 2, 29), "patient_sex": "F", "patient_address": "5 OAK ST",
        "patient_city": "TROY", "patient_state": "NY", "patient_zip_code": "12180", "_source_row": 1,
    }  # fmt: skip
    first, second = found.row("claim_line"), found.row("claim_line", 1)
    assert {name: first[name] for name in ("claim_row", "line_number", "procedure_code", "quantity")} == {
        "claim_row": 1, "line_number": 1, "procedure_code": "90837", "quantity": Decimal(2),
    }  # fmt: skip
    assert [first[f"modifier_{n}"] for n in range(1, 5)] == ["95", "GT", "U1", "HE"]
    assert (first["service_from_date"], first["service_to_date"]) == (
        dt.date(2025, 1, 10),
        dt.date(2025, 1, 11),
    )
    assert (first["place_of_service_code"], first["diagnosis_pointer_2"]) == ("02", 2)
    assert (first["rendering_npi"], first["rendering_taxonomy_code"]) == (
        "1777777779",
        "1041C0700X",
    )
    assert (first["payer_claim_control_number"], first["line_item_control_number"]) == (
        "ICN9",
        "L1",
    )
    assert (second["ndc_code"], second["service_to_date"]) == ("65757030001", dt.date(2025, 1, 11))
    assert "rendering_npi" not in second


def test_institutional_claim_and_its_lines(tmp_path: Path) -> None:
    others = "*".join(f"ABF:F{n}" for n in range(10, 20))
    body = [
        "CLM*H1*5000***11:A:1*Y*A*Y*Y", "DTP*096*TM*1430", "DTP*434*RD8*20250105-20250109",
        "DTP*435*DT*202501052215", "CL1*1*7*01", "HI*ABK:T391X2A:::::::Y", "HI*ABJ:R45851", "HI*DR:918",
        f"HI*{others}*ABF:F20:::::::N*ABF:F21", "HI*ABN:X838XXA", "HI*BBR:GZB0ZZZ:D8:20250106",
        "HI*BBQ:HZ2ZZZZ:D8:20250107*BBQ:HZ30ZZZ:D8:20250108", "HI*BH:A1:D8:19261111", "HI*BE:A2:::15.31",
        "NM1*71*1*ROY*AL****XX*1666666661", "PRV*AT*PXC*2084P0800X",
        "LX*1", "SV2*0124*HC:99221*4000*DA*4", "DTP*472*D8*20250105", "LX*2", "SV2*0250**1000*UN*1",
    ]  # fmt: skip
    found = one(tmp_path, claims(body, guide=INSTITUTIONAL))
    assert found.rejects == {}
    row = found.row()
    assert (row["statement_from_date"], row["statement_to_date"]) == (
        dt.date(2025, 1, 5),
        dt.date(2025, 1, 9),
    )
    assert (row["admission_date"], row["admission_time"]) == (dt.date(2025, 1, 5), "2215")
    assert (row["discharge_time"], "discharge_date" in row) == ("1430", False)
    stay = [
        row[f"{name}_code"]
        for name in ("admission_type", "admission_source", "patient_status", "drg")
    ]
    assert stay == ["1", "7", "01", "918"]
    assert (row["diagnosis_count"], row["admitting_diagnosis_code"]) == (14, "R45851")
    codes = ["T391X2A", *(f"F{n}" for n in range(10, 20)), "F20", "F21", "X838XXA"]
    assert [row[f"diagnosis_code_{n}"] for n in range(1, 15)] == codes
    assert (row["diagnosis_qualifier_14"], row["diagnosis_poa_1"], row["diagnosis_poa_12"]) == (
        "ABN",
        "Y",
        "N",
    )
    assert [row[f"procedure_code_{n}"] for n in (1, 2, 3)] == ["GZB0ZZZ", "HZ2ZZZZ", "HZ30ZZZ"]
    assert (row["procedure_qualifier_1"], row["procedure_date_3"]) == ("BBR", dt.date(2025, 1, 8))
    assert (row["attending_npi"], row["attending_taxonomy_code"]) == ("1666666661", "2084P0800X")
    first, second = found.row("claim_line"), found.row("claim_line", 1)
    assert (first["revenue_code"], first["procedure_code"], first["unit_code"]) == (
        "0124",
        "99221",
        "DA",
    )
    assert (second["charge_amount"], "procedure_code" in second) == (Decimal(1000), False)


def test_patient_loop_applies_until_the_next_subscriber(tmp_path: Path) -> None:
    child = ["HL*3*2*23*0", "PAT*19**********", "NM1*QC*1*DOE*KID", "N3*1 ELM", "DMG*D8*20150101*M"]
    other = [text.replace("MA1", "MA2").replace("HL*2*", "HL*4*") for text in SUBSCRIBER]
    body = [*PROVIDER, *SUBSCRIBER, *claim("P"), *child, *claim("K"), *other, *claim("S")]
    new = [text.replace("1234567893", "1555555556") for text in PROVIDER]
    body += [*new, *claim("NO_SUBSCRIBER")]
    found = one(tmp_path, transaction(PROFESSIONAL, body))
    rows = [found.row("claim", n) for n in range(3)]
    assert [row["patient_first_name"] for row in rows] == ["JO", "KID", "JO"]
    assert [row["subscriber_id"] for row in rows] == ["MA1", "MA1", "MA2"]
    assert [row["patient_relationship_code"] for row in rows] == ["18", "19", "18"]
    assert [row["has_patient_loop"] for row in rows] == [False, True, False]
    assert (rows[1]["patient_birth_date"], "patient_city" in rows[1]) == (
        dt.date(2015, 1, 1),
        False,
    )
    assert found.reasons() == [(4, "missing_required")]


@pytest.mark.parametrize(
    ("segment", "replacement", "table", "reason"),
    [
        ("CLM*C1*100*", "CLM*C1*1E2*", "claim", "bad_decimal"),
        ("CLM*C1*100*", "CLM*C1*1,000*", "claim", "bad_decimal"),
        ("CLM*C1*100*", "CLM*C1**", "claim", "missing_required"),
        ("CLM*C1*", "CLM**", "claim", "missing_required"),
        ("11:B:1*", "11:B*", "claim", "missing_required"),
        ("DMG*D8*19800229", "DMG*D8*19800230", "claim", "bad_date"),
        ("DMG*D8*19800229", "DMG*D8*02/29/1980", "claim", "bad_date"),
        ("HI*ABK:F329", "HI*ABK:F32 9", "claim", "pattern_mismatch"),
        ("MI*MA1", "MI", "claim", "missing_required"),
        ("*100*UN", "*ten*UN", "claim_line", "bad_decimal"),
        ("*UN*1*", "*UN*one*", "claim_line", "bad_decimal"),
        ("LX*1", "LX*A", "claim_line", "bad_integer"),
        ("D8*20250110", "D8*2025-01-10", "claim_line", None),
        ("D8*20250110", "D8*20251310", "claim_line", "bad_date"),
    ],
)
def test_bad_value_rejects_only_its_record(
    tmp_path: Path, segment: str, replacement: str, table: str, reason: str | None
) -> None:
    good = claims(claim("OK"), number="0002")
    bad = [text.replace(segment, replacement) for text in claims(claim())]
    assert bad != claims(claim())
    found = one(tmp_path, bad, good)
    assert found.reasons(table) == ([(1, reason)] if reason else [])
    if table == "claim" and reason:
        assert found.reasons("claim_line") in (
            [(1, "rejected_with_claim")],
            [(1, "missing_required")],
        )
    else:
        assert found.reasons("claim" if table == "claim_line" else "claim_line") == []
    assert "OK" in found.ids(table)
    if reason:
        detail = found.rejects[table]["detail"][0]
        assert "expected" in detail
        assert replacement not in detail


def test_extended_character_set_is_read_in_utf8_and_latin1(tmp_path: Path) -> None:
    body = [text.replace("DOE", "NÚÑEZ") for text in claims(claim())]
    for encoding in ("utf-8", "latin-1"):
        assert one(tmp_path, body, encoding=encoding).row()["patient_last_name"] == "NÚÑEZ"


def test_quotes_and_unused_separators_are_text(tmp_path: Path) -> None:
    body = [text.replace("DOE", 'D"O|E,') for text in claims(claim())]
    assert one(tmp_path, body).row()["patient_last_name"] == 'D"O|E,'


def test_remittance_with_reversal_correction_and_provider_adjustment(tmp_path: Path) -> None:
    adjusted = "CAS*CO*45*50*1*253*1.5"
    correction = [
        *paid("C1", "1", "80.5", adjusted, "CAS*PR*1*5**2*3**3*2"), "DTM*150*20250111", "REF*6R*L1",
        "CAS*CO*45*.5", "CAS*OA*23*-4", "AMT*B6*90",
    ]  # fmt: skip
    pair = ["PLB*1234567893*20251231*WO:OLD*100.5*L6*-1.27"]
    found = one(tmp_path, remittance(paid("C1", "22", "-90"), correction, pair))
    assert found.rejects == {}
    reversal, corrected = found.row("remittance"), found.row("remittance", 1)
    assert (reversal["claim_status_code"], reversal["paid_amount"]) == ("22", Decimal(-90))
    assert [reversal["remittance_number"], corrected["remittance_number"]] == [1, 2]
    names = (
        "trace_number",
        "payment_date",
        "production_date",
        "payer_id",
        "payee_npi",
        "patient_id",
    )
    assert [corrected[name] for name in names] == [
        "T77", dt.date(2025, 2, 1), dt.date(2025, 1, 31), "NYMCD", "1234567893", "MA1",
    ]  # fmt: skip
    assert corrected["payer_claim_control_number"] == "ICNC1"
    assert corrected["adjusted_co_amount"] == Decimal("51.5")
    shares = [
        corrected[f"{name}_amount"]
        for name in ("adjusted_pr", "deductible", "coinsurance", "copayment")
    ]
    assert shares == [10, 5, 3, 2]
    line = found.row("remittance_line", 1)
    assert (line["remittance_row"], line["line_number"], line["procedure_code"]) == (2, 1, "90837")
    assert (line["adjusted_co_amount"], line["adjusted_oa_amount"]) == (Decimal("0.5"), -4)
    assert (line["allowed_amount"], line["service_from_date"]) == (90, dt.date(2025, 1, 10))
    first, second = found.row("provider_adjustment"), found.row("provider_adjustment", 1)
    assert (first["reason_code"], first["reference_id"], first["amount"]) == (
        "WO",
        "OLD",
        Decimal("100.5"),
    )
    assert (second["adjustment_number"], second["reason_code"], second["amount"]) == (
        2,
        "L6",
        Decimal("-1.27"),
    )


def test_bad_adjustment_amount_rejects_its_claim_payment(tmp_path: Path) -> None:
    for bad in ("CAS*CO*45*ten", "CAS*CO*45*", "CAS*CO*45*5**253*1e3"):
        found = one(tmp_path, remittance(paid("C1", "1", "90", bad), paid("C2")))
        assert found.reasons("remittance") == [(1, "bad_decimal")]
        assert found.ids("remittance") == ["C2"]


def test_payer_without_id_is_identified_by_the_trace_originator(tmp_path: Path) -> None:
    payment = [text.replace("*PI*NYMCD", "") for text in PAYMENT]
    found = one(tmp_path, transaction("005010X221A1", [*payment, *paid()]))
    assert found.row("remittance")["payer_id"] == "1999999999"


def test_claim_without_lines_is_loaded(tmp_path: Path) -> None:
    found = one(tmp_path, claims(claim("C1", lines=()), claim("C2", lines=tuple(LINE))))
    assert found.rows["claim_line"]["claim_row"].to_list() == [2]


def test_a_rejected_claim_or_payment_rejects_its_lines_only(tmp_path: Path) -> None:
    bad = [text.replace("CLM*C1*100", "CLM*C1*ten") for text in claim("C1", lines=(*LINE, *LINE))]
    found = one(tmp_path, claims(bad, claim("C2", lines=tuple(LINE))))
    assert found.reasons("claim") == [(1, "bad_decimal")]
    assert found.reasons("claim_line") == [(1, "rejected_with_claim"), (2, "rejected_with_claim")]
    assert found.rows["claim_line"]["claim_row"].to_list() == [2]
    assert found.rows["claim_line"]["_source_row"].to_list() == [3]
    bad = [text.replace("CLP*C1*1*100", "CLP*C1*1*ten") for text in paid("C1")]
    found = one(tmp_path, remittance(bad, paid("C2")))
    assert found.reasons("remittance") == [(1, "bad_decimal")]
    assert {reason for _, reason in found.reasons("remittance_line")} == {"rejected_with_claim"}
    assert set(found.rows["remittance_line"]["remittance_row"]) == {2}


@pytest.mark.parametrize(
    ("first", "rejected", "kept"),
    [
        ([], [], ["C2"]),
        (["CLP"], [(1, "missing_required")], ["C2"]),
        (["CLP*C1"], [(1, "missing_required")], ["C2"]),
        (["CLP**1*100*90"], [(1, "missing_required")], ["C2"]),
    ],
)
def test_damaged_first_claim_payment_rejects_only_its_own_lines(
    tmp_path: Path, first: list[str], rejected: list[tuple[int, str]], kept: list[str]
) -> None:
    body = [*first, *paid("C1")[1:]]
    found = one(tmp_path, remittance(body, paid("C2")))
    assert found.reasons("remittance") == rejected
    assert found.ids("remittance") == kept
    reason = "rejected_with_claim" if first == ["CLP*C1"] else "missing_required"
    assert found.reasons("remittance_line") == [(1, reason)]
    assert "C2" in found.ids("remittance_line")


def test_all_25_diagnoses_of_an_institutional_claim_are_read(tmp_path: Path) -> None:
    codes = [f"F{n}" for n in range(10, 36)]
    others = ["HI*" + "*".join(f"ABF:{code}" for code in codes[n : n + 12]) for n in (1, 13)]
    body = ["CLM*C1*100***11:A:1*Y*A*Y*Y", f"HI*ABK:{codes[0]}", "HI*ABJ:F99", *others, *LINE]
    found = one(tmp_path, claims(body, guide=INSTITUTIONAL)).row("claim")
    assert [found[f"diagnosis_code_{n}"] for n in range(1, 26)] == codes[:25]
    assert (found["diagnosis_count"], found["admitting_diagnosis_code"]) == (25, "F99")
