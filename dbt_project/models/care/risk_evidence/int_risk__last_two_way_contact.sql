with contact as (
    select client_key, contacted_at, is_part2 from {{ ref('fct_contact') }}
    where is_two_way and client_key is not null
),

score_date as (
    select * from {{ ref('int_risk__score_date') }}
),

client_part2_view as (
    select * from {{ ref('int_client__part2_view') }}
),

contact_by_day as (
    {{ last_by_score_date('contact', 'contacted_at') }}
),

last_reached as (
    select
        score_point,
        part2_view,
        client_key,
        last_at as last_reached_at
    from contact_by_day
    where last_at is not null
)

select * from last_reached
