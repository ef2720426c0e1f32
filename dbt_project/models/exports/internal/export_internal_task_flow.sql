-- Outcomes as of now, by the month of opening and the team of the task's care manager
-- (rules/tasks-and-lanes.md#outcomes).
with

run as (
    select time_zone from {{ ref('int_run__as_of') }}
),

client as (
    select client_key, care_manager_id from {{ ref('dim_client') }}
),

staff as (
    select staff_id, team from {{ ref('dim_staff') }}
),

followed_task as (
    select
        task.lane,
        cast(
            date_trunc('month', {{ local_date('task.opened_at', 'run.time_zone') }}) as date
        ) as month,
        coalesce(staff.team, 'unknown') as team,
        case
            when task.status = 'open' then 'still open'
            else coalesce(task_outcome.outcome, 'other work done')
        end as outcome
    from {{ ref('fct_task') }} as task
    cross join run
    left join client on task.client_key = client.client_key
    left join staff on client.care_manager_id = staff.staff_id
    left join {{ ref('task_outcome') }} as task_outcome
        on task.close_reason = task_outcome.close_reason
),

task_flow as (
    select
        followed_task.lane,
        lane.lane_name,
        followed_task.month,
        followed_task.team,
        followed_task.outcome,
        cast(count(*) as bigint) as tasks
    from followed_task
    inner join {{ ref('task_lane') }} as lane on followed_task.lane = lane.lane
    group by
        followed_task.lane,
        lane.lane_name,
        followed_task.month,
        followed_task.team,
        followed_task.outcome
)

select * from task_flow
