-- rules/returned-workbooks.md#team-sheets
with staff as (
    select staff_id, staff_name from {{ ref('dim_staff') }}
),

task as (
    select
        team_task.problem,
        team_task.task_key,
        team_task.worklist_group,
        team_task.lane_name,
        team_task.opened_at,
        team_task.due_at,
        team_task.overdue_hours,
        team_task.expired_at,
        team_task.client_id,
        team_task.client_name,
        team_task.birth_date,
        team_task.recipient_staff_id,
        recipient.staff_name as recipient_name,
        owner.staff_name as covering_for_name,
        team_task.team
    from {{ ref('mart_team_task') }} as team_task
    left join staff as recipient on team_task.recipient_staff_id = recipient.staff_id
    left join staff as owner on team_task.covering_for_staff_id = owner.staff_id
)

select * from task
