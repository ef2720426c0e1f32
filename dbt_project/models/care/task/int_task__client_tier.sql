{#
    The tier that sets how soon a referral is due. It reads the risk reasons and lanes 0 and 1,
    not int_risk__scored: the score depends on all lanes, and lane 4 depends on this tier.
#}
with tier as (
    select * from {{ ref('risk_tier') }}
),

client_part2_view as (
    select * from {{ ref('int_client__part2_view') }}
),

score as (
    select part2_view, client_key, sum(points) as risk_score
    from {{ ref('int_risk__reason') }}
    where score_point = 'current'
    group by part2_view, client_key
),

urgent_client as (
    select part2_view, client_key from {{ ref('int_task__safety') }}
    where status = 'open'
    union
    select part2_view, client_key from {{ ref('int_task__discharge') }}
    where status = 'open'
),

ranked_client as (
    select
        client_part2_view.part2_view,
        client_part2_view.client_key,
        max(tier.tier_rank) as tier_rank
    from client_part2_view
    left join score
        on client_part2_view.client_key = score.client_key
        and client_part2_view.part2_view = score.part2_view
    left join urgent_client
        on client_part2_view.client_key = urgent_client.client_key
        and client_part2_view.part2_view = urgent_client.part2_view
    inner join tier
        on coalesce(score.risk_score, 0) >= tier.at_least
        or urgent_client.client_key is not null
    group by client_part2_view.part2_view, client_part2_view.client_key
),

client_tier as (
    select ranked_client.part2_view, ranked_client.client_key, tier.tier
    from ranked_client
    inner join tier on ranked_client.tier_rank = tier.tier_rank
)

select * from client_tier
