with
dated_event as (
    select * from {{ ref('int_score__acute_dated') }}
),

acute_event as (
    select * from {{ ref('int_score__acute_event') }}
),

window_days as (
    select measure, max(window_days) as window_days
    from {{ ref('risk_weight') }}
    where domain = 'utilization'
    group by measure
),

-- Which count an event belongs to; an ED visit belongs to the year's and to the recent one.
counted_event as (
    select
        dated_event.spine,
        dated_event.evidence_scope,
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
        *,
        count(*) over (
            partition by spine, evidence_scope, client_key, measure
        ) as event_count,
        max(case when is_part2 then 1 else 0 end) over (
            partition by spine, evidence_scope, client_key, measure
        ) as has_part2,
        row_number() over (
            partition by spine, evidence_scope, client_key, measure
            order by start_date desc, event_key
        ) as recency
    from counted_event
),

-- The latest event stands as evidence for the count.
fact as (
    select
        counted.spine,
        counted.evidence_scope,
        counted.client_key,
        counted.measure,
        cast(counted.event_count as decimal(18, 4)) as value,
        counted.has_part2 = 1 as is_part2,
        acute_event.evidence_table,
        acute_event.evidence_key,
        counted.start_date as evidence_date
    from counted
    inner join acute_event on counted.event_key = acute_event.event_key
    where counted.recency = 1
)

select * from fact
