-- A task counts with its outcome so many days after it opened, so that a month that is over does
-- not change with later work (rules/tasks-and-lanes.md#outcomes).
with

run as (
    select as_of, as_of_date, time_zone from {{ ref('int_run__as_of') }}
),

followed_task as (
    select
        task.lane,
        cast(
            date_trunc('month', {{ local_date('task.opened_at', 'run.time_zone') }}) as date
        ) as month,
        outcome_window.outcome_days,
        case
            when task.status = 'open'
                or task.closed_at
                > task.opened_at + outcome_window.outcome_days * interval '1 day'
                then 'still open'
            else coalesce(task_outcome.outcome, 'other work done')
        end as outcome,
        run.as_of_date
    from {{ ref('fct_task') }} as task
    cross join run
    inner join {{ ref('task_outcome_window') }} as outcome_window
        on task.lane = outcome_window.lane
    left join {{ ref('task_outcome') }} as task_outcome
        on task.close_reason = task_outcome.close_reason
),

dated_task as (
    select
        lane,
        month,
        cast({{ dbt.dateadd('day', -1, dbt.dateadd('month', 1, 'month')) }} as date)
            as month_end_date,
        outcome,
        outcome_days,
        as_of_date
    from followed_task
),

outcome_count as (
    select
        lane,
        month,
        month_end_date,
        outcome,
        {{ dbt.dateadd('day', 'outcome_days', 'month_end_date') }} < as_of_date as is_over,
        cast(count(*) as bigint) as tasks
    from dated_task
    group by lane, month, month_end_date, outcome, outcome_days, as_of_date
)

select * from outcome_count
