with
run as (
    select * from {{ ref('int_run__as_of') }}
),

task as (
    select * from {{ ref('fct_task') }}
),

-- By the month of opening, so that closed and overdue are parts of opened.
followed_task as (
    select
        task.lane,
        cast(
            date_trunc('month', {{ local_date('task.opened_at', 'run.time_zone') }}) as date
        ) as month,
        case when task.status <> 'open' then 1 else 0 end as is_closed,
        case
            when coalesce(task.closed_at, run.as_of) > task.due_at
                and task.status in ('open', 'closed', 'expired')
                and task.paused_reason is null then 1
            else 0
        end as is_overdue
    from task
    cross join run
),

counted as (
    select
        lane,
        month,
        cast(count(*) as bigint) as opened,
        cast(sum(is_closed) as bigint) as closed,
        cast(sum(is_overdue) as bigint) as overdue
    from followed_task
    group by lane, month
),

lane as (
    select lane, lane_name from {{ ref('task_lane') }}
),

-- each month is suppressed separately (docs/suppression.md): the few open tasks of a lane would
-- otherwise suppress its total
cell as (
    select
        counted.lane,
        lane.lane_name,
        counted.month,
        counted.opened,
        counted.closed,
        counted.overdue,
        counted.lane || '|' || counted.month as row_key,
        cast(null as {{ dbt.type_string() }}) as parent_key,
        cast(null as {{ dbt.type_string() }}) as family
    from counted
    inner join lane on counted.lane = lane.lane
),

published as (
    {{ suppressed_cells(
        relation='cell',
        keys=['lane', 'lane_name', 'month'],
        counts=['opened', 'closed', 'overdue'],
        differences=[['opened', 'closed'], ['opened', 'overdue']],
        depth=0,
    ) }}
)

select * from published
