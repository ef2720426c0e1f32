with delivered_row as (
    {{ current_rows('ehr_fhir', 'Medication') }}
),

medication as (
    select
        id as medication_id,
        last_updated,
        status,
        code,
        code_system,
        _batch_id,
        _source_row
    from delivered_row
)

select * from medication
