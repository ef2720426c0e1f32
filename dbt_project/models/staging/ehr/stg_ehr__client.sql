with delivered_row as (
    {{ current_rows('ehr', 'client') }}
),

client as (
    select
        client_id as source_client_id,
        {{ upper_code('medicaid_id') }} as medicaid_id,
        {{ upper_code('medicare_id') }} as medicare_id,
        ssn_last4,
        first_name,
        middle_name,
        last_name,
        name_suffix,
        preferred_name,
        {{ plausible_birth_date('birth_date', 'death_date') }} as birth_date,
        death_date,
        sex,
        race,
        ethnicity,
        language,
        interpreter_needed,
        address,
        city,
        state,
        zip_code,
        phone,
        phone_2,
        merged_into_client_id,
        ok_to_call,
        ok_to_leave_message,
        ok_to_text,
        ok_to_mail,
        guardian_name,
        guardian_phone,
        is_confidential_minor,
        housing_status,
        site_id,
        status,
        _batch_id,
        _source_row
    from delivered_row
)

select * from client
