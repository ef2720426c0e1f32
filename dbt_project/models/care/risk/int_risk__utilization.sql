with
dated_event as (
    select * from {{ ref('int_risk__acute_event_by_score_date') }}
),

acute_event as (
    select * from {{ ref('int_risk__acute_event') }}
),

lace as (
    select * from {{ ref('int_risk__lace') }}
),

window_days as (
    select measure, max(window_days) as window_days
    from {{ ref('risk_weight') }}
    where domain = 'utilization'
    group by measure
),

-- Counts that an event belongs to; an ED visit may belong to both counts of ED visits.
counted_event as (
    select
        dated_event.score_point,
        dated_event.part2_view,
        dated_event.client_key,
        dated_event.event_key,
        dated_event.start_date,
        dated_event.is_part2,
        window_days.measure
    from dated_event
    inner join window_days
        on dated_event.start_days < window_days.window_days
        and (
            (
                window_days.measure = 'psych_stay_count'
                and dated_event.event_kind = 'psychiatric_stay'
            )
            or (
                window_days.measure in ('ed_visit_count', 'ed_visit_recent_count')
                and dated_event.event_kind in ('behavioral_ed', 'other_ed')
            )
            or (
                window_days.measure = 'crisis_contact_count'
                and dated_event.event_kind in ('crisis_center', 'crisis_contact')
            )
        )
),

counted as (
    select
        score_point,
        part2_view,
        client_key,
        measure,
        count(*) as event_count,
        max(start_date) as last_date,
        max(case when is_part2 then 1 else 0 end) = 1 as is_part2
    from counted_event
    group by score_point, part2_view, client_key, measure
),

-- The latest event is the evidence; earlier score dates have none.
last_event as (
    select
        counted.part2_view, counted.client_key, counted.measure,
        min(counted_event.event_key) as event_key
    from counted
    inner join counted_event
        on counted.score_point = counted_event.score_point
        and counted.part2_view = counted_event.part2_view
        and counted.client_key = counted_event.client_key
        and counted.measure = counted_event.measure
        and counted.last_date = counted_event.start_date
    where counted.score_point = 'current'
    group by counted.part2_view, counted.client_key, counted.measure
),

counted_fact as (
    select
        counted.score_point,
        counted.part2_view,
        counted.client_key,
        counted.measure,
        cast(counted.event_count as decimal(18, 4)) as value,
        counted.is_part2,
        acute_event.evidence_table,
        acute_event.evidence_key,
        counted.last_date as evidence_date
    from counted
    left join last_event
        on counted.part2_view = last_event.part2_view
        and counted.client_key = last_event.client_key
        and counted.measure = last_event.measure
    left join acute_event
        on last_event.event_key = acute_event.event_key
        and last_event.part2_view = acute_event.part2_view
),

fact as (
    select * from counted_fact
    union all
    select
        score_point, part2_view, client_key,
        'lace_score' as measure,
        cast(lace_score as decimal(18, 4)) as value,
        is_part2, evidence_table, evidence_key, evidence_date
    from lace
)

select * from fact
