with delivered_row as (
    {{ current_rows('claims_cclf', 'cclf2') }}
),

institutional_line as (
    select
        cur_clm_uniq_id as claim_version_id,
        clm_line_num as claim_line_number,
        {{ upper_code('bene_mbi_id') }} as mbi,
        {{ cclf_date('clm_line_from_dt') }} as line_start_date,
        {{ cclf_date('clm_line_thru_dt') }} as line_end_date,
        {{ padded_code('clm_line_prod_rev_ctr_cd', 4) }} as revenue_center_code,
        {{ upper_code('clm_line_hcpcs_cd') }} as hcpcs_code,
        clm_line_srvc_unit_qty as service_unit_quantity,
        clm_line_cvrd_pd_amt as paid_amount,
        {{ upper_code('hcpcs_1_mdfr_cd') }} as hcpcs_modifier_1,
        {{ upper_code('hcpcs_2_mdfr_cd') }} as hcpcs_modifier_2,
        {{ upper_code('hcpcs_3_mdfr_cd') }} as hcpcs_modifier_3,
        {{ upper_code('hcpcs_4_mdfr_cd') }} as hcpcs_modifier_4,
        _batch_id,
        _source_row
    from delivered_row
)

select * from institutional_line
