-- A rule is a threshold on its measure. Where "A or B" scores once, B does not score if A does.
create table risk_reason as
with point as (
    select fact.score_point, fact.client_key, fact.no_part2, rule_id, domain, points, yields_to
    from fact
    inner join seed_risk_weight as weight
        on fact.measure = weight.measure
        and fact.value >= coalesce(at_least, -100000)
        and fact.value > coalesce(above, -100000)
        and fact.value <= coalesce(at_most, 100000)
        and fact.value < coalesce(below, 100000)
),
applicable_rule as (
    select score_point, client_key, no_part2, rule_id, domain, points from point where yields_to is null
    union all
    select score_point, client_key, no_part2, rule_id, domain, points
    from (from point where yields_to is not null) as weaker
    anti join point as stronger
        on weaker.score_point = stronger.score_point and weaker.client_key = stronger.client_key
        and weaker.no_part2 = stronger.no_part2 and weaker.yields_to = stronger.rule_id
),
domain_sum as (
    select score_point, client_key, no_part2, domain, sum(points) as points, any_value(cap) as cap
    from applicable_rule
    inner join seed_risk_cap using (domain)
    group by score_point, client_key, no_part2, domain
)
from applicable_rule
union all
select score_point, client_key, no_part2, 'cap_' || domain, domain, cap - points from domain_sum where points > cap
union all
select score_point, client_key, no_part2, 'cap_total', 'total', total.cap - sum(least(points, domain_sum.cap))
from domain_sum
inner join seed_risk_cap as total on total.domain = 'total'
group by score_point, client_key, no_part2, total.cap
having sum(least(points, domain_sum.cap)) > total.cap;

create temp table score as
select score_point, client_key, no_part2, cast(coalesce(sum(points), 0) as integer) as risk_score
from client_part2_view
cross join score_point
left join risk_reason using (score_point, client_key, no_part2)
group by score_point, client_key, no_part2;
