with
ranked as (
    select * from {{ ref('int_list__ranked') }}
),

task as (
    select * from {{ ref('int_list__task') }}
),

client as (
    select * from {{ ref('int_list__client') }}
),

open_task as (
    select
        client.care_manager_id,
        ranked.rank,
        client.client_id,
        client.client_name,
        client.phone,
        client.ok_to_leave_message,
        client.ok_to_text,
        task.lane,
        task.lane_name,
        task.task_type,
        task.task_key,
        task.why_now,
        task.action_needed,
        task.opened_at,
        task.due_at,
        task.overdue_hours,
        task.urgency = 1 as is_primary,
        case when client.consent_status = 'consented' then {{ list_text('part2_notice') }} end
            as part2_notice
    from ranked
    inner join client on ranked.client_key = client.client_key
    inner join task on ranked.client_key = task.client_key
)

select * from open_task
