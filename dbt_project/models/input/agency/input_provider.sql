with provider as (
    {{ union_of_senders('provider', [
        'npi', 'provider_name', 'taxonomy_code', 'facility_type', 'is_part2',
    ], of_client=false) }}
)

select * from provider
