{#-
    The sums read the facts without their evidence, which only the reasons of the current score date need: one shared
    CTE would carry the text of a million rows through every step.
-#}
{% set domains = [
    'transition', 'utilization', 'clinical', 'engagement', 'medication', 'social', 'care_gap',
] -%}
with run as (
    select as_of_date from {{ ref('int_run__as_of') }}
),

line_word as (
    select code, word from {{ ref('list_word') }}
    where kind = 'service_line'
),

-- A rule is a step of its measure: from at_least or above, up to at_most or below.
weight as (
    select
        rule_id, domain, measure, points, yields_to, reason,
        coalesce(at_least, -100000) as at_least,
        coalesce(above, -100000) as above,
        coalesce(at_most, 100000) as at_most,
        coalesce(below, 100000) as below
    from {{ ref('risk_weight') }}
),

cap as (
    select * from {{ ref('risk_cap') }}
),

scored_fact as (
    {%- for domain in domains %}
    select score_point, part2_view, client_key, measure, value, is_part2
    from {{ ref('int_risk__' ~ domain) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

worded_fact as (
    {%- for domain in domains %}
    select
        score_point, part2_view, client_key, measure, value, is_part2,
        case when score_point = 'current' then evidence_table end as evidence_table,
        case when score_point = 'current' then evidence_key end as evidence_key,
        case when score_point = 'current' then evidence_date end as evidence_date,
        {{ '' if domain in ['clinical', 'engagement'] else 'null as ' }}compared_value,
        {{ '' if domain == 'engagement' else 'null as ' }}service_line
    from {{ ref('int_risk__' ~ domain) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- Of two rules that give points only once, one yields to the other; both are of domain clinical.
yielding_rule as (
    select fact.score_point, fact.part2_view, fact.client_key, weight.rule_id
    from {{ ref('int_risk__clinical') }} as fact
    inner join weight as stronger on {{ is_on_step('fact', 'stronger') }}
    inner join weight on stronger.rule_id = weight.yields_to
),

-- Few rules yield: the others are not joined to yielding_rule.
point as (
    select
        fact.score_point, fact.part2_view, fact.client_key, weight.domain, weight.points,
        fact.is_part2
    from scored_fact as fact
    inner join weight on {{ is_on_step('fact', 'weight') }}
    where weight.yields_to is null
    union all
    select
        fact.score_point, fact.part2_view, fact.client_key, weight.domain, weight.points,
        fact.is_part2
    from {{ ref('int_risk__clinical') }} as fact
    inner join weight on {{ is_on_step('fact', 'weight') }}
    left join yielding_rule
        on weight.rule_id = yielding_rule.rule_id
        and fact.score_point = yielding_rule.score_point
        and fact.part2_view = yielding_rule.part2_view
        and fact.client_key = yielding_rule.client_key
    where weight.yields_to is not null and yielding_rule.rule_id is null
),

domain_point as (
    select
        score_point, part2_view, client_key, domain,
        sum(points) as points,
        max(case when is_part2 then 1 else 0 end) as has_part2
    from point
    group by score_point, part2_view, client_key, domain
),

domain_sum as (
    select domain_point.*, cap.cap
    from domain_point
    inner join cap on domain_point.domain = cap.domain
),

client_sum as (
    select
        score_point, part2_view, client_key,
        sum(least(points, cap)) as points,
        max(has_part2) as has_part2
    from domain_sum
    group by score_point, part2_view, client_key
),

cap_row as (
    select score_point, part2_view, client_key, domain, cap - points as points, has_part2
    from domain_sum
    where points > cap
    union all
    select
        client_sum.score_point, client_sum.part2_view, client_sum.client_key, cap.domain,
        cap.cap - client_sum.points as points, client_sum.has_part2
    from client_sum
    inner join cap on cap.domain = 'total' and client_sum.points > cap.cap
),

-- Reason text and evidence exist for the current score date only; earlier dates need the points.
reason as (
    select
        fact.score_point, fact.part2_view, fact.client_key, weight.rule_id, weight.domain,
        weight.points,
        case when fact.score_point = 'current' then {{ filled_reason('weight.reason') }} end
            as reason,
        fact.is_part2, fact.evidence_table, fact.evidence_key, fact.evidence_date
    from worded_fact as fact
    cross join run
    inner join weight on {{ is_on_step('fact', 'weight') }}
    left join line_word on fact.service_line = line_word.code
    left join yielding_rule
        on weight.rule_id = yielding_rule.rule_id
        and fact.score_point = yielding_rule.score_point
        and fact.part2_view = yielding_rule.part2_view
        and fact.client_key = yielding_rule.client_key
    where yielding_rule.rule_id is null
    union all
    select
        cap_row.score_point, cap_row.part2_view, cap_row.client_key,
        'cap_' || cap_row.domain as rule_id, cap_row.domain,
        cast(cap_row.points as integer) as points,
        case when cap_row.score_point = 'current' then cap.reason end as reason,
        cap_row.has_part2 = 1 as is_part2,
        null as evidence_table, null as evidence_key, null as evidence_date
    from cap_row
    inner join cap on cap_row.domain = cap.domain
)

select * from reason
