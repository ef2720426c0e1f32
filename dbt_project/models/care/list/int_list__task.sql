with
run as (
    select * from {{ ref('int_run__as_of') }}
),

recipient_view as (
    select client_key, part2_view from {{ ref('int_client__recipient_view') }}
),

task as (
    select * from {{ ref('int_task__unioned') }}
    where status = 'open' and paused_reason is null
),

task_minute as (
    select * from {{ ref('list_task_minute') }}
),

disposition as (
    select discharge_disposition_code, label from {{ ref('discharge_disposition') }}
),

-- rules/privacy.md#inference: the Part 2 view decides whether a task shows, never its text
visible_task as (
    select
        task.client_key,
        task.task_key,
        task.lane,
        task.lane_name,
        task.task_type,
        task.opened_at,
        task.due_at,
        {{ hours_past('task.due_at', 'run.as_of') }} as overdue_hours,
        {{ local_date('task.opened_at', 'run.time_zone') }} as opened_date,
        task.evidence_table,
        task.evidence_key,
        task.event_facility,
        task.event_setting,
        disposition.label as discharge_disposition,
        task.why_now,
        task.action_needed,
        task_minute.minutes
    from task
    cross join run
    inner join recipient_view
        on task.client_key = recipient_view.client_key
        and task.part2_view = recipient_view.part2_view
    inner join task_minute on task.lane = task_minute.lane
    left join disposition
        on task.discharge_disposition_code = disposition.discharge_disposition_code
),

ranked_task as (
    select
        client_key, task_key, lane, lane_name, task_type, opened_at, opened_date, due_at,
        overdue_hours, evidence_table, evidence_key, why_now, action_needed, minutes,
        event_facility, event_setting, discharge_disposition,
        row_number() over (
            partition by client_key order by lane, due_at, opened_at, task_key
        ) as urgency
    from visible_task
)

select * from ranked_task
