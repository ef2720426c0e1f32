with delivered_row as (
    {{ current_rows('claims_cclf', 'cclf9') }}
),

former_identifier as (
    select
        hicn_mbi_xref_ind as reference_type,
        {{ upper_code('crnt_num') }} as current_mbi,
        {{ upper_code('prvs_num') }} as former_mbi,
        {{ cclf_date('prvs_id_efctv_dt') }} as former_start_date,
        {{ cclf_date('prvs_id_obslt_dt') }} as former_end_date,
        _batch_id,
        _source_row
    from delivered_row
)

select * from former_identifier
