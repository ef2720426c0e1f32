with
client_scope as (
    select * from {{ ref('int_client__scope') }}
),

spine as (
    select * from {{ ref('int_score__spine') }}
),

reason as (
    select * from {{ ref('int_risk__reason') }}
),

tier as (
    select * from {{ ref('risk_tier') }}
),

-- Only the lanes that make a client critical: the due days of other lanes depend on the tier.
task as (
    select client_key, evidence_scope, lane, opened_at, closed_at
    from {{ ref('int_task__safety') }}
    union all
    select client_key, evidence_scope, lane, opened_at, closed_at
    from {{ ref('int_task__discharge') }}
),

reason_sum as (
    select spine, evidence_scope, client_key, sum(points) as risk_score
    from reason
    group by spine, evidence_scope, client_key
),

urgent_lane as (
    select distinct spine.spine, task.evidence_scope, task.client_key
    from task
    inner join spine
        on task.opened_at <= spine.spine_at
        and (task.closed_at is null or task.closed_at > spine.spine_at)
    where task.lane <= {{ risk_setting('critical_lane_at_most') }}
),

scored as (
    select
        spine.spine,
        client_scope.evidence_scope,
        client_scope.client_key,
        cast(coalesce(reason_sum.risk_score, 0) as integer) as risk_score,
        urgent_lane.client_key is not null as has_urgent_lane
    from client_scope
    cross join spine
    left join reason_sum
        on spine.spine = reason_sum.spine
        and client_scope.evidence_scope = reason_sum.evidence_scope
        and client_scope.client_key = reason_sum.client_key
    left join urgent_lane
        on spine.spine = urgent_lane.spine
        and client_scope.evidence_scope = urgent_lane.evidence_scope
        and client_scope.client_key = urgent_lane.client_key
),

-- A hundred and one scores at most: the steps are looked up once each.
score_tier as (
    select scored_value.risk_score, max(tier.tier_rank) as tier_rank
    from (select distinct risk_score from scored) as scored_value
    inner join tier on scored_value.risk_score >= tier.at_least
    group by scored_value.risk_score
),

tiered as (
    select
        scored.spine,
        scored.evidence_scope,
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
