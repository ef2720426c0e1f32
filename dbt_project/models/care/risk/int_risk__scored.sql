with
client_part2_view as (
    select * from {{ ref('int_client__part2_view') }}
),

score_date as (
    select * from {{ ref('int_risk__score_date') }}
),

reason as (
    select * from {{ ref('int_risk__reason') }}
),

tier as (
    select * from {{ ref('risk_tier') }}
),

-- Lanes 0 and 1 only: the due dates of the other lanes depend on the tier.
task as (
    select client_key, part2_view, lane, opened_at, closed_at
    from {{ ref('int_task__safety') }}
    union all
    select client_key, part2_view, lane, opened_at, closed_at
    from {{ ref('int_task__discharge') }}
),

reason_sum as (
    select score_point, part2_view, client_key, sum(points) as risk_score
    from reason
    group by score_point, part2_view, client_key
),

-- rules/risk-score.md#tiers: an open task counts at as_of only and leaves no trace in earlier tiers
urgent_lane as (
    select distinct score_date.score_point, task.part2_view, task.client_key
    from task
    inner join score_date
        on score_date.score_point = 'current'
        and task.opened_at <= score_date.score_at
        and (task.closed_at is null or task.closed_at > score_date.score_at)
    where task.lane <= {{ risk_setting('max_lane_forcing_critical_tier') }}
),

scored as (
    select
        score_date.score_point,
        client_part2_view.part2_view,
        client_part2_view.client_key,
        cast(coalesce(reason_sum.risk_score, 0) as integer) as risk_score,
        urgent_lane.client_key is not null as has_urgent_lane
    from client_part2_view
    cross join score_date
    left join reason_sum
        on score_date.score_point = reason_sum.score_point
        and client_part2_view.part2_view = reason_sum.part2_view
        and client_part2_view.client_key = reason_sum.client_key
    left join urgent_lane
        on score_date.score_point = urgent_lane.score_point
        and client_part2_view.part2_view = urgent_lane.part2_view
        and client_part2_view.client_key = urgent_lane.client_key
),

-- Each score, 0 to 100, is looked up once.
score_tier as (
    select scored_value.risk_score, max(tier.tier_rank) as tier_rank
    from (select distinct risk_score from scored) as scored_value
    inner join tier on scored_value.risk_score >= tier.at_least
    group by scored_value.risk_score
),

tiered as (
    select
        scored.score_point,
        scored.part2_view,
        scored.client_key,
        scored.risk_score,
        scored.has_urgent_lane,
        case
            when scored.has_urgent_lane then (select max(tier_rank) from tier)
            else score_tier.tier_rank
        end as tier_rank
    from scored
    inner join score_tier on scored.risk_score = score_tier.risk_score
),

ranked as (
    select tiered.*, tier.tier
    from tiered
    inner join tier on tiered.tier_rank = tier.tier_rank
)

select * from ranked
