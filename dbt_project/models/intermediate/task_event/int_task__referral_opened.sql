with run as (
    select time_zone from {{ ref('stg_caseload__run') }}
),

referral_limit as (
    select * from {{ ref('task_referral_limit') }}
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

-- spec interface.md Tasks, lane 4: no new status for so long, or a barrier
stalled_step as (
    select
        *,
        case when barrier_at <= stalled_at then 'referral_barrier' else 'referral_stalled' end
            as task_type,
        least(barrier_at, stalled_at) as opened_at
    from timed_step
    where next_status_at is null or next_status_at > least(barrier_at, stalled_at)
),

-- a hospital stay closes the task; where nothing has moved so long after it, the referral is
-- stalled again
stay_between as (
    select
        stalled_step.*,
        admission.stay_key,
        admission.next_admitted_at,
        admission.is_part2 as is_part2_stay,
        coalesce(admission.ended_at_without_part2, admission.ended_at)
        + stalled_step.stalled_after_days * interval '1 day'
            as stalled_again_at
    from stalled_step
    inner join admission
        on stalled_step.client_key = admission.client_key
        and admission.admitted_at > stalled_step.opened_at
    where stalled_step.next_status_at is null
        or admission.admitted_at < stalled_step.next_status_at
),

opened as (
    select
        client_key, referral_key, referral_id, status_at, next_status_at, next_status,
        task_type, opened_at, cast(null as bigint) as after_stay_key,
        is_part2, evidence_table, evidence_key
    from stalled_step
    union all
    select
        client_key, referral_key, referral_id, status_at, next_status_at, next_status,
        'referral_stalled' as task_type, stalled_again_at as opened_at, stay_key as after_stay_key,
        is_part2 or is_part2_stay as is_part2, evidence_table, evidence_key
    from stay_between
    where (next_status_at is null or next_status_at > stalled_again_at)
        and (next_admitted_at is null or next_admitted_at > stalled_again_at)
),

dated as (
    select
        opened.*,
        {{ local_date('opened.opened_at', 'run.time_zone') }} as opened_date,
        {{ local_date('opened.status_at', 'run.time_zone') }} as status_date
    from opened
    cross join run
)

select * from dated
