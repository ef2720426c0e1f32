with delivered_row as (
    {{ current_rows('synthea', 'organizations') }}
),

organization as (
    select
        id as organization_id,
        name as organization_name,
        address,
        city,
        state,
        zip as zip_code,
        lat,
        lon,
        phone,
        revenue,
        utilization,
        _batch_id,
        _source_row
    from delivered_row
)

select * from organization
