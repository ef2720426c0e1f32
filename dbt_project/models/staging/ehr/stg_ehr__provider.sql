with delivered_row as (
    {{ current_rows('ehr', 'provider') }}
),

provider as (
    select
        npi,
        provider_name,
        {{ upper_code('taxonomy_code') }} as taxonomy_code,
        facility_type,
        is_part2,
        _batch_id,
        _source_row
    from delivered_row
)

select * from provider
