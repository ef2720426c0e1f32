with delivered_row as (
    {{ current_rows('ehr_fhir', 'MedicationRequest') }}
),

prescription as (
    select
        id as prescription_id,
        last_updated,
        part2_label,
        program_id,
        status,
        intent,
        code,
        code_system,
        medication_id,
        coalesce(patient_id, patient_identifier) as source_client_id,
        encounter_id,
        authored_at,
        authored_at_precision,
        valid_until,
        valid_until_precision,
        days_supply,
        repeats_allowed,
        requester_id,
        _batch_id,
        _source_row
    from delivered_row
)

select * from prescription
