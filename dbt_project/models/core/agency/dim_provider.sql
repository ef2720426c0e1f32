with provider as (
    select * from {{ ref('input_provider') }}
),

described_provider as (
    select
        {{ surrogate_key(['npi']) }} as provider_key,
        npi,
        provider_name,
        taxonomy_code,
        facility_type,
        coalesce(is_part2, false) as is_part2
    from provider
)

select * from described_provider
