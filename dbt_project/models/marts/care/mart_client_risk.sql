with
client as (
    select client_key, client_id from {{ ref('dim_client') }}
),

run as (
    select as_of from {{ ref('stg_caseload__run') }}
),

tiered as (
    select * from {{ ref('int_score__tiered') }}
    where evidence_scope = 'all'
),

without_part2 as (
    select * from {{ ref('int_score__tiered') }}
    where evidence_scope = 'without_part2'
),

gap as (
    select * from {{ ref('int_risk__gap') }}
),

-- A client without any Part 2 row has one score: the second column repeats it.
client_risk as (
    select
        client.client_key,
        client.client_id,
        run.as_of,
        tiered.risk_score,
        tiered.tier,
        tiered.previous_tier,
        tiered.score_change_30d,
        coalesce(without_part2.risk_score, tiered.risk_score) as risk_score_without_part2,
        coalesce(without_part2.tier, tiered.tier) as tier_without_part2,
        gap.data_gaps
    from client
    cross join run
    inner join tiered on client.client_key = tiered.client_key
    left join without_part2 on client.client_key = without_part2.client_key
    left join gap on client.client_key = gap.client_key
)

select * from client_risk
