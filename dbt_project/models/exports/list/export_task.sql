with
task as (
    select * from {{ ref('mart_outreach_task') }}
),

client as (
    select * from {{ ref('mart_outreach_list') }}
),

open_task as (
    select
        client.care_manager_id,
        client.rank,
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
        task.is_primary,
        case when client.consent_status = 'consented' then {{ list_text('part2_notice') }} end
            as part2_notice,
        task.worklist_group,
        task.is_red,
        task.next_step
    from client
    inner join task on client.client_key = task.client_key
)

select * from open_task
