with delivered_row as (
    {{ current_rows('synthea', 'providers') }}
),

provider as (
    select
        id as provider_id,
        organization as organization_id,
        name as provider_name,
        gender,
        speciality,
        address,
        city,
        state,
        zip as zip_code,
        lat,
        lon,
        utilization,
        _batch_id,
        _source_row
    from delivered_row
)

select * from provider
