-- With its negative row, no domain gives more points than its cap (rules/risk-score.md#caps).
with
domain_sum as (
    select client_key, domain, sum(points) as points
    from {{ ref('fct_risk_reason') }}
    group by client_key, domain
),

broken as (
    select domain_sum.*
    from domain_sum
    inner join {{ ref('risk_cap') }} as cap on domain_sum.domain = cap.domain
    where domain_sum.domain <> 'total' and domain_sum.points not between 0 and cap.cap
)

select * from broken
