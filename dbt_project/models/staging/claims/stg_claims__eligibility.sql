with delivered_row as (
    {{ current_rows('claims', 'eligibility') }}
),

enrollment as (
    select
        person_id as source_client_id,
        {{ upper_code('member_id') }} as member_id,
        subscriber_id,
        gender,
        race,
        {{ plausible_birth_date('birth_date', 'death_date') }} as birth_date,
        death_date,
        death_flag,
        enrollment_start_date,
        enrollment_end_date,
        payer,
        payer_type,
        plan,
        original_reason_entitlement_code,
        {{ padded_code('dual_status_code', 2) }} as dual_status_code,
        medicare_status_code,
        enrollment_status,
        hospice_flag,
        institutional_snp_flag,
        long_term_institutional_flag,
        group_id,
        group_name,
        name_suffix,
        first_name,
        middle_name,
        last_name,
        social_security_number,
        subscriber_relation,
        address,
        city,
        state,
        zip_code,
        phone,
        email,
        ethnicity,
        data_source,
        file_name,
        file_date,
        ingest_datetime,
        _batch_id,
        _source_row
    from delivered_row
)

select * from enrollment
