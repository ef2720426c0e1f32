with

period as (
    select *
    from {{ ref('export_task_period') }}
    where is_published
),

period_outcome as (
    select
        period.series_key || '|' || period.first_date as scope_key,
        period.lane,
        period.first_date,
        period.last_date,
        period.month_count,
        outcome_count.outcome as group_name,
        cast(sum(outcome_count.tasks) as bigint) as tasks
    from period
    inner join {{ ref('export_task_outcome') }} as outcome_count
        on period.lane = outcome_count.lane
        and outcome_count.month between period.first_date and period.last_date
    group by
        period.series_key,
        period.lane,
        period.first_date,
        period.last_date,
        period.month_count,
        outcome_count.outcome
),

outcome_group as (
    {{ merged_groups(
        relation='period_outcome',
        keys=['lane', 'first_date', 'last_date', 'month_count'],
        counts=['tasks'],
        is_unsafe=is_small('tasks'),
        other_name='other outcomes',
    ) }}
),

published_row as (
    select
        lane,
        first_date,
        last_date,
        month_count,
        'opened' as outcome,
        opened as tasks
    from period
    union all
    select
        lane,
        first_date,
        last_date,
        month_count,
        published_name as outcome,
        cast(sum(tasks) as bigint) as tasks
    from outcome_group
    where is_published
    group by lane, first_date, last_date, month_count, published_name
),

task_flow as (
    select
        published_row.lane,
        lane.lane_name,
        case when published_row.month_count = 1 then 'month' else 'months' end as period_type,
        published_row.first_date as period_start,
        published_row.last_date as period_end,
        published_row.outcome,
        case when not ({{ is_small('published_row.tasks') }}) then published_row.tasks end as tasks,
        {{ count_status('published_row.tasks') }} as tasks_status
    from published_row
    inner join {{ ref('task_lane') }} as lane on published_row.lane = lane.lane
)

select * from task_flow
