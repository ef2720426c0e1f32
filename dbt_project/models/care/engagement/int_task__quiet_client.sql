with run as (
    select * from {{ ref('int_run__as_of') }}
),

task_type as (
    select * from {{ ref('task_type') }}
    where task_type = 'went_quiet'
),

silence as (
    select
        silence.*,
        {{ end_of_local_day(
            'silence.contacted_date + task_type.expires_days', 'run.time_zone'
        ) }} as expires_at
    from {{ ref('int_engagement__silence') }} as silence
    cross join run
    cross join task_type
),

other_task as (
    {%- for lane in [
        'safety', 'discharge', 'transition', 'missed_appointment', 'referral', 'late_transition',
        'clinical_review', 'disengagement', 'plan_admin',
    ] %}
    select part2_view, client_key, opened_at as busy_from, closed_at as busy_until
    from {{ ref('int_task__' ~ lane) }}
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

booking as (
    select * from {{ ref('int_engagement__booking') }}
),

-- rules/tasks-and-lanes.md#went-quiet: an open task or a scheduled appointment is a reason to wait
busy_time as (
    select
        silence.part2_view, silence.client_key, silence.contacted_at, silence.silent_at,
        task.busy_from,
        coalesce(task.busy_until, cast('9999-12-31' as timestamp with time zone)) as busy_until
    from silence
    inner join other_task as task
        on silence.client_key = task.client_key
        and silence.part2_view = task.part2_view
        and silence.expires_at > task.busy_from
        and coalesce(silence.silent_at < task.busy_until, true)
    union all
    select
        silence.part2_view, silence.client_key, silence.contacted_at, silence.silent_at,
        coalesce(booking.booked_at, silence.contacted_at) as busy_from,
        booking.booked_until as busy_until
    from silence
    inner join booking
        on silence.client_key = booking.client_key
        and silence.silent_at < booking.booked_until
        and coalesce(silence.expires_at > booking.booked_at, true)
    where silence.part2_view = 'full' or not booking.is_part2
),

covered_time as (
    select
        *,
        greatest(
            silent_at,
            max(busy_until) over (
                partition by part2_view, client_key, contacted_at
                order by busy_from, busy_until
                rows between unbounded preceding and 1 preceding
            )
        ) as covered_until
    from busy_time
),

-- the first moment that nothing covers
free_time as (
    select
        part2_view,
        client_key,
        contacted_at,
        coalesce(
            min(case when busy_from > covered_until then covered_until end),
            max(greatest(busy_until, covered_until))
        ) as free_at
    from covered_time
    group by part2_view, client_key, contacted_at
),

quiet_client as (
    select
        silence.*,
        coalesce(free_time.free_at, silence.silent_at) as opened_at
    from silence
    left join free_time
        on silence.client_key = free_time.client_key
        and silence.part2_view = free_time.part2_view
        and silence.contacted_at = free_time.contacted_at
),

opened_silence as (
    select * from quiet_client
    where opened_at < expires_at
        and coalesce(opened_at < next_step_at, true)
        and coalesce(opened_at < next_contacted_at, true)
)

select * from opened_silence
