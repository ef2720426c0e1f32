with record as (
    {{ sender_record('ehr', 'client') }}
),

person as (
    select
        record.source,
        record.client_scope,
        record.source_client_id,
        record.source_client_id as client_id,
        record.merged_into_client_id,
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
        record.interpreter_needed,
        record.address,
        record.city,
        record.state,
        record.zip_code,
        record.phone,
        record.phone_2,
        record.ok_to_call,
        record.ok_to_leave_message,
        record.ok_to_text,
        record.ok_to_mail,
        record.guardian_name,
        record.guardian_phone,
        record.is_confidential_minor,
        record.housing_status,
        record.site_id,
        record.status,
        record.medicaid_id,
        record.medicare_id,
        record.ssn_last4,
        true as has_demographics,
        0 as medical_claim_count,
        0 as pharmacy_claim_count,
        record.received_at
    from record
)

select * from person
