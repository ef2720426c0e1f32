with
ranked as (
    select * from {{ ref('int_list__ranked') }}
),

task as (
    select * from {{ ref('int_list__task') }}
),

outreach_task as (
    select
        task.task_key,
        task.client_key,
        ranked.care_manager_id,
        task.lane,
        task.lane_name,
        task.task_type,
        task.why_now,
        task.action_needed,
        task.opened_at,
        task.due_at,
        task.overdue_hours,
        task.urgency = 1 as is_primary
    from ranked
    inner join task on ranked.client_key = task.client_key
)

select * from outreach_task
