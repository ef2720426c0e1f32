with
client as (
    select client_key, client_id from {{ ref('dim_client') }}
),

run as (
    select as_of from {{ ref('int_run__as_of') }}
),

tiered as (
    select * from {{ ref('int_risk__tiered') }}
    where part2_view = 'full'
),

redacted as (
    select * from {{ ref('int_risk__tiered') }}
    where part2_view = 'redacted'
),

gap as (
    select * from {{ ref('int_risk__gap') }}
),

-- A client without Part 2 records has no redacted view: both scores are the same.
client_risk as (
    select
        client.client_key,
        client.client_id,
        run.as_of,
        tiered.risk_score,
        tiered.tier,
        tiered.previous_tier,
        tiered.score_change_30d,
        coalesce(redacted.risk_score, tiered.risk_score) as risk_score_without_part2,
        coalesce(redacted.tier, tiered.tier) as tier_without_part2,
        gap.data_gaps
    from client
    cross join run
    inner join tiered on client.client_key = tiered.client_key
    left join redacted on client.client_key = redacted.client_key
    left join gap on client.client_key = gap.client_key
)

select * from client_risk
