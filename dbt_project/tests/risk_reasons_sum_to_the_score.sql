-- Every point has its row: a client's reasons sum to the score, between 0 and 100.
with
reason_sum as (
    select client_key, sum(points) as points
    from {{ ref('fct_risk_reason') }}
    group by client_key
),

client_risk as (
    select client_key, risk_score from {{ ref('mart_client_risk') }}
),

compared as (
    select
        coalesce(client_risk.client_key, reason_sum.client_key) as client_key,
        client_risk.risk_score,
        coalesce(reason_sum.points, 0) as points
    from client_risk
    full outer join reason_sum on client_risk.client_key = reason_sum.client_key
),

broken as (
    select * from compared
    where risk_score is distinct from points or risk_score not between 0 and 100
)

select * from broken
