with
ranked as (
    select * from {{ ref('int_list__ranked') }}
),

task as (
    select * from {{ ref('int_list__listed_task') }}
),

sentence as (
    select task_key, why_now, action_needed, next_step from {{ ref('int_list__sentence') }}
),

outreach_task as (
    select
        task.task_key,
        task.client_key,
        ranked.care_manager_id,
        task.lane,
        task.lane_name,
        task.task_type,
        sentence.why_now,
        sentence.action_needed,
        task.opened_at,
        task.due_at,
        task.overdue_hours,
        task.urgency = 1 as is_primary,
        task.worklist_group,
        task.is_red,
        sentence.next_step
    from ranked
    inner join task on ranked.client_key = task.client_key
    inner join sentence on task.task_key = sentence.task_key
)

select * from outreach_task
