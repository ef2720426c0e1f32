with delivered_row as (
    {{ current_rows('ehr_fhir', 'resource_reference') }}
),

reference as (
    select
        resource_type,
        resource_id,
        last_updated,
        position,
        element,
        element_position,
        target_type,
        target_id,
        _batch_id,
        _source_row
    from delivered_row
)

select * from reference
