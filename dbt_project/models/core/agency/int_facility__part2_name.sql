-- rules/privacy.md#part-2-records: an alert may name a Part 2 unit without its NPI
with provider as (
    select {{ name_words('provider_name') }} as facility_words from {{ ref('dim_provider') }}
    where is_part2
),

part2_name as (
    select distinct facility_words from provider
    where facility_words is not null
)

select * from part2_name
