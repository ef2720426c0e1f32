with delivered_row as (
    {{ current_rows('ehr_fhir', 'Encounter_diagnosis') }}
),

diagnosis as (
    select
        encounter_id,
        last_updated,
        position,
        condition_id,
        use_code,
        rank,
        _batch_id,
        _source_row
    from delivered_row
)

select * from diagnosis
