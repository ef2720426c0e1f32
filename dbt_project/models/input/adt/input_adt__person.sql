with alert as (
    select client_scope, source_client_id, received_at from {{ ref('input_adt__alert') }}
    where source_client_id is not null
),

appointment as (
    select client_scope, source_client_id, received_at from {{ ref('input_adt__appointment') }}
    where source_client_id is not null
),

reported_patient as (
    select * from alert
    union all
    select * from appointment
),

person as (
    select
        'adt' as source,
        client_scope,
        source_client_id,
        {%- for column in [
            'client_id', 'merged_into_client_id', 'first_name', 'middle_name', 'last_name',
            'name_suffix', 'preferred_name', 'sex', 'race', 'ethnicity', 'language', 'address',
            'city', 'state', 'zip_code', 'phone', 'phone_2', 'guardian_name', 'guardian_phone',
            'housing_status', 'site_id', 'status', 'medicaid_id', 'medicare_id', 'ssn_last4',
        ] %}
        cast(null as {{ dbt.type_string() }}) as {{ column }},
        {%- endfor %}
        {%- for column in [
            'interpreter_needed', 'ok_to_call', 'ok_to_leave_message', 'ok_to_text', 'ok_to_mail',
            'is_confidential_minor',
        ] %}
        cast(null as boolean) as {{ column }},
        {%- endfor %}
        cast(null as date) as birth_date,
        false as has_demographics,
        0 as medical_claim_count,
        0 as pharmacy_claim_count,
        min(received_at) as received_at
    from reported_patient
    group by client_scope, source_client_id
)

select * from person
