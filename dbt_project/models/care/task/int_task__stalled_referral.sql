with run as (
    select time_zone from {{ ref('int_run__as_of') }}
),

referral_limit as (
    select * from {{ ref('task_referral_limit') }}
),

client_part2_view as (
    select * from {{ ref('int_client__part2_view') }}
),

admission as (
    select * from {{ ref('int_task__admission') }}
    where stay_class <> 'crisis'
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

-- a hospital stay closes the task; without a new status within the limit after the stay, the
-- referral stalls again
later_stay as (
    select
        stalled_step.*,
        admission.admit_date,
        case
            when stalled_step.part2_view = 'full' then admission.next_admitted_at
            else admission.next_admitted_at_without_part2
        end as next_admitted_at,
        admission.is_part2 as is_part2_stay,
        coalesce(admission.ended_at_without_part2, admission.ended_at)
        + stalled_step.stalled_after_days * interval '1 day'
            as stalled_again_at
    from stalled_step
    inner join admission
        on stalled_step.client_key = admission.client_key
        and admission.admitted_at > stalled_step.opened_at
    where (stalled_step.part2_view = 'full' or not admission.is_part2)
        and (
            stalled_step.next_status_at is null
            or admission.admitted_at < stalled_step.next_status_at
        )
),

opening as (
    select
        part2_view, client_key, referral_key, referral_id, status_at, next_status_at,
        next_status, task_type, opened_at, cast(null as date) as after_admit_date,
        is_part2, evidence_table, evidence_key
    from stalled_step
    union all
    select
        part2_view, client_key, referral_key, referral_id, status_at, next_status_at,
        next_status, 'referral_stalled' as task_type, stalled_again_at as opened_at,
        admit_date as after_admit_date,
        is_part2 or is_part2_stay as is_part2, evidence_table, evidence_key
    from later_stay
    where (next_status_at is null or next_status_at > stalled_again_at)
        and (next_admitted_at is null or next_admitted_at > stalled_again_at)
),

dated_opening as (
    select
        opening.*,
        {{ local_date('opening.opened_at', 'run.time_zone') }} as opened_date,
        {{ local_date('opening.status_at', 'run.time_zone') }} as status_date
    from opening
    cross join run
)

select * from dated_opening
