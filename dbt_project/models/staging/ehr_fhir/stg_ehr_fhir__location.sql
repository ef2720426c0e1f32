with delivered_row as (
    {{ current_rows('ehr_fhir', 'Location') }}
),

location as (
    select
        id as location_id,
        last_updated,
        status,
        _batch_id,
        _source_row
    from delivered_row
)

select * from location
