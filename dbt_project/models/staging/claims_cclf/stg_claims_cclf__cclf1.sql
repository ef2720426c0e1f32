with delivered_row as (
    {{ current_rows('claims_cclf', 'cclf1') }}
),

institutional_claim as (
    select
        cur_clm_uniq_id as claim_version_id,
        {{ upper_code('bene_mbi_id') }} as mbi,
        clm_type_cd as claim_type_code,
        clm_from_dt as claim_start_date,
        clm_thru_dt as claim_end_date,
        clm_bill_fac_type_cd as facility_type_code,
        clm_bill_clsfctn_cd as facility_class_code,
        {{ icd_code('prncpl_dgns_cd') }} as principal_diagnosis_code,
        {{ icd_code('admtg_dgns_cd') }} as admitting_diagnosis_code,
        clm_mdcr_npmt_rsn_cd as nonpayment_reason_code,
        clm_pmt_amt as paid_amount,
        {{ padded_code('bene_ptnt_stus_cd', 2) }} as discharge_disposition_code,
        {{ padded_code('dgns_drg_cd', 3) }} as drg_code,
        fac_prvdr_npi_num as facility_npi,
        atndg_prvdr_npi_num as attending_npi,
        {{ padded_code('clm_adjsmt_type_cd', 2) }} as adjustment_type_code,
        {{ cclf_date('clm_efctv_dt') }} as effective_date,
        {{ cclf_date('clm_idr_ld_dt') }} as loaded_date,
        clm_admsn_type_cd as admit_type_code,
        clm_admsn_src_cd as admit_source_code,
        clm_bill_freq_cd as claim_frequency_code,
        dgns_prcdr_icd_ind as icd_version_code,
        clm_mdcr_instnl_tot_chrg_amt as charge_amount,
        clm_blg_prvdr_oscar_num as provider_ccn,
        clm_blg_prvdr_npi_num as billing_npi,
        clm_atndg_prvdr_npi_num as billed_attending_npi,
        _batch_id,
        _source_row
    from delivered_row
)

select * from institutional_claim
