with client as (
    select client_key from {{ ref('dim_client') }}
),

part2_origin as (
    select distinct client_key from {{ ref('int_client__part2_origin') }}
),

client_scope as (
    select client_key, 'all' as evidence_scope from client
    union all
    select client_key, 'without_part2' as evidence_scope from part2_origin
)

select * from client_scope
