with contact as (
    select client_key, contacted_at, is_part2 from {{ ref('fct_contact') }}
    where is_two_way and client_key is not null
),

spine as (
    select * from {{ ref('int_score__spine') }}
),

client_scope as (
    select * from {{ ref('int_client__scope') }}
),

contact_by_day as (
    {{ last_by_spine_day('contact', 'contacted_at') }}
),

last_reached as (
    select
        spine,
        evidence_scope,
        client_key,
        last_at as last_reached_at
    from contact_by_day
    where last_at is not null
)

select * from last_reached
