with delivered_row as (
    {{ current_rows('ehr_fhir', 'ServiceRequest') }}
),

referral as (
    select
        id as referral_id,
        last_updated,
        part2_label,
        program_id,
        status,
        intent,
        coalesce(is_prohibited, false) as is_prohibited,
        priority,
        category_code,
        code,
        code_system,
        coalesce(patient_id, patient_identifier) as source_client_id,
        encounter_id,
        authored_at,
        authored_at_precision,
        authored_written,
        occurrence_at,
        occurrence_at_precision,
        requester_id,
        performer_id,
        performer_name,
        performer_type_code,
        reason_code,
        replaces_id,
        _batch_id,
        _source_row
    from delivered_row
)

select * from referral
