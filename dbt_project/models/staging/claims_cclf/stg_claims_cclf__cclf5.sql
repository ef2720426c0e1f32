with delivered_row as (
    {{ current_rows('claims_cclf', 'cclf5') }}
),

professional_line as (
    select
        cur_clm_uniq_id as claim_version_id,
        clm_line_num as claim_line_number,
        {{ upper_code('bene_mbi_id') }} as mbi,
        clm_type_cd as claim_type_code,
        clm_from_dt as claim_start_date,
        clm_thru_dt as claim_end_date,
        clm_prvdr_spclty_cd as specialty_code,
        {{ padded_code('clm_pos_cd', 2) }} as place_of_service_code,
        {{ cclf_date('clm_line_from_dt') }} as line_start_date,
        {{ cclf_date('clm_line_thru_dt') }} as line_end_date,
        {{ upper_code('clm_line_hcpcs_cd') }} as hcpcs_code,
        clm_line_cvrd_pd_amt as paid_amount,
        {{ icd_code('clm_line_dgns_cd') }} as line_diagnosis_code,
        clm_rndrg_prvdr_tax_num as rendering_tin,
        rndrg_prvdr_npi_num as rendering_npi,
        clm_carr_pmt_dnl_cd as payment_denial_code,
        clm_prcsg_ind_cd as processing_code,
        {{ padded_code('clm_adjsmt_type_cd', 2) }} as adjustment_type_code,
        {{ cclf_date('clm_efctv_dt') }} as effective_date,
        {{ cclf_date('clm_idr_ld_dt') }} as loaded_date,
        clm_cntl_num as claim_control_number,
        clm_line_alowd_chrg_amt as allowed_amount,
        clm_line_srvc_unit_qty as service_unit_quantity,
        {{ upper_code('hcpcs_1_mdfr_cd') }} as hcpcs_modifier_1,
        {{ upper_code('hcpcs_2_mdfr_cd') }} as hcpcs_modifier_2,
        {{ upper_code('hcpcs_3_mdfr_cd') }} as hcpcs_modifier_3,
        {{ upper_code('hcpcs_4_mdfr_cd') }} as hcpcs_modifier_4,
        clm_disp_cd as claim_disposition_code,
        {{ icd_code('clm_dgns_1_cd') }} as diagnosis_code_1,
        {{ icd_code('clm_dgns_2_cd') }} as diagnosis_code_2,
        {{ icd_code('clm_dgns_3_cd') }} as diagnosis_code_3,
        {{ icd_code('clm_dgns_4_cd') }} as diagnosis_code_4,
        {{ icd_code('clm_dgns_5_cd') }} as diagnosis_code_5,
        {{ icd_code('clm_dgns_6_cd') }} as diagnosis_code_6,
        {{ icd_code('clm_dgns_7_cd') }} as diagnosis_code_7,
        {{ icd_code('clm_dgns_8_cd') }} as diagnosis_code_8,
        dgns_prcdr_icd_ind as icd_version_code,
        {{ icd_code('clm_dgns_9_cd') }} as diagnosis_code_9,
        {{ icd_code('clm_dgns_10_cd') }} as diagnosis_code_10,
        {{ icd_code('clm_dgns_11_cd') }} as diagnosis_code_11,
        {{ icd_code('clm_dgns_12_cd') }} as diagnosis_code_12,
        clm_rndrg_prvdr_npi_num as billed_rendering_npi,
        _batch_id,
        _source_row
    from delivered_row
)

select * from professional_line
