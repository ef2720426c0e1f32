with delivered_row as (
    {{ current_rows('ehr_fhir', 'resource') }}
),

other_resource as (
    select
        resource_type,
        id as resource_id,
        last_updated,
        _batch_id,
        _source_row
    from delivered_row
)

select * from other_resource
