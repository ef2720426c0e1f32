with
fact as (
    {%- for domain in [
        'transition', 'utilization', 'clinical', 'engagement', 'medication', 'social', 'care_gap'
    ] %}
    select * from {{ ref('int_risk__' ~ domain) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

weight as (
    select * from {{ ref('risk_weight') }}
),

cap as (
    select * from {{ ref('risk_cap') }}
),

-- A rule is a step of its measure: from at_least or above, up to at_most.
matched_rule as (
    select
        fact.spine,
        fact.evidence_scope,
        fact.client_key,
        weight.rule_id,
        weight.yields_to,
        weight.domain,
        weight.points,
        weight.reason,
        weight.generic_reason,
        fact.value,
        fact.is_part2,
        fact.evidence_table,
        fact.evidence_key,
        fact.evidence_date
    from fact
    inner join weight
        on fact.measure = weight.measure
        and (weight.at_least is null or fact.value >= weight.at_least)
        and (weight.above is null or fact.value > weight.above)
        and (weight.at_most is null or fact.value <= weight.at_most)
),

yielding_rule as (
    select
        matched_rule.spine, matched_rule.evidence_scope, matched_rule.client_key,
        matched_rule.rule_id
    from matched_rule
    inner join matched_rule as stronger
        on matched_rule.yields_to = stronger.rule_id
        and matched_rule.spine = stronger.spine
        and matched_rule.evidence_scope = stronger.evidence_scope
        and matched_rule.client_key = stronger.client_key
),

counted_rule as (
    select matched_rule.*
    from matched_rule
    left join yielding_rule
        on matched_rule.spine = yielding_rule.spine
        and matched_rule.evidence_scope = yielding_rule.evidence_scope
        and matched_rule.client_key = yielding_rule.client_key
        and matched_rule.rule_id = yielding_rule.rule_id
    where yielding_rule.rule_id is null
),

domain_sum as (
    select
        counted_rule.spine,
        counted_rule.evidence_scope,
        counted_rule.client_key,
        counted_rule.domain,
        sum(counted_rule.points) as points,
        min(cap.cap) as cap,
        min(cap.reason) as reason,
        max(case when counted_rule.is_part2 then 1 else 0 end) as has_part2
    from counted_rule
    inner join cap on counted_rule.domain = cap.domain
    group by
        counted_rule.spine, counted_rule.evidence_scope, counted_rule.client_key,
        counted_rule.domain
),

client_sum as (
    select
        spine, evidence_scope, client_key,
        sum(least(points, cap)) as points,
        max(has_part2) as has_part2
    from domain_sum
    group by spine, evidence_scope, client_key
),

cap_row as (
    select
        spine, evidence_scope, client_key, 'cap_' || domain as rule_id, domain,
        cap - points as points, reason, has_part2
    from domain_sum
    where points > cap
    union all
    select
        client_sum.spine, client_sum.evidence_scope, client_sum.client_key,
        'cap_' || cap.domain as rule_id, cap.domain,
        cap.cap - client_sum.points as points, cap.reason, client_sum.has_part2
    from client_sum
    inner join cap on cap.domain = 'total' and client_sum.points > cap.cap
),

-- The words and the proof are for the present; of earlier days only the points are asked.
reason as (
    select
        spine, evidence_scope, client_key, rule_id, domain,
        cast(points as integer) as points,
        case when spine = 'now' then {{ filled_reason('reason') }} end as reason,
        case when spine = 'now' then {{ filled_reason('generic_reason') }} end as generic_reason,
        is_part2,
        case when spine = 'now' then evidence_table end as evidence_table,
        case when spine = 'now' then evidence_key end as evidence_key,
        evidence_date
    from counted_rule
    union all
    select
        spine, evidence_scope, client_key, rule_id, domain,
        cast(points as integer) as points,
        case when spine = 'now' then reason end as reason,
        cast(null as {{ dbt.type_string() }}) as generic_reason,
        has_part2 = 1 as is_part2,
        cast(null as {{ dbt.type_string() }}) as evidence_table,
        cast(null as {{ dbt.type_string() }}) as evidence_key,
        cast(null as date) as evidence_date
    from cap_row
)

select * from reason
