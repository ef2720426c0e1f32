with delivered_row as (
    {{ current_rows('ehr_fhir', 'MedicationDispense') }}
),

fill as (
    select
        id as fill_id,
        last_updated,
        part2_label,
        status,
        code,
        code_system,
        medication_id,
        coalesce(patient_id, patient_identifier) as source_client_id,
        prescription_id,
        prepared_at,
        prepared_at_precision,
        handed_over_at,
        handed_over_at_precision,
        days_supply,
        quantity,
        _batch_id,
        _source_row
    from delivered_row
)

select * from fill
