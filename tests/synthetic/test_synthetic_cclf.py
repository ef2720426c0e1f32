"""Medicare claims as CCLF: the reader returns the original values, fields are at CMS's positions, the rest stays CSV."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from sources.contract import load_contracts
from sources.formats.fixed_width import read_fixed_width
from sources.landing import table_of
from synthetic.agency import synthesize
from synthetic.formats import cclf
from synthetic.formats.cclf_records import records

DAY, AGAIN = "2026-03-10", "2026-03-24"
ROSTER = """data_source,person_id,member_id,payer_type,birth_date,death_date,gender,first_name,last_name,address,city,state,zip_code,dual_status_code
s,1,1SL00000001,medicare,1950-05-05,2026-02-01,male,Zoë,Roe,1 Oak St,Troy,NY,12180,02
s,2,1SL00000002,medicare,1960-06-06,,female,,Foe,,,,,
s,2,1SL00000009,medicare,1960-06-06,,female,,Foe,,,,,
s,3,1SL00000003,medicare,1970-01-01,,,Jo,Poe,,,,12180-0001,
s,4,1SL00000004,medicare,1970-01-01,,,Jo,Two,,,,,
t,4,1SL00000004,medicare,1971-01-01,,,Jo,Two,,,,,
t,5,1SL00000005,medicare,1970-01-01,,,Jo,Coe,,,,,
h,1,SYN00000001,medicaid,1950-05-05,,male,Zoë,Roe,,,,,
"""
VISIT: dict[str, str | None] = {
    "claim_line_number": "1", "claim_type": "professional", "data_source": "s", "person_id": "1",
    "member_id": "1SL00000001", "payer": "Medicare", "claim_frequency_code": "1", "claim_status": "paid",
    "claim_start_date": "2026-01-05", "claim_end_date": "2026-01-05", "claim_line_start_date": "2026-01-05",
    "claim_line_end_date": "2026-01-05", "place_of_service_code": "11", "hcpcs_code": "90834", "hcpcs_modifier_1": "95",
    "service_unit_quantity": "1", "rendering_npi": "1111111111", "billing_npi": "1111111111",
    "rendering_taxonomy_code": "103TC0700X", "paid_date": "2026-02-01", "charge_amount": "110.0", "allowed_amount": "72.6",
    "paid_amount": "68.2", "diagnosis_code_type": "icd-10-cm", "diagnosis_code_1": "F32.9",
}  # fmt: skip
STAY = VISIT | {
    "claim_type": "institutional", "claim_end_date": "2026-01-09", "claim_line_end_date": "2026-01-09",
    "admission_date": "2026-01-05", "discharge_date": "2026-01-09", "admit_source_code": "7", "admit_type_code": "1",
    "discharge_disposition_code": "07", "bill_type_code": "111", "drg_code_type": "ms-drg", "drg_code": "885",
    "revenue_center_code": "0124", "place_of_service_code": None, "hcpcs_code": None, "hcpcs_modifier_1": None,
    "rendering_npi": None, "rendering_taxonomy_code": None, "billing_npi": "2222222222", "facility_npi": "3333333333",
    "diagnosis_code_2": "F10.10", "diagnosis_code_3": "I10",
}  # fmt: skip
VOID = {
    "charge_amount": "-110.0",
    "paid_amount": "-68.2",
    "allowed_amount": "-72.6",
    "diagnosis_code_1": None,
    "diagnosis_code_2": None,
    "diagnosis_code_3": None,
}
LATER = {"paid_date": "2026-03-01"}
# A replacement that changes the discharge date, a void of a replacement, a claim rebilled after its void.
REPRESENTABLE = (
    VISIT | {"claim_id": "11", "diagnosis_code_2": "F10.10"},
    VISIT | {"claim_id": "11", "diagnosis_code_2": "F10.10", "claim_line_number": "2", "hcpcs_code": "96127", "paid_amount": "0.1"},
    VISIT | {"claim_id": "12", "claim_status": "denied", "paid_amount": "0", "allowed_amount": None},
    VISIT | {"claim_id": "13", "claim_frequency_code": "7", "original_claim_id": "11", "paid_amount": "60"} | LATER,
    VISIT | VOID | {"claim_id": "14", "claim_frequency_code": "8", "original_claim_id": "13", "paid_date": "2026-03-02"},
    STAY | {"claim_id": "20", "claim_end_date": "2026-01-08", "claim_line_end_date": "2026-01-08", "discharge_date": "2026-01-08"},
    STAY | {"claim_id": "21", "claim_frequency_code": "7", "original_claim_id": "20"} | LATER,
    STAY | {"claim_id": "22", "admission_date": None, "discharge_date": None, "bill_type_code": "131", "claim_start_date": "2026-01-09"},
    STAY | VOID | {"claim_id": "23", "claim_frequency_code": "8", "original_claim_id": "22"} | LATER,
    STAY | {"claim_id": "24", "bill_type_code": "131", "claim_start_date": "2026-01-09", "claim_status": "denied", "paid_amount": "0", "admission_date": None, "paid_date": "2026-03-02"},
    VISIT | {"claim_id": "30", "person_id": "2", "member_id": "1SL00000002"},
)  # fmt: skip
UNSUPPORTED = (
    VISIT | {"claim_id": "k1"},
    VISIT | {"claim_id": "041"},
    VISIT | {"claim_id": "1234567890123"},
    # Member not representable: another payer, an MBI shared by two people, a ZIP code that is too long.
    VISIT | {"claim_id": "42", "person_id": "1", "data_source": "h", "member_id": "SYN00000001"},
    VISIT | {"claim_id": "43", "person_id": "4", "member_id": "1SL00000004"},
    VISIT | {"claim_id": "44", "person_id": "3", "member_id": "1SL00000003"},
    # Another billing provider, a facility, no rendering provider.
    VISIT | {"claim_id": "45", "billing_npi": "2222222222"},
    VISIT | {"claim_id": "46", "facility_npi": "3333333333"},
    VISIT | {"claim_id": "47", "rendering_npi": None},
    STAY | {"claim_id": "48", "admission_date": "2026-01-06"},
    STAY | {"claim_id": "49", "discharge_date": "2026-01-08"},
    STAY | {"claim_id": "50", "claim_frequency_code": "5"},
    VISIT | {"claim_id": "51", "hcpcs_code": "908341"},
    VISIT | {"claim_id": "52", "hcpcs_code": " 9083"},
    VISIT | {"claim_id": "53", "paid_amount": "1.234"},
    VISIT | {"claim_id": "54", "paid_date": "9999-12-31"},
    VISIT | {"claim_id": "55", "procedure_code_1": "x"},
    VISIT | {"claim_id": "56", "claim_status": "reversed"},
    # Two active stays with the same key: Part A would read them as one claim.
    STAY | {"claim_id": "57", "claim_start_date": "2026-01-06", "admission_date": None},
    STAY | {"claim_id": "58", "claim_start_date": "2026-01-06", "admission_date": None, "paid_date": "2026-02-02"},
    # An active stay that was paid before the void of another stay with the same dates.
    STAY | {"claim_id": "60", "claim_start_date": "2026-01-07", "admission_date": None, "paid_date": "2026-02-15"},
    # Corrections: denied, of an undelivered claim, same day with a smaller number, second correction, unsupported chain.
    VISIT | {"claim_id": "61"},
    VISIT | {"claim_id": "62", "claim_frequency_code": "7", "original_claim_id": "61", "claim_status": "denied", "paid_amount": "0"} | LATER,
    VISIT | {"claim_id": "63", "claim_frequency_code": "7", "original_claim_id": "99"} | LATER,
    VISIT | {"claim_id": "65"},
    VISIT | {"claim_id": "64", "claim_frequency_code": "7", "original_claim_id": "65"},
    VISIT | {"claim_id": "66"},
    VISIT | {"claim_id": "67", "claim_frequency_code": "7", "original_claim_id": "66"} | LATER,
    VISIT | {"claim_id": "68", "claim_frequency_code": "7", "original_claim_id": "66"} | LATER,
    VISIT | {"claim_id": "69"},
    VISIT | {"claim_id": "70", "claim_frequency_code": "7", "original_claim_id": "69", "facility_npi": "3333333333"} | LATER,
    VISIT | {"claim_id": "71"},
    VISIT | {"claim_id": "71", "claim_frequency_code": "7", "original_claim_id": "98"},
    # A claim_id in two data sources.
    VISIT | {"claim_id": "72"},
    VISIT | {"claim_id": "72", "data_source": "t", "person_id": "5", "member_id": "1SL00000005"},
)  # fmt: skip
VOIDED = (
    STAY | {"claim_id": "80", "claim_start_date": "2026-01-07", "admission_date": None},
    STAY | VOID | {"claim_id": "81", "claim_frequency_code": "8", "original_claim_id": "80"} | LATER,
)  # fmt: skip
FILL = {
    "claim_id": "rx90", "claim_line_number": "1", "data_source": "s", "person_id": "1", "member_id": "1SL00000001",
    "payer": "Medicare", "ndc_code": "99999020130", "dispensing_date": "2026-01-05", "quantity": "30", "days_supply": "30",
    "prescribing_provider_npi": "1111111111", "dispensing_provider_npi": "4444444444", "paid_date": "2026-01-08",
    "paid_amount": "9.0", "refills": "2", "claim_status": "paid",
}  # fmt: skip
UNSUPPORTED_FILLS = (
    FILL | {"claim_id": "rx0"},
    FILL | {"claim_id": "91", "claim_status": "reversed"},
    FILL | {"claim_id": "92", "copayment_amount": "1"},
    FILL | {"claim_id": "rx93"},
    FILL | {"claim_id": "93"},
    FILL | {"claim_id": "94", "ndc_code": "9999902013"},
    FILL | {"claim_id": "95", "claim_line_number": "2"},
)
COLUMNS = tuple(
    dict.fromkeys(name for row in REPRESENTABLE + UNSUPPORTED for name in ("claim_id", *row))
)


def write(folder: Path, table: str, rows: tuple[dict[str, str | None], ...]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{table}_full.csv"
    names = tuple(dict.fromkeys(name for row in rows for name in row))
    columns = COLUMNS if table == "medical_claim" else names
    pl.DataFrame(list(rows), schema=dict.fromkeys(columns, pl.String())).write_csv(path)
    return path


def read_back(folder: Path) -> dict[str, pl.DataFrame]:
    """The reader's tables of a delivery's CCLF files, without rejected records."""
    contract = load_contracts()["claims_cclf"]
    tables = {}
    for path in sorted(folder.glob("P.*")):
        name = table_of(path.name, contract)
        assert name
        out = folder.parent / f"{folder.name}.{path.name}"
        read = read_fixed_width(path, contract.tables[name], "America/New_York", "b", out)
        assert read.rows_rejected == 0
        tables[name] = pl.concat(pl.read_parquet(part) for part in read.typed)
    return tables


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, pl.DataFrame]]:
    """The rows above after conversion: the landing folder, and the reader's tables of the CCLF files."""
    landing = tmp_path_factory.mktemp("cclf")
    write(landing / "claims" / DAY, "medical_claim", REPRESENTABLE + UNSUPPORTED + VOIDED)
    write(landing / "claims" / DAY, "pharmacy_claim", (FILL, *UNSUPPORTED_FILLS))
    (landing / "claims" / DAY / "eligibility_full.csv").write_text(ROSTER, "utf-8")
    cclf.convert(landing / "claims", landing / "claims_cclf")
    return landing, read_back(landing / "claims_cclf" / DAY)


def test_unsupported_rows_stay_csv(
    converted: tuple[Path, dict[str, pl.DataFrame]], tmp_path: Path
) -> None:
    for table, rows in (("medical_claim", UNSUPPORTED), ("pharmacy_claim", UNSUPPORTED_FILLS)):
        path = converted[0] / "claims" / DAY / f"{table}_full.csv"
        kept = pl.read_csv(path, infer_schema=False)
        asked = pl.read_csv(write(tmp_path, table, rows), infer_schema=False)
        assert kept.select(asked.columns).rows() == asked.rows()
    assert (converted[0] / "claims" / DAY / "eligibility_full.csv").read_text("utf-8") == ROSTER


def test_fields_are_at_the_positions_of_the_cms_layout(
    converted: tuple[Path, dict[str, pl.DataFrame]],
) -> None:
    """Positions of the CCLF Information Packet, counted from 1."""
    path = converted[0] / "claims_cclf" / DAY / "P.A9999.ACO.ZC5Y26.D260310.T0000000"
    line = path.read_text("utf-8").splitlines()[0]
    fields = {
        (1, 13): "112", (14, 23): "1", (24, 34): "1SL00000001", (46, 47): "71", (48, 57): "2026-01-05",
        (58, 67): "2026-01-05", (76, 77): "11", (78, 87): "2026-01-05", (88, 97): "2026-01-05", (98, 102): "90834",
        (103, 117): "68.20", (136, 145): "1111111111", (150, 151): "0", (152, 161): "2026-02-01", (172, 211): "11",
        (223, 239): "72.60", (240, 263): "1.00", (264, 265): "95", (276, 282): "F329", (283, 289): "F1010", (332, 332): "0",
    }  # fmt: skip
    assert {(first, last): line[first - 1 : last].strip() for first, last in fields} == fields
    assert len(line) == 388
    blank = set(range(1, 389)) - {n for first, last in fields for n in range(first, last + 1)}
    assert {line[n - 1] for n in blank} == {" "}


def test_corrections_are_cancellations_and_adjustments(
    converted: tuple[Path, dict[str, pl.DataFrame]],
) -> None:
    names = (
        "cur_clm_uniq_id", "clm_line_num", "clm_adjsmt_type_cd", "clm_cntl_num", "clm_line_cvrd_pd_amt", "clm_efctv_dt",
        "clm_carr_pmt_dnl_cd",
    )  # fmt: skip
    first, later, last = dt.date(2026, 2, 1), dt.date(2026, 3, 1), dt.date(2026, 3, 2)
    cents = Decimal("68.2")
    assert converted[1]["cclf5"].select(names).rows() == [
        ("112", 1, "0", "11", cents, first, None),
        ("112", 2, "0", "11", Decimal("0.1"), first, None),
        ("122", 1, "0", "12", 0, first, "0"),
        ("131", 1, "1", "11", cents, later, None),
        ("131", 2, "1", "11", Decimal("0.1"), later, None),
        ("132", 1, "2", "11", 60, later, None),
        ("141", 1, "1", "11", 60, last, None),
        ("302", 1, "0", "30", cents, first, None),
    ]


def test_the_reader_returns_the_original_stays(
    converted: tuple[Path, dict[str, pl.DataFrame]],
) -> None:
    tables = converted[1]
    names = ("cur_clm_uniq_id", "clm_adjsmt_type_cd", "clm_thru_dt", "clm_mdcr_npmt_rsn_cd")
    ends = dt.date(2026, 1, 8), dt.date(2026, 1, 9)
    assert tables["cclf1"].select(names).rows() == [
        ("202", "0", ends[0], None),
        ("211", "1", ends[0], None),
        ("212", "2", ends[1], None),
        ("222", "0", ends[1], None),
        ("231", "1", ends[1], None),
        ("242", "0", ends[1], "N"),
        ("802", "0", ends[1], None),
        ("811", "1", ends[1], None),
    ]
    (stay,) = tables["cclf1"].filter(pl.col("cur_clm_uniq_id") == "212").to_dicts()
    assert {name: stay[name] for name in STAY_RECORD} == STAY_RECORD
    lines = tables["cclf2"].filter(pl.col("cur_clm_uniq_id") == "212")
    fields = (
        "clm_line_num",
        "clm_line_prod_rev_ctr_cd",
        "clm_line_srvc_unit_qty",
        "clm_line_cvrd_pd_amt",
    )
    assert lines.select(fields).rows() == [(1, "0124", 1, Decimal("68.2"))]
    diagnoses = tables["cclf4"].filter(pl.col("cur_clm_uniq_id") == "212")
    names = ("clm_prod_type_cd", "clm_val_sqnc_num", "clm_dgns_cd", "dgns_prcdr_icd_ind")
    assert diagnoses.select(names).rows() == [("D", 2, "F1010", "0"), ("D", 3, "I10", "0")]


STAY_RECORD = {
    "bene_mbi_id": "1SL00000001", "clm_type_cd": "60", "clm_from_dt": dt.date(2026, 1, 5), "clm_bill_fac_type_cd": "1",
    "clm_bill_clsfctn_cd": "1", "clm_bill_freq_cd": "7", "prncpl_dgns_cd": "F329", "clm_pmt_amt": Decimal("68.2"),
    "clm_mdcr_instnl_tot_chrg_amt": 110, "bene_ptnt_stus_cd": "07", "dgns_drg_cd": "885",
    "fac_prvdr_npi_num": "3333333333", "clm_blg_prvdr_npi_num": "2222222222", "clm_blg_prvdr_oscar_num": "2222222222",
    "clm_efctv_dt": dt.date(2026, 3, 1), "clm_admsn_type_cd": "1", "clm_admsn_src_cd": "7", "dgns_prcdr_icd_ind": "0",
}  # fmt: skip


def test_the_reader_returns_the_original_fills_and_members(
    converted: tuple[Path, dict[str, pl.DataFrame]],
) -> None:
    tables = converted[1]
    (fill,) = tables["cclf7"].to_dicts()
    assert {name: fill[name] for name in FILL_RECORD} == FILL_RECORD
    names = (
        "bene_mbi_id",
        "bene_dob",
        "bene_sex_cd",
        "bene_dual_stus_cd",
        "bene_death_dt",
        "bene_1st_name",
        "geo_zip5_cd",
    )
    born, died = dt.date(1960, 6, 6), dt.date(2026, 2, 1)
    assert tables["cclf8"].select(names).rows() == [
        ("1SL00000001", dt.date(1950, 5, 5), "1", "02", died, "Zoë", "12180"),
        ("1SL00000002", born, "2", None, None, None, None),
        ("1SL00000009", born, "2", None, None, None, None),
    ]
    assert tables["cclf9"].select("hicn_mbi_xref_ind", "prvs_num", "crnt_num").rows() == [
        ("M", "1SL00000002", "1SL00000009")
    ]


FILL_RECORD = {
    "cur_clm_uniq_id": "90", "bene_mbi_id": "1SL00000001", "clm_line_ndc_cd": "99999020130",
    "clm_line_from_dt": dt.date(2026, 1, 5), "prvdr_srvc_id_qlfyr_cd": "01", "clm_srvc_prvdr_gnrc_id_num": "4444444444",
    "prvdr_prsbng_id_qlfyr_cd": "01", "clm_prsbng_prvdr_gnrc_id_num": "1111111111", "clm_line_srvc_unit_qty": 30,
    "clm_line_days_suply_qty": 30, "clm_adjsmt_type_cd": "0", "clm_efctv_dt": dt.date(2026, 1, 8),
    "clm_line_rx_srvc_rfrnc_num": "rx90",
}  # fmt: skip


def test_a_resent_line_is_converted_again(tmp_path: Path) -> None:
    """A correction cancels all lines of the claim; a claim re-sent with changes or in parts stays CSV."""
    claims = tmp_path / "claims"
    two = [VISIT | {"claim_id": "1", "claim_line_number": line} for line in ("1", "2")]
    changed, late = VISIT | {"claim_id": "2"}, VISIT | {"claim_id": "3"}
    void = (
        VISIT
        | VOID
        | {"claim_id": "4", "claim_frequency_code": "8", "original_claim_id": "1"}
        | LATER
    )
    (claims / DAY).mkdir(parents=True)
    (claims / DAY / "eligibility_full.csv").write_text(ROSTER, "utf-8")
    write(claims / DAY, "medical_claim", (void, changed, late))
    later = (*two, changed | {"paid_amount": "1"}, late | {"claim_line_number": "2"})
    write(claims / AGAIN, "medical_claim", later)
    write(claims / "2026-04-07", "medical_claim", (two[1],))
    cclf.convert(claims, tmp_path / "claims_cclf")
    days = (DAY, AGAIN, "2026-04-07")
    assert [
        read_back(tmp_path / "claims_cclf" / day)["cclf5"]
        .select("cur_clm_uniq_id", "clm_line_num")
        .rows()
        for day in days
    ] == [[("41", 1), ("41", 2)], [("12", 1), ("12", 2)], [("12", 2)]]
    kept = [
        pl.read_csv(claims / day / "medical_claim_full.csv", infer_schema=False)[
            "claim_id"
        ].to_list()
        for day in days[:2]
    ]
    assert kept == [["2", "3"], ["2", "3"]]
    assert not (claims / days[2] / "medical_claim_full.csv").exists()


def test_a_value_longer_than_its_field_is_an_error() -> None:
    row = {"reference": "M", "current_member_id": "1SL000000012", "member_id": "1SL00000002"}
    with pytest.raises(ValueError, match="cclf9: a value is longer than its field"):
        records("cclf9", pl.DataFrame([row]))


def test_the_same_arguments_give_the_same_records(tmp_path: Path) -> None:
    texts = []
    for name in ("one", "two"):
        synthesize(tmp_path / name, 60, seed=6, days=200, formats=["cclf"])
        files = sorted((tmp_path / name / "claims_cclf").glob("*/*"))
        texts.append([(file.parent.name, file.name, file.read_bytes()) for file in files])
    assert texts[0] == texts[1]
    assert {name[11:15] for _, name, _ in texts[0]} >= {".ZC1", ".ZC5", ".ZC7", ".ZC8"}
