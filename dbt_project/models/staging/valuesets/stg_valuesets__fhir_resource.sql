with delivered_row as (
    {{ current_rows('valuesets', 'fhir_resource') }}
),

other_resource as (
    select
        resource_type,
        id as resource_id,
        _batch_id,
        _source_row
    from delivered_row
)

select * from other_resource
