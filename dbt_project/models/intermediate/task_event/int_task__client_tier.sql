{#
    The tier that sets how soon a referral is due. It is read from the reasons and from lanes 0
    and 1, not from int_risk__scored: the score waits for all lanes, and lane 4 waits for the
    tier.
#}
with tier as (
    select * from {{ ref('risk_tier') }}
),

client_scope as (
    select * from {{ ref('int_client__scope') }}
),

score as (
    select evidence_scope, client_key, sum(points) as risk_score
    from {{ ref('int_risk__reason') }}
    where spine = 'now'
    group by evidence_scope, client_key
),

urgent_client as (
    select evidence_scope, client_key from {{ ref('int_task__safety') }}
    where status = 'open'
    union
    select evidence_scope, client_key from {{ ref('int_task__discharge') }}
    where status = 'open'
),

ranked_client as (
    select
        client_scope.evidence_scope,
        client_scope.client_key,
        max(tier.tier_rank) as tier_rank
    from client_scope
    left join score
        on client_scope.client_key = score.client_key
        and client_scope.evidence_scope = score.evidence_scope
    left join urgent_client
        on client_scope.client_key = urgent_client.client_key
        and client_scope.evidence_scope = urgent_client.evidence_scope
    inner join tier
        on coalesce(score.risk_score, 0) >= tier.at_least
        or urgent_client.client_key is not null
    group by client_scope.evidence_scope, client_scope.client_key
),

client_tier as (
    select ranked_client.evidence_scope, ranked_client.client_key, tier.tier
    from ranked_client
    inner join tier on ranked_client.tier_rank = tier.tier_rank
)

select * from client_tier
