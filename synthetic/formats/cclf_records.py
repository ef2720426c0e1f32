"""CCLF records as text: the mapping from row columns to contract columns.

The contract (`sources/claims_cclf/contract.yml`) has the position of each column. Must not be here: which rows are
representable.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from sources.contract import load_contracts
from sources.formats.fixed_width import column_position
from synthetic.formats.claim_rows import DIAGNOSES, MODIFIERS, MOST_PROFESSIONAL_DIAGNOSES

TABLES = load_contracts()["claims_cclf"].tables
# Line separators of any kind, and control characters.
UNSUPPORTED_CHARACTERS = r"[\x00-\x1f\x7f\u0085\u2028\u2029]"
# Record lengths (CCLF Information Packet, version 36).
LENGTHS = {
    "cclf1": 437, "cclf2": 199, "cclf4": 112, "cclf5": 388, "cclf7": 195, "cclf8": 549, "cclf9": 55,
}  # fmt: skip
# Contract column -> row column; names that `medical_claim` does not have are added by `cclf`.
_VERSION = {"cur_clm_uniq_id": "version", "bene_mbi_id": "member_id"}
_ADJUSTMENT = {"clm_adjsmt_type_cd": "adjustment", "clm_efctv_dt": "effective_date"}
_SPAN = {"clm_from_dt": "claim_start_date", "clm_thru_dt": "claim_end_date"}
_LINE = {
    "clm_line_num": "claim_line_number", "clm_line_from_dt": "claim_line_start_date",
    "clm_line_thru_dt": "claim_line_end_date", "clm_line_hcpcs_cd": "hcpcs_code", "clm_line_srvc_unit_qty": "units",
    "clm_line_cvrd_pd_amt": "paid",
    **{f"hcpcs_{n}_mdfr_cd": name for n, name in enumerate(MODIFIERS, 1)},
}  # fmt: skip
LAYOUTS: Mapping[str, Mapping[str, str]] = {
    "cclf1": {
        **_VERSION, **_SPAN, **_ADJUSTMENT, "clm_type_cd": "kind", "clm_bill_fac_type_cd": "bill_facility",
        "clm_bill_clsfctn_cd": "bill_class", "prncpl_dgns_cd": DIAGNOSES[0], "clm_mdcr_npmt_rsn_cd": "not_paid",
        "clm_pmt_amt": "claim_paid", "bene_ptnt_stus_cd": "discharge_disposition_code", "dgns_drg_cd": "drg_code",
        "fac_prvdr_npi_num": "facility_npi", "atndg_prvdr_npi_num": "rendering_npi",
        "clm_admsn_type_cd": "admit_type_code", "clm_admsn_src_cd": "admit_source_code",
        "clm_bill_freq_cd": "claim_frequency_code", "dgns_prcdr_icd_ind": "icd",
        "clm_mdcr_instnl_tot_chrg_amt": "claim_charge", "clm_blg_prvdr_oscar_num": "billing_npi",
        "clm_blg_prvdr_npi_num": "billing_npi",
    },
    "cclf2": {**_VERSION, **_LINE, "clm_line_prod_rev_ctr_cd": "revenue_center_code"},
    "cclf4": {
        **_VERSION, "clm_prod_type_cd": "diagnosis_kind", "clm_val_sqnc_num": "diagnosis_order",
        "clm_dgns_cd": "diagnosis", "dgns_prcdr_icd_ind": "icd",
    },
    "cclf5": {
        **_VERSION, **_SPAN, **_ADJUSTMENT, **_LINE, "clm_type_cd": "kind", "clm_pos_cd": "place_of_service_code",
        "clm_carr_pmt_dnl_cd": "not_paid", "clm_cntl_num": "control_number", "clm_line_alowd_chrg_amt": "allowed",
        "rndrg_prvdr_npi_num": "rendering_npi", "dgns_prcdr_icd_ind": "icd",
        **{f"clm_dgns_{n}_cd": name for n, name in enumerate(DIAGNOSES[:MOST_PROFESSIONAL_DIAGNOSES], 1)},
    },
    "cclf7": {
        **_VERSION, **_ADJUSTMENT, "clm_line_ndc_cd": "ndc_code", "clm_line_from_dt": "dispensing_date",
        "prvdr_srvc_id_qlfyr_cd": "pharmacy_qualifier", "clm_srvc_prvdr_gnrc_id_num": "dispensing_provider_npi",
        "clm_line_srvc_unit_qty": "quantity", "clm_line_days_suply_qty": "days_supply",
        "prvdr_prsbng_id_qlfyr_cd": "prescriber_qualifier", "clm_prsbng_prvdr_gnrc_id_num": "prescribing_provider_npi",
        "clm_line_rx_srvc_rfrnc_num": "claim_id",
    },
    "cclf8": {
        "bene_mbi_id": "member_id", "bene_dob": "roster_birth_date", "bene_sex_cd": "sex",
        "bene_dual_stus_cd": "roster_dual_status_code", "bene_death_dt": "roster_death_date",
        "bene_1st_name": "roster_first_name", "bene_last_name": "roster_last_name",
        "bene_line_1_adr": "roster_address", "geo_zip_plc_name": "roster_city", "geo_usps_state_cd": "roster_state",
        "geo_zip5_cd": "roster_zip_code",
    },
    "cclf9": {"hicn_mbi_xref_ind": "reference", "crnt_num": "current_member_id", "prvs_num": "member_id"},
}  # fmt: skip


def fits(tables: tuple[str, ...], columns: list[str]) -> pl.Expr:
    """Whether each of these columns fits its field and has no unsupported characters."""
    sizes = {
        name: _size(table, column)
        for table in tables
        for column, name in LAYOUTS[table].items()
        if name in columns
    }
    return pl.all_horizontal(
        (
            (_formatted(name).str.len_chars() <= size)
            & ~pl.col(name).str.contains(UNSUPPORTED_CHARACTERS)
            & (pl.col(name).str.strip_chars() == pl.col(name))
        ).fill_null(True)
        for name, size in sizes.items()
    )


def records(table: str, rows: pl.DataFrame) -> str:
    """The rows as fixed-width lines, in order; a null is blank.

    Raises:
        ValueError: A value is longer than its field.
    """
    places = sorted(
        (
            *column_position(column, TABLES[table]),
            column.type == "decimal",
            LAYOUTS[table][column.name],
        )
        for column in TABLES[table].columns
        if column.name in LAYOUTS[table]
    )
    parts, end = [], 0
    for begin, size, is_number, name in places:
        value = _formatted(name).fill_null("")
        parts.append(pl.lit(" " * (begin - end)))
        parts.append(value.str.pad_start(size) if is_number else value.str.pad_end(size))
        end = begin + size
    parts.append(pl.lit(" " * (LENGTHS[table] - end)))
    lines = rows.select(pl.concat_str(parts)).to_series()
    if not (lines.str.len_chars() == LENGTHS[table]).all():
        raise ValueError(f"{table}: a value is longer than its field")
    return "".join(f"{line}\n" for line in lines)


def _formatted(name: str) -> pl.Expr:
    """The column as CMS writes it: diagnosis codes have no dot."""
    is_diagnosis = name == "diagnosis" or name in DIAGNOSES
    return pl.col(name).str.replace(".", "", literal=True) if is_diagnosis else pl.col(name)


def _size(table: str, name: str) -> int:
    column = next(column for column in TABLES[table].columns if column.name == name)
    return column_position(column, TABLES[table])[1]
