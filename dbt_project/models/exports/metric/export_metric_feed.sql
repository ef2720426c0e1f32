with
freshness as (
    select * from {{ ref('fct_freshness') }}
),

feed as (
    select
        source,
        last_received_at,
        is_stale
    from freshness
)

select * from feed
