with dated_event as (
    select * from {{ ref('int_risk__acute_event_by_score_date') }}
    where event_kind in ('psychiatric_stay', 'medical_stay')
),

acute_event as (
    select * from {{ ref('int_risk__acute_event') }}
),

charlson as (
    select * from {{ ref('int_risk__charlson') }}
),

lace_point as (
    select * from {{ ref('lace_point') }}
),

ranked_discharge as (
    select
        *,
        row_number() over (
            partition by score_point, part2_view, client_key
            order by end_days, ended_at desc nulls last, event_key
        ) as discharge_rank
    from dated_event
    where end_days <= {{ risk_window_days('lace_score') }}
),

last_discharge as (
    select
        discharge.score_point, discharge.part2_view, discharge.client_key, discharge.event_key,
        discharge.start_date, discharge.end_date,
        stay.is_emergency_admission, stay.is_part2, stay.evidence_table, stay.evidence_key
    from ranked_discharge as discharge
    inner join acute_event as stay
        on discharge.event_key = stay.event_key and discharge.part2_view = stay.part2_view
    where discharge.discharge_rank = 1
),

-- ED visits that became a stay are no events, so the arrival of the stay itself is not among them.
earlier_ed_visit as (
    select
        discharge.score_point, discharge.part2_view, discharge.client_key,
        count(*) as ed_visit_count,
        max(case when visit.is_part2 then 1 else 0 end) = 1 as is_part2
    from last_discharge as discharge
    inner join acute_event as visit
        on discharge.client_key = visit.client_key
        and discharge.part2_view = visit.part2_view
        and visit.start_date < discharge.start_date
        and discharge.start_date - visit.start_date <= {{ risk_setting_days('lace_ed_days') }}
    where visit.event_kind in ('behavioral_ed', 'other_ed')
    group by discharge.score_point, discharge.part2_view, discharge.client_key
),

described_discharge as (
    select
        discharge.score_point, discharge.part2_view, discharge.client_key,
        discharge.end_date - discharge.start_date as length_of_stay_days,
        case when discharge.is_emergency_admission then 1 else 0 end as emergency_admission,
        coalesce(charlson.charlson_score, 0) as charlson_score,
        coalesce(earlier_ed_visit.ed_visit_count, 0) as ed_visit_count,
        discharge.is_part2
        or coalesce(charlson.is_part2, false)
        or coalesce(earlier_ed_visit.is_part2, false) as is_part2,
        discharge.end_date, discharge.evidence_table, discharge.evidence_key
    from last_discharge as discharge
    left join charlson
        on discharge.score_point = charlson.score_point
        and discharge.part2_view = charlson.part2_view
        and discharge.client_key = charlson.client_key
    left join earlier_ed_visit
        on discharge.score_point = earlier_ed_visit.score_point
        and discharge.part2_view = earlier_ed_visit.part2_view
        and discharge.client_key = earlier_ed_visit.client_key
),

component as (
    {%- for component in [
        'length_of_stay_days', 'emergency_admission', 'charlson_score', 'ed_visit_count',
    ] %}
    select
        score_point, part2_view, client_key, '{{ component }}' as component,
        {{ component }} as value
    from described_discharge
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

scored_component as (
    select
        component.score_point, component.part2_view, component.client_key, component.component,
        max(lace_point.points) as points
    from component
    inner join lace_point
        on component.component = lace_point.component
        and component.value >= lace_point.at_least
    group by
        component.score_point, component.part2_view, component.client_key, component.component
),

lace_sum as (
    select score_point, part2_view, client_key, sum(points) as lace_score
    from scored_component
    group by score_point, part2_view, client_key
),

lace as (
    select
        discharge.score_point,
        discharge.part2_view,
        discharge.client_key,
        lace_sum.lace_score,
        discharge.is_part2,
        discharge.evidence_table,
        discharge.evidence_key,
        discharge.end_date as evidence_date
    from described_discharge as discharge
    inner join lace_sum
        on discharge.score_point = lace_sum.score_point
        and discharge.part2_view = lace_sum.part2_view
        and discharge.client_key = lace_sum.client_key
)

select * from lace
