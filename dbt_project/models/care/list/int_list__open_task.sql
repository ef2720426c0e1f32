with run as (
    select * from {{ ref('int_run__as_of') }}
),

shown_view as (
    select client_key, part2_view from {{ ref('int_client__shown_view') }}
),

task as (
    select * from {{ ref('int_task__unioned') }}
    where status = 'open'
),

lane as (
    select * from {{ ref('list_lane') }}
),

task_type as (
    select * from {{ ref('list_task_type') }}
),

disposition as (
    select discharge_disposition_code, label from {{ ref('discharge_disposition') }}
),

referral as (
    select referral_key, last_status_at from {{ ref('fct_referral') }}
),

-- rules/privacy.md#inference: the Part 2 view decides whether a task shows, never its text
visible_task as (
    select
        task.*,
        disposition.label as discharge_disposition,
        lane.minutes,
        coalesce(task_type.worklist_group, lane.worklist_group) as lane_group,
        coalesce(task_type.can_be_snoozed, lane.can_be_snoozed) as can_be_snoozed,
        -- rules/tasks-and-lanes.md#old-referrals: elapsed days since the last status
        task.lane = {{ list_setting('referral_lane') }}
        and referral.last_status_at
        + {{ list_setting('old_referral_days') }} * interval '1 day' <= run.as_of
            as is_old_referral,
        coalesce(referral.last_status_at, task.opened_at) as waiting_since,
        {{ end_of_local_day(friday_from('run.as_of_date'), 'run.time_zone') }} as friday_at
    from task
    cross join run
    inner join shown_view
        on task.client_key = shown_view.client_key
        and task.part2_view = shown_view.part2_view
    inner join lane on task.lane = lane.lane
    left join task_type on task.task_type = task_type.task_type
    left join disposition
        on task.discharge_disposition_code = disposition.discharge_disposition_code
    left join referral on task.event_key = referral.referral_key
),

grouped_task as (
    select
        *,
        case when is_old_referral then 'F' else lane_group end as worklist_group,
        case when is_old_referral then friday_at else due_at end as list_due_at
    from visible_task
),

group_color as (
    select worklist_group, red_from_lane, red_once_past_due from {{ ref('worklist_group') }}
),

open_task as (
    select
        task.client_key,
        task.part2_view,
        task.task_key,
        task.worklist_group,
        task.lane,
        task.lane_name,
        task.task_type,
        task.opened_at,
        {{ local_date('task.opened_at', 'run.time_zone') }} as opened_date,
        task.list_due_at as due_at,
        {{ hours_past('task.list_due_at', 'run.as_of') }} as overdue_hours,
        task.list_due_at < run.as_of as is_past_due,
        coalesce(
            task.lane >= group_color.red_from_lane
            and (task.list_due_at < run.as_of or not group_color.red_once_past_due),
            false
        ) as is_red,
        task.waiting_since,
        task.minutes,
        task.can_be_snoozed,
        task.paused_reason,
        task.event_at,
        task.event_date,
        task.event_key,
        task.event_facility,
        task.event_setting,
        task.discharge_disposition,
        task.evidence_table,
        task.evidence_key
    from grouped_task as task
    cross join run
    inner join group_color on task.worklist_group = group_color.worklist_group
)

select * from open_task
