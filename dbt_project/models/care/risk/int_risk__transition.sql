{#- Longer than the budget: discharges and returns are one domain, and a domain is one model. -#}
with
dated_event as (
    select * from {{ ref('int_risk__acute_event_by_score_date') }}
),

acute_event as (
    select * from {{ ref('int_risk__acute_event') }}
),

-- rules/tasks-and-lanes.md#contact: a two-way contact or a kept visit
reached as (
    select score_point, part2_view, client_key, last_reached_at
    from {{ ref('int_risk__last_two_way_contact') }}
    union all
    select score_point, part2_view, client_key, last_seen_at as last_reached_at
    from {{ ref('int_risk__last_kept_visit') }}
),

last_reached as (
    select score_point, part2_view, client_key, max(last_reached_at) as last_reached_at
    from reached
    group by score_point, part2_view, client_key
),

window_days as (
    select measure, max(window_days) as window_days
    from {{ ref('risk_weight') }}
    where domain = 'transition'
    group by measure
),

ended_event as (
    select
        score_point,
        part2_view,
        client_key,
        event_key,
        case event_kind
            when 'psychiatric_stay' then 'days_since_psych_discharge'
            when 'medical_stay' then 'days_since_medical_discharge'
            when 'crisis_center' then 'days_since_crisis'
            when 'behavioral_ed' then 'days_since_crisis'
        end as measure,
        end_date,
        end_days,
        ended_at,
        is_to_community,
        is_against_advice,
        is_part2
    from dated_event
    where end_days is not null
),

-- Events of each kind, and those that ended against medical advice.
last_event as (
    select
        score_point, part2_view, client_key, event_key, measure,
        end_days as days, end_days as age_days, end_date as evidence_date, is_part2
    from ended_event
    where measure is not null
    union all
    select
        score_point, part2_view, client_key, event_key, 'days_since_against_advice' as measure,
        end_days as days, end_days as age_days, end_date as evidence_date, is_part2
    from ended_event
    where is_against_advice
),

community_discharge as (
    select
        *,
        row_number() over (
            partition by score_point, part2_view, client_key
            order by end_days, ended_at desc, event_key
        ) as discharge_rank
    from ended_event
    where is_to_community and measure is not null
),

uncontacted_discharge as (
    select
        discharge.score_point,
        discharge.part2_view,
        discharge.client_key,
        discharge.event_key,
        'days_uncontacted' as measure,
        discharge.end_days as days,
        discharge.end_days as age_days,
        discharge.end_date as evidence_date,
        discharge.is_part2
    from community_discharge as discharge
    left join last_reached
        on discharge.score_point = last_reached.score_point
        and discharge.part2_view = last_reached.part2_view
        and discharge.client_key = last_reached.client_key
    where discharge.discharge_rank = 1
        and coalesce(last_reached.last_reached_at <= discharge.ended_at, true)
),

-- ED visits and observation stays at the score date after an inpatient stay.
return_visit as (
    select
        presenting.score_point,
        presenting.part2_view,
        presenting.client_key,
        presenting.event_key,
        'days_from_stay_to_return' as measure,
        presenting.start_date - stay.end_date as days,
        presenting.start_days as age_days,
        presenting.start_date as evidence_date,
        presenting.is_part2 or stay.is_part2 as is_part2
    from dated_event as presenting
    inner join dated_event as stay
        on presenting.score_point = stay.score_point
        and presenting.part2_view = stay.part2_view
        and presenting.client_key = stay.client_key
        and presenting.start_date >= stay.end_date
    where presenting.event_kind in ('behavioral_ed', 'other_ed', 'observation')
        and presenting.start_days <= {{ risk_window_days('days_from_stay_to_return') }}
        and stay.event_kind in ('psychiatric_stay', 'medical_stay')
),

candidate as (
    select * from last_event
    union all
    select * from uncontacted_discharge
    union all
    select * from return_visit
),

latest as (
    select
        candidate.*,
        row_number() over (
            partition by
                candidate.score_point, candidate.part2_view, candidate.client_key, candidate.measure
            order by candidate.days, candidate.is_part2, candidate.event_key
        ) as event_rank
    from candidate
    inner join window_days on candidate.measure = window_days.measure
    where candidate.age_days <= window_days.window_days
),

fact as (
    select
        latest.score_point,
        latest.part2_view,
        latest.client_key,
        latest.measure,
        cast(latest.days as decimal(18, 4)) as value,
        latest.is_part2,
        acute_event.evidence_table,
        acute_event.evidence_key,
        latest.evidence_date
    from latest
    inner join acute_event
        on latest.event_key = acute_event.event_key and latest.part2_view = acute_event.part2_view
    where latest.event_rank = 1
)

select * from fact
