with delivered_row as (
    {{ current_rows('claims_cclf', 'cclf4') }}
),

institutional_diagnosis as (
    select
        cur_clm_uniq_id as claim_version_id,
        {{ upper_code('bene_mbi_id') }} as mbi,
        clm_prod_type_cd as diagnosis_type_code,
        clm_val_sqnc_num as diagnosis_order,
        {{ icd_code('clm_dgns_cd') }} as diagnosis_code,
        clm_poa_ind as diagnosis_poa,
        dgns_prcdr_icd_ind as icd_version_code,
        _batch_id,
        _source_row
    from delivered_row
)

select * from institutional_diagnosis
