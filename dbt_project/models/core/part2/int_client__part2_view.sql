with client as (
    select client_key from {{ ref('dim_client') }}
),

part2_origin as (
    select distinct client_key from {{ ref('int_client__part2_origin') }}
),

client_part2_view as (
    select client_key, 'full' as part2_view from client
    union all
    select client_key, 'redacted' as part2_view from part2_origin
)

select * from client_part2_view
