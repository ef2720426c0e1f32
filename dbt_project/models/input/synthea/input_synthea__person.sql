with record as (
    {{ sender_record('synthea', 'patients') }}
),

person as (
    select
        record.source,
        record.client_scope,
        record.source_client_id,
        record.source || ':' || record.source_client_id as client_id,
        record.first_name,
        record.last_name,
        record.name_suffix,
        record.birth_date,
        record.sex,
        record.race,
        record.ethnicity,
        record.address,
        record.city,
        record.state,
        record.zip_code,
        {%- for column in [
            'merged_into_client_id', 'middle_name', 'preferred_name', 'language', 'phone', 'phone_2',
            'guardian_name', 'guardian_phone', 'housing_status', 'site_id', 'medicaid_id',
            'medicare_id', 'ssn_last4',
        ] %}
        cast(null as {{ dbt.type_string() }}) as {{ column }},
        {%- endfor %}
        {%- for column in [
            'interpreter_needed', 'ok_to_call', 'ok_to_leave_message', 'ok_to_text', 'ok_to_mail',
            'is_confidential_minor',
        ] %}
        cast(null as boolean) as {{ column }},
        {%- endfor %}
        'active' as status,
        true as has_demographics,
        0 as medical_claim_count,
        0 as pharmacy_claim_count,
        record.received_at
    from record
)

select * from person
