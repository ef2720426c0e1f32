with visit as (
    select client_key, service_line, started_at, is_part2 from {{ ref('fct_visit') }}
    where client_key is not null
),

score_date as (
    select * from {{ ref('int_risk__score_date') }}
),

run as (
    select time_zone from {{ ref('int_run__as_of') }}
),

client_part2_view as (
    select * from {{ ref('int_client__part2_view') }}
),

cadence as (
    select client_key, part2_view, expected_interval_days, cadence_service_line
    from {{ ref('int_engagement__by_part2_view') }}
),

inpatient_day as (
    select * from {{ ref('int_risk__acute_event_by_score_date') }}
    where event_kind in ('psychiatric_stay', 'medical_stay')
),

visit_by_day as (
    {{ last_by_score_date('visit', 'started_at') }}
),

-- rules/engagement.md#cadence-gap: visits of the line that decides
line_visit as (
    select
        score_date.score_point,
        cadence.part2_view,
        cadence.client_key,
        max(visit.service_line) as service_line,
        max(visit.started_at) as last_at
    from cadence
    inner join visit
        on cadence.client_key = visit.client_key
        and cadence.cadence_service_line = visit.service_line
    inner join score_date on visit.started_at <= score_date.score_at
    where cadence.part2_view = 'full' or not visit.is_part2
    group by score_date.score_point, cadence.part2_view, cadence.client_key
),

-- before the first visit of that line, visits of any line
decisive_visit as (
    select
        visit_by_day.score_point,
        visit_by_day.score_date,
        visit_by_day.part2_view,
        visit_by_day.client_key,
        line_visit.service_line,
        coalesce(line_visit.last_at, visit_by_day.last_at) as last_at
    from visit_by_day
    left join line_visit
        on visit_by_day.score_point = line_visit.score_point
        and visit_by_day.part2_view = line_visit.part2_view
        and visit_by_day.client_key = line_visit.client_key
    where visit_by_day.last_at is not null
),

last_seen as (
    select
        decisive_visit.score_point,
        decisive_visit.score_date,
        decisive_visit.part2_view,
        decisive_visit.client_key,
        decisive_visit.service_line,
        decisive_visit.last_at as last_seen_at,
        {{ local_date('decisive_visit.last_at', 'run.time_zone') }} as last_seen_date
    from decisive_visit
    cross join run
),

-- rules/engagement.md#hospital-days: days in hospital do not count as days since the visit
days_in_hospital as (
    select
        last_seen.score_point,
        last_seen.part2_view,
        last_seen.client_key,
        sum(
            coalesce(least(inpatient_day.end_date, last_seen.score_date), last_seen.score_date)
            - greatest(inpatient_day.start_date, last_seen.last_seen_date)
        ) as hospital_days
    from last_seen
    inner join inpatient_day
        on last_seen.score_point = inpatient_day.score_point
        and last_seen.part2_view = inpatient_day.part2_view
        and last_seen.client_key = inpatient_day.client_key
        and coalesce(inpatient_day.end_date, last_seen.score_date) > last_seen.last_seen_date
    group by last_seen.score_point, last_seen.part2_view, last_seen.client_key
),

seen as (
    select
        last_seen.score_point,
        last_seen.part2_view,
        last_seen.client_key,
        last_seen.service_line,
        last_seen.last_seen_at,
        last_seen.last_seen_date,
        cadence.expected_interval_days,
        cast(
            (
                last_seen.score_date - last_seen.last_seen_date
                - coalesce(days_in_hospital.hospital_days, 0)
            ) / cast(nullif(cadence.expected_interval_days, 0) as decimal(18, 4))
            as decimal(18, 4)
        ) as gap_ratio
    from last_seen
    left join days_in_hospital
        on last_seen.score_point = days_in_hospital.score_point
        and last_seen.part2_view = days_in_hospital.part2_view
        and last_seen.client_key = days_in_hospital.client_key
    left join cadence
        on last_seen.client_key = cadence.client_key
        and last_seen.part2_view = cadence.part2_view
)

select * from seen
