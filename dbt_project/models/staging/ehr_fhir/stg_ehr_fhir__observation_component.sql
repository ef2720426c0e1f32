with delivered_row as (
    {{ current_rows('ehr_fhir', 'Observation_component') }}
),

component as (
    select
        observation_id,
        last_updated,
        position,
        code,
        value_number,
        value_code,
        value_boolean,
        _batch_id,
        _source_row
    from delivered_row
)

select * from component
