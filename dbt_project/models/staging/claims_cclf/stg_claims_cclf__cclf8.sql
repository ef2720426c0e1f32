with delivered_row as (
    {{ current_rows('claims_cclf', 'cclf8') }}
),

beneficiary as (
    select
        {{ upper_code('bene_mbi_id') }} as mbi,
        bene_zip_cd as enrollment_zip_code,
        {{ plausible_birth_date(cclf_date('bene_dob'), cclf_date('bene_death_dt')) }} as birth_date,
        bene_sex_cd as sex_code,
        bene_race_cd as race_code,
        bene_mdcr_stus_cd as medicare_status_code,
        {{ padded_code('bene_dual_stus_cd', 2) }} as dual_status_code,
        {{ cclf_date('bene_death_dt') }} as death_date,
        {{ cclf_date('bene_rng_bgn_dt') }} as hospice_start_date,
        {{ cclf_date('bene_rng_end_dt') }} as hospice_end_date,
        bene_1st_name as first_name,
        bene_midl_name as middle_name,
        bene_last_name as last_name,
        bene_orgnl_entlmt_rsn_cd as original_entitlement_code,
        {{ cclf_date('bene_part_a_enrlmt_bgn_dt') }} as part_a_start_date,
        {{ cclf_date('bene_part_b_enrlmt_bgn_dt') }} as part_b_start_date,
        bene_line_1_adr as address,
        geo_zip_plc_name as city,
        geo_usps_state_cd as state,
        geo_zip5_cd as zip_code,
        _batch_id,
        _source_row
    from delivered_row
)

select * from beneficiary
