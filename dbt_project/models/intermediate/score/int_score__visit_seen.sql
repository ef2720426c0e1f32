with
visit as (
    select client_key, started_at, is_part2 from {{ ref('fct_visit') }}
),

spine as (
    select * from {{ ref('int_score__spine') }}
),

run as (
    select time_zone from {{ ref('stg_caseload__run') }}
),

client_scope as (
    select * from {{ ref('int_client__scope') }}
),

cadence as (
    select client_key, evidence_scope, expected_interval_days
    from {{ ref('int_engagement__scoped') }}
),

inpatient_day as (
    select * from {{ ref('int_score__acute_dated') }}
    where event_kind in ('psychiatric_stay', 'medical_stay')
),

moment as (
    select
        max(case when spine = 'now' then spine_at end) as now_at,
        max(case when spine = 'd14' then spine_at end) as d14_at,
        max(case when spine = 'd30' then spine_at end) as d30_at
    from spine
),

-- One pass over the visits for all days of the spine.
last_visit as (
    select
        visit.client_key,
        visit.is_part2,
        max(case when visit.started_at <= moment.now_at then visit.started_at end) as now_at,
        max(case when visit.started_at <= moment.d14_at then visit.started_at end) as d14_at,
        max(case when visit.started_at <= moment.d30_at then visit.started_at end) as d30_at
    from visit
    cross join moment
    where visit.client_key is not null
    group by visit.client_key, visit.is_part2
),

scoped_visit as (
    select
        client_scope.evidence_scope,
        last_visit.client_key,
        max(last_visit.now_at) as now_at,
        max(last_visit.d14_at) as d14_at,
        max(last_visit.d30_at) as d30_at
    from last_visit
    inner join client_scope on last_visit.client_key = client_scope.client_key
    where client_scope.evidence_scope = 'all' or not last_visit.is_part2
    group by client_scope.evidence_scope, last_visit.client_key
),

visit_by_day as (
    select
        spine.spine,
        spine.spine_date,
        scoped_visit.evidence_scope,
        scoped_visit.client_key,
        case spine.spine
            when 'now' then scoped_visit.now_at
            when 'd14' then scoped_visit.d14_at
            else scoped_visit.d30_at
        end as last_seen_at
    from scoped_visit
    cross join spine
),

last_seen as (
    select
        visit_by_day.*,
        {{ local_date('visit_by_day.last_seen_at', 'run.time_zone') }} as last_seen_date
    from visit_by_day
    cross join run
    where visit_by_day.last_seen_at is not null
),

-- Spec 2.14: days in hospital do not count against the client.
days_in_hospital as (
    select
        last_seen.spine,
        last_seen.evidence_scope,
        last_seen.client_key,
        sum(
            coalesce(least(inpatient_day.end_date, last_seen.spine_date), last_seen.spine_date)
            - greatest(inpatient_day.start_date, last_seen.last_seen_date)
        ) as hospital_days
    from last_seen
    inner join inpatient_day
        on last_seen.spine = inpatient_day.spine
        and last_seen.evidence_scope = inpatient_day.evidence_scope
        and last_seen.client_key = inpatient_day.client_key
        and coalesce(inpatient_day.end_date, last_seen.spine_date) > last_seen.last_seen_date
    group by last_seen.spine, last_seen.evidence_scope, last_seen.client_key
),

seen as (
    select
        last_seen.spine,
        last_seen.evidence_scope,
        last_seen.client_key,
        last_seen.last_seen_at,
        last_seen.last_seen_date,
        cast(
            (
                last_seen.spine_date - last_seen.last_seen_date
                - coalesce(days_in_hospital.hospital_days, 0)
            ) / cast(nullif(cadence.expected_interval_days, 0) as decimal(18, 4))
            as decimal(18, 4)
        ) as gap_ratio
    from last_seen
    left join days_in_hospital
        on last_seen.spine = days_in_hospital.spine
        and last_seen.evidence_scope = days_in_hospital.evidence_scope
        and last_seen.client_key = days_in_hospital.client_key
    left join cadence
        on last_seen.client_key = cadence.client_key
        and last_seen.evidence_scope = cadence.evidence_scope
)

select * from seen
