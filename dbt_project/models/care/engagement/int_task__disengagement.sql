with run as (
    select * from {{ ref('int_run__as_of') }}
),

task_type as (
    select * from {{ ref('task_type') }}
    where task_type = 'cadence_gap'
),

client as (
    select client_key, client_id from {{ ref('dim_client') }}
),

timed_gap as (
    select
        gap.*,
        {{ start_of_local_day('gap.watch_date', 'run.time_zone') }} as watch_at,
        {{ start_of_local_day('gap.disengaging_date', 'run.time_zone') }} as disengaging_at,
        run.as_of
    from {{ ref('int_engagement__gap') }} as gap
    cross join run
),

last_booking as (
    select
        gap.client_key,
        gap.part2_view,
        gap.service_line,
        gap.last_kept_date,
        max(booking.booked_until) as booked_until
    from timed_gap as gap
    inner join {{ ref('int_engagement__booking') }} as booking
        on gap.client_key = booking.client_key
        and gap.watch_at < booking.booked_until
        and coalesce(booking.booked_at <= coalesce(gap.ended_at, gap.as_of), true)
    where gap.part2_view = 'full' or not booking.is_part2
    group by gap.client_key, gap.part2_view, gap.service_line, gap.last_kept_date
),

-- rules/tasks-and-lanes.md#lane-6: a wide gap, or a smaller one once nothing is booked
opened_gap as (
    select
        gap.*,
        least(gap.disengaging_at, greatest(gap.watch_at, last_booking.booked_until)) as opened_at
    from timed_gap as gap
    left join last_booking
        on gap.client_key = last_booking.client_key
        and gap.part2_view = last_booking.part2_view
        and gap.service_line = last_booking.service_line
        and gap.last_kept_date = last_booking.last_kept_date
),

-- visits that begin at the same time give one evidence row
evidence as (
    select
        gap.client_key,
        gap.part2_view,
        gap.service_line,
        gap.last_kept_date,
        visit.visit_key,
        visit.is_part2,
        visit.evidence_table,
        visit.evidence_key,
        row_number() over (
            partition by gap.client_key, gap.part2_view, gap.service_line, gap.last_kept_date
            order by visit.is_part2, visit.evidence_table, visit.evidence_key
        ) as evidence_rank
    from timed_gap as gap
    inner join {{ ref('fct_visit') }} as visit
        on gap.client_key = visit.client_key
        and gap.last_kept_at = visit.started_at
        and (gap.service_line = 'any' or gap.service_line = visit.service_line)
    where gap.part2_view = 'full' or not visit.is_part2
),

opening as (
    select
        {{ task_identity(["'6'", 'client.client_id', 'gap.service_line', 'gap.last_kept_date']) }},
        gap.part2_view,
        gap.client_key,
        task_type.lane,
        task_type.task_type,
        gap.last_kept_at as event_at,
        gap.opened_at,
        {{ local_days_later('gap.opened_at', 'task_type.due_days', 'run.time_zone') }} as due_at,
        {{ no_expiry() }},
        gap.ended_at as resolved_at,
        'kept_visit' as resolution_reason,
        {{ no_retraction() }},
        evidence.evidence_table,
        evidence.evidence_key,
        coalesce(evidence.is_part2, false) as is_part2,
        gap.last_kept_date as event_date,
        evidence.visit_key as event_key,
        {{ no_facility() }}
    from opened_gap as gap
    cross join run
    cross join task_type
    inner join client on gap.client_key = client.client_key
    left join evidence
        on gap.client_key = evidence.client_key
        and gap.part2_view = evidence.part2_view
        and gap.service_line = evidence.service_line
        and gap.last_kept_date = evidence.last_kept_date
        and evidence.evidence_rank = 1
    where coalesce(gap.opened_at < gap.ended_at, true)
),

{{ task_lifecycle('opening', answered_by_contact=false) }}

select * from task
