with record as (
    {{ sender_record('ehr_fhir', 'Patient') }}
),

merged_patient as (
    select * from {{ ref('input_ehr_fhir__merged_patient') }}
),

payer_identifier as (
    select
        source_client_id,
        min(case when identifier_type = 'medicaid' then identifier end) as medicaid_id,
        min(case when identifier_type = 'medicare' then identifier end) as medicare_id
    from {{ ref('input_ehr_fhir__person_identifier') }}
    group by source_client_id
),

person as (
    select
        record.source,
        record.client_scope,
        record.source_client_id,
        merged_patient.surviving_client_id as client_id,
        nullif(merged_patient.surviving_client_id, record.source_client_id)
            as merged_into_client_id,
        record.first_name,
        record.middle_name,
        record.last_name,
        record.name_suffix,
        record.preferred_name,
        record.birth_date,
        record.sex,
        record.race,
        record.ethnicity,
        record.language,
        record.address,
        record.city,
        record.state,
        record.zip_code,
        coalesce(record.mobile_phone, record.phone) as phone,
        case when record.mobile_phone <> record.phone then record.phone end as phone_2,
        case when not record.is_active then 'inactive' else 'active' end as status,
        payer_identifier.medicaid_id,
        payer_identifier.medicare_id,
        {%- for column in [
            'guardian_name', 'guardian_phone', 'housing_status', 'site_id', 'ssn_last4',
        ] %}
        cast(null as {{ dbt.type_string() }}) as {{ column }},
        {%- endfor %}
        {%- for column in [
            'interpreter_needed', 'ok_to_call', 'ok_to_leave_message', 'ok_to_text', 'ok_to_mail',
            'is_confidential_minor',
        ] %}
        cast(null as boolean) as {{ column }},
        {%- endfor %}
        true as has_demographics,
        0 as medical_claim_count,
        0 as pharmacy_claim_count,
        record.received_at
    from record
    inner join merged_patient on record.source_client_id = merged_patient.source_client_id
    left join payer_identifier
        on merged_patient.surviving_client_id = payer_identifier.source_client_id
)

select * from person
