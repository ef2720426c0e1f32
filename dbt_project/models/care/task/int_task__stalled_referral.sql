with run as (
    select time_zone from {{ ref('int_run__as_of') }}
),

referral_limit as (
    select * from {{ ref('task_referral_limit') }}
),

client_part2_view as (
    select * from {{ ref('int_client__part2_view') }}
),

timed_step as (
    select
        step.*,
        referral_limit.stalled_after_days,
        step.status_at + referral_limit.stalled_after_days * interval '1 day' as stalled_at
    from {{ ref('int_referral__stepped') }} as step
    inner join referral_limit on step.priority = referral_limit.priority
),

-- rules/tasks-and-lanes.md#lane-4: no new status within the limit, or a barrier
stalled_step as (
    select
        timed_step.*,
        client_part2_view.part2_view,
        case when barrier_at <= stalled_at then 'referral_barrier' else 'referral_stalled' end
            as task_type,
        least(barrier_at, stalled_at) as opened_at
    from timed_step
    inner join client_part2_view on timed_step.client_key = client_part2_view.client_key
    where (client_part2_view.part2_view = 'full' or not timed_step.is_part2)
        and (next_status_at is null or next_status_at > least(barrier_at, stalled_at))
),

dated_opening as (
    select
        stalled_step.*,
        {{ local_date('stalled_step.opened_at', 'run.time_zone') }} as opened_date,
        {{ local_date('stalled_step.status_at', 'run.time_zone') }} as status_date
    from stalled_step
    cross join run
)

select * from dated_opening
