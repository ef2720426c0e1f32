with task as (
    select * from {{ ref('int_list__open_task') }}
),

snooze as (
    select * from {{ ref('int_list__snooze') }}
),

quiet_task as (
    select * from {{ ref('int_list__quiet_task') }}
),

-- rules/tasks-and-lanes.md#snooze: never in lanes 0 to 2 nor after a discharge
snoozed_task as (
    select
        task.*,
        greatest(
            case when task.can_be_snoozed then snooze.snoozed_until_date end,
            quiet_task.quiet_until_date
        ) as snoozed_until_date,
        greatest(
            case when task.can_be_snoozed then snooze.snoozed_at end, quiet_task.quieted_at
        ) as snoozed_at
    from task
    left join snooze
        on task.client_key = snooze.client_key and task.part2_view = snooze.part2_view
    left join quiet_task
        on task.task_key = quiet_task.task_key and task.part2_view = quiet_task.part2_view
),

task_state as (
    select
        *,
        case
            when paused_reason is not null then 'paused'
            when snoozed_until_date is not null then 'snoozed'
        end as hidden_reason
    from snoozed_task
)

select * from task_state
