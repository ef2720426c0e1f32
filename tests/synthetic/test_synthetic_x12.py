"""The agency's claims as X12: the reader returns the original values, payments balance, and bytes are equal."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from sources.contract import load_contracts
from sources.formats.x12 import read_x12
from synthetic.agency import synthesize
from synthetic.formats import x12

CLIENTS, SEED, DAYS = 60, 6, 120
DAY = "2026-03-10"
ROSTER = """data_source,person_id,member_id,payer_type,birth_date,gender,first_name,last_name,address,city,state,zip_code
h,1,M1,medicaid,1980-02-13,female,Jo,Doe,1 Oak St,Troy,NY,12180
s,1,B1,medicare,1950-05-05,male,Al,Roe,,,,
h,2,M2,medicaid,1990-01-01,,,Foe,,,,
s,2,M2,medicaid,1990-01-01,,,Foe,,,,
h,3,M3,commercial,1990-01-01,,,Poe,,,,
"""
COLUMNS = (
    "claim_id", "claim_line_number", "claim_type", "data_source", "person_id", "member_id", "payer", "claim_frequency_code",
    "original_claim_id", "claim_status", "claim_start_date", "claim_end_date", "claim_line_start_date",
    "claim_line_end_date", "admission_date", "discharge_date", "discharge_disposition_code", "admit_source_code",
    "admit_type_code", "place_of_service_code", "bill_type_code", "drg_code", "revenue_center_code", "hcpcs_code",
    "hcpcs_modifier_1", "service_unit_quantity", "charge_amount", "allowed_amount", "paid_amount", "paid_date",
    "rendering_npi", "rendering_taxonomy_code", "billing_npi", "facility_npi", "facility_taxonomy_code",
    "diagnosis_code_type", "diagnosis_code_1", "diagnosis_code_2",
)  # fmt: skip
VISIT = dict.fromkeys(COLUMNS) | {
    "claim_line_number": "1", "claim_type": "professional", "data_source": "h", "person_id": "1", "member_id": "M1",
    "payer": "Harbor", "claim_frequency_code": "1", "claim_status": "paid", "claim_start_date": "2026-01-05",
    "claim_end_date": "2026-01-05", "claim_line_start_date": "2026-01-05", "claim_line_end_date": "2026-01-05",
    "place_of_service_code": "10", "hcpcs_code": "90834", "hcpcs_modifier_1": "95", "service_unit_quantity": "1",
    "charge_amount": "110.0", "allowed_amount": "72.6", "paid_amount": "68.2", "paid_date": "2026-02-01",
    "rendering_npi": "1111111111", "rendering_taxonomy_code": "101Y00000X", "billing_npi": "2222222222",
    "diagnosis_code_type": "icd-10-cm", "diagnosis_code_1": "F32.9", "diagnosis_code_2": "F1010",
}  # fmt: skip
STAY = VISIT | {
    "claim_type": "institutional", "data_source": "s", "member_id": "B1", "payer": "Part A", "claim_end_date": "2026-01-09",
    "claim_line_end_date": "2026-01-09", "admission_date": "2026-01-05", "discharge_date": "2026-01-09",
    "discharge_disposition_code": "07", "admit_source_code": "7", "admit_type_code": "1", "place_of_service_code": None,
    "bill_type_code": "111", "drg_code": "885", "revenue_center_code": "0124", "hcpcs_code": None,
    "hcpcs_modifier_1": None, "rendering_npi": None, "rendering_taxonomy_code": None, "facility_npi": "2222222222",
    "facility_taxonomy_code": "283Q00000X",
}  # fmt: skip
VOID = {
    "claim_frequency_code": "8", "charge_amount": "-110.0", "paid_amount": "-68.2", "allowed_amount": "-72.6",
    "diagnosis_code_1": None, "diagnosis_code_2": None,
}  # fmt: skip
REPRESENTABLE: tuple[dict[str, str | None], ...] = (
    VISIT | {"claim_id": "1"},
    VISIT | {"claim_id": "1", "claim_line_number": "2", "hcpcs_code": "96127", "charge_amount": "8", "paid_amount": "0.1"},
    STAY | {"claim_id": "2"},
    # Another payer's claim with the same number and provider.
    VISIT | {"claim_id": "2", "claim_status": "denied", "paid_amount": "0.0", "rendering_npi": None},
    VISIT | {"claim_id": "3", "claim_frequency_code": "7", "original_claim_id": "1", "paid_date": "2026-02-20"},
    VISIT | {"claim_id": "4", "original_claim_id": "2", "paid_date": "2026-02-21"} | VOID,
)  # fmt: skip
UNSUPPORTED: tuple[dict[str, str | None], ...] = (
    VISIT | {"claim_id": "k1", "person_id": "2", "member_id": "M2"},
    VISIT | {"claim_id": "k2", "person_id": "3", "member_id": "M3"},
    VISIT | {"claim_id": "k3", "payer": "A:B"},
    VISIT | {"claim_id": "k4", "claim_status": "reversed"},
    VISIT | {"claim_id": "k5", "paid_date": None},
    VISIT | {"claim_id": "k6", "charge_amount": "1.005"},
    VISIT | {"claim_id": "k7", "claim_line_number": "2"},
    VISIT | {"claim_id": "k8", "diagnosis_code_1": None},
    VISIT | {"claim_id": "k9", "admission_date": "2026-01-05"},
    STAY | {"claim_id": "k10", "discharge_date": "2026-01-08"},
    STAY | {"claim_id": "k11", "discharge_disposition_code": "30"},
    STAY | {"claim_id": "k12", "revenue_center_code": None},
    VISIT | {"claim_id": "k13", "claim_frequency_code": "7"},
    # An unsupported replacement, the claim that it replaces, and its void.
    VISIT | {"claim_id": "k14"},
    VISIT | {"claim_id": "k15", "claim_frequency_code": "7", "original_claim_id": "k14", "diagnosis_code_type": None},
    VISIT | {"claim_id": "k16", "claim_frequency_code": "8", "original_claim_id": "k15"} | VOID,
    # A correction by another provider, two versions with the same number, lines with different header values.
    VISIT | {"claim_id": "k17"},
    VISIT | {"claim_id": "k18", "claim_frequency_code": "7", "original_claim_id": "k17", "billing_npi": "3333333333"},
    VISIT | {"claim_id": "k19"},
    VISIT | {"claim_id": "k19", "claim_frequency_code": "7", "original_claim_id": "k0"},
    VISIT | {"claim_id": "k20", "claim_line_number": "1"},
    VISIT | {"claim_id": "k20", "claim_line_number": "2", "place_of_service_code": "11"},
)  # fmt: skip


def write(folder: Path, rows: tuple[dict[str, str | None], ...]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "medical_claim_full.csv"
    pl.DataFrame(list(rows), schema=dict.fromkeys(COLUMNS, pl.String())).write_csv(path)
    return path


def read_back(folder: Path) -> dict[str, pl.DataFrame]:
    """The reader's tables of a delivery's X12 files, without rejected records."""
    tables = load_contracts()["claims_x12"].tables
    frames: dict[str, list[pl.DataFrame]] = {}
    for path in sorted(folder.glob("*.x12")):
        out = folder.parent / path.stem
        read = read_x12(path, tables, "America/New_York", "b", out, dict.fromkeys(tables, 1))
        for name, table in read.items():
            assert table.rows_rejected == 0
            frames.setdefault(name, []).extend(pl.read_parquet(typed) for typed in table.typed)
    return {name: pl.concat(parts) for name, parts in frames.items()}


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, pl.DataFrame]]:
    """The rows above after conversion: the folder of the CSV files, and the reader's tables of the X12 files."""
    landing = tmp_path_factory.mktemp("x12")
    write(landing / "claims" / DAY, REPRESENTABLE + UNSUPPORTED)
    (landing / "claims" / DAY / "eligibility_full.csv").write_text(ROSTER)
    x12.convert(landing / "claims", landing / "claims_x12")
    return landing / "claims" / DAY, read_back(landing / "claims_x12" / DAY)


def test_unsupported_rows_stay_csv(
    converted: tuple[Path, dict[str, pl.DataFrame]], tmp_path: Path
) -> None:
    kept = (converted[0] / "medical_claim_full.csv").read_bytes()
    assert kept == write(tmp_path, UNSUPPORTED).read_bytes()


def test_the_reader_returns_the_original_claims(
    converted: tuple[Path, dict[str, pl.DataFrame]],
) -> None:
    claims = converted[1]["claim"].sort("claim_id").to_dicts()
    assert [claim["claim_id"] for claim in claims] == ["h-1", "h-2", "h-3", "h-4", "s-2"]
    visit, denied, again, void, stay = claims
    assert {name: visit[name] for name in VISIT_RECORD} == VISIT_RECORD
    assert {name: stay[name] for name in STAY_RECORD} == STAY_RECORD
    assert (again["claim_frequency_code"], again["payer_claim_control_number"]) == ("7", "h-1")
    assert (void["claim_frequency_code"], void["payer_claim_control_number"]) == ("8", "h-2")
    assert (void["charge_amount"], void["diagnosis_code_1"]) == (Decimal(110), None)
    # Without a rendering provider the taxonomy is on the billing provider.
    assert (denied["rendering_npi"], denied["billing_taxonomy_code"]) == (None, "101Y00000X")


VISIT_RECORD = {
    "guide": "005010X222A1", "facility_code": "10", "facility_code_qualifier": "B", "claim_frequency_code": "1",
    "payer_claim_control_number": None, "charge_amount": Decimal(118), "billing_npi": "2222222222",
    "billing_taxonomy_code": None, "rendering_npi": "1111111111", "rendering_taxonomy_code": "101Y00000X",
    "facility_npi": None, "payer_id": "h", "payer_name": "Harbor", "subscriber_id": "M1", "claim_filing_code": "MC",
    "has_patient_loop": False, "patient_last_name": "Doe", "patient_first_name": "Jo", "patient_sex": "F",
    "patient_birth_date": dt.date(1980, 2, 13), "patient_address": "1 Oak St", "patient_city": "Troy",
    "patient_state": "NY", "patient_zip_code": "12180", "diagnosis_count": 2, "diagnosis_code_1": "F329",
    "diagnosis_qualifier_1": "ABK", "diagnosis_code_2": "F1010", "diagnosis_qualifier_2": "ABF",
}  # fmt: skip
STAY_RECORD = {
    "guide": "005010X223A2", "facility_code": "11", "facility_code_qualifier": "A", "claim_frequency_code": "1",
    "statement_from_date": dt.date(2026, 1, 5), "statement_to_date": dt.date(2026, 1, 9),
    "admission_date": dt.date(2026, 1, 5), "admission_type_code": "1", "admission_source_code": "7",
    "patient_status_code": "07", "drg_code": "885", "diagnosis_count": 2, "diagnosis_code_1": "F329",
    "diagnosis_code_2": "F1010", "billing_taxonomy_code": "283Q00000X", "facility_npi": "2222222222",
    "rendering_npi": None, "subscriber_id": "B1", "claim_filing_code": "MA", "patient_last_name": "Roe",
}  # fmt: skip


def test_the_reader_returns_the_original_lines(
    converted: tuple[Path, dict[str, pl.DataFrame]],
) -> None:
    names = (
        "claim_id", "line_number", "revenue_code", "procedure_code", "modifier_1", "charge_amount", "quantity",
        "service_from_date", "service_to_date",
    )  # fmt: skip
    lines = converted[1]["claim_line"].sort("claim_id", "line_number").select(names).rows()
    first, last = dt.date(2026, 1, 5), dt.date(2026, 1, 9)
    assert lines == [
        ("h-1", 1, None, "90834", "95", 110, 1, first, first),
        ("h-1", 2, None, "96127", "95", 8, 1, first, first),
        ("h-2", 1, None, "90834", "95", 110, 1, first, first),
        ("h-3", 1, None, "90834", "95", 110, 1, first, first),
        ("h-4", 1, None, "90834", "95", 110, 1, first, first),
        ("s-2", 1, "0124", None, None, 110, 1, first, last),
    ]


def test_the_reader_returns_the_original_payments(
    converted: tuple[Path, dict[str, pl.DataFrame]],
) -> None:
    names = (
        "payer_claim_control_number",
        "claim_status_code",
        "payment_date",
        "paid_amount",
        "payee_npi",
        "payer_id",
    )
    tables = converted[1]
    paid = tables["remittance"].sort("payment_date", *names[:2]).select("claim_id", *names).rows()
    cents = [Decimal(text) for text in ("68.30", "0", "68.20", "68.20", "-68.20")]
    days = [dt.date(2026, 2, 1)] * 3 + [dt.date(2026, 2, 20), dt.date(2026, 2, 21)]
    expected = [
        ("h-1", "1", "h"),
        ("h-2", "4", "h"),
        ("s-2", "1", "s"),
        ("h-3", "1", "h"),
        ("h-2", "22", "h"),
    ]
    assert paid == [
        (number, number, status, day, amount, "2222222222", payer)
        for (number, status, payer), day, amount in zip(expected, days, cents, strict=True)
    ]
    assert tables["remittance_line"]["allowed_amount"].sum() == 3 * Decimal("72.6") + 72 + Decimal(
        "0.6"
    )
    # A negative payment is carried forward.
    assert tables["provider_adjustment"].select("reason_code", "amount").rows() == [
        ("FB", Decimal("-68.20"))
    ]


def test_a_resent_claim_is_converted_only_if_complete_and_its_payment_once(tmp_path: Path) -> None:
    claims, again = tmp_path / "claims", "2026-03-24"
    changed = VISIT | {"claim_id": "7"}
    late = VISIT | {"claim_id": "8"}
    two_lines = [VISIT | {"claim_id": "6", "claim_line_number": line} for line in ("1", "2")]
    write(claims / DAY, (VISIT | {"claim_id": "5"}, *two_lines, changed, late))
    later = (changed | {"paid_amount": "1"}, late | {"claim_line_number": "2"})
    write(claims / again, (VISIT | {"claim_id": "5"}, two_lines[0], *later))
    (claims / DAY / "eligibility_full.csv").write_text(ROSTER)
    x12.convert(claims, tmp_path / "claims_x12")
    first, second = (read_back(tmp_path / "claims_x12" / day) for day in (DAY, again))
    assert sorted(first["claim"]["claim_id"]) == sorted(first["remittance"]["claim_id"])
    assert sorted(first["claim"]["claim_id"]) == ["h-5", "h-6"]
    assert second["claim"]["claim_id"].to_list() == ["h-5"]
    assert "remittance" not in second
    kept = pl.read_csv(claims / again / "medical_claim_full.csv", infer_schema=False)
    assert kept["claim_id"].to_list() == ["7", "8"]


def test_every_payment_balances(tmp_path: Path) -> None:
    """005010X221 1.10.2: charge = paid + adjustment, and a payment = its claims - the amounts carried forward."""
    synthesize(tmp_path, CLIENTS, seed=SEED, days=DAYS, formats=["x12"])
    payments = 0
    for path in sorted((tmp_path / "claims_x12").glob("*/835*.x12")):
        tables = read_back(path.parent)
        lines = tables["remittance_line"].with_columns(pl.col("adjusted_co_amount").fill_null(0))
        rest = pl.col("charge_amount") - pl.col("paid_amount") - pl.col("adjusted_co_amount")
        assert lines.select((rest == 0).all()).item()
        sums = lines.group_by("remittance_row").agg(pl.col("charge_amount", "paid_amount").sum())
        claims = tables["remittance"].join(
            sums, left_on="_source_row", right_on="remittance_row", suffix="_of_lines"
        )
        assert claims.height == tables["remittance"].height
        for name in ("charge_amount", "paid_amount"):
            assert (claims[name] == claims[f"{name}_of_lines"]).all()
        sent = [
            Decimal(text.split("*")[2])
            for text in path.read_text().split("~\n")
            if text.startswith("BPR*")
        ]
        carried = Decimal(0)
        if "provider_adjustment" in tables:
            carried = tables["provider_adjustment"]["amount"].sum()
        assert sum(sent) == claims["paid_amount"].sum() - carried
        assert min(sent) >= 0
        payments += len(sent)
    assert payments > 100


def test_the_same_arguments_give_the_same_claims(tmp_path: Path) -> None:
    texts = []
    for name in ("one", "two"):
        synthesize(tmp_path / name, CLIENTS, seed=SEED, days=DAYS, formats=["x12"])
        files = sorted((tmp_path / name / "claims_x12").glob("*/*.x12"))
        texts.append([(file.parent.name, file.name, file.read_bytes()) for file in files])
    assert texts[0] == texts[1]
    assert len({name for _, name, _ in texts[0]}) > 3
