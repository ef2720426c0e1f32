with delivered_row as (
    {{ current_rows('claims_cclf', 'cclf7') }}
),

fill as (
    select
        cur_clm_uniq_id as claim_version_id,
        {{ upper_code('bene_mbi_id') }} as mbi,
        clm_line_ndc_cd as ndc_code,
        clm_line_from_dt as dispensed_date,
        prvdr_srvc_id_qlfyr_cd as pharmacy_qualifier,
        clm_srvc_prvdr_gnrc_id_num as pharmacy_id,
        clm_dspnsng_stus_cd as dispensing_status_code,
        clm_line_srvc_unit_qty as service_unit_quantity,
        clm_line_days_suply_qty as days_supply,
        prvdr_prsbng_id_qlfyr_cd as prescriber_qualifier,
        clm_prsbng_prvdr_gnrc_id_num as prescriber_id,
        clm_line_bene_pmt_amt as beneficiary_paid_amount,
        {{ padded_code('clm_adjsmt_type_cd', 2) }} as adjustment_type_code,
        {{ cclf_date('clm_efctv_dt') }} as effective_date,
        {{ cclf_date('clm_idr_ld_dt') }} as loaded_date,
        clm_line_rx_srvc_rfrnc_num as prescription_number,
        clm_line_rx_fill_num as fill_number,
        _batch_id,
        _source_row
    from delivered_row
)

select * from fill
