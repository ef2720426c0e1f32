with visit as (
    select client_key, started_at, is_part2 from {{ ref('fct_visit') }}
    where client_key is not null
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

visit_by_day as (
    {{ last_by_spine_day('visit', 'started_at') }}
),

last_seen as (
    select
        visit_by_day.spine,
        visit_by_day.spine_date,
        visit_by_day.evidence_scope,
        visit_by_day.client_key,
        visit_by_day.last_at as last_seen_at,
        {{ local_date('visit_by_day.last_at', 'run.time_zone') }} as last_seen_date
    from visit_by_day
    cross join run
    where visit_by_day.last_at is not null
),

-- rules/engagement.md#hospital-days: days in hospital do not count against the client.
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
