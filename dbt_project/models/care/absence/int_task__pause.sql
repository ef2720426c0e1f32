with run as (
    select * from {{ ref('int_run__as_of') }}
),

task_setting as (
    select cast(max(value) as integer) as return_business_days
    from {{ ref('task_setting') }}
    where name = 'return_business_days'
),

local_day as (
    select * from {{ ref('int_task__day') }}
),

-- rules/tasks-and-lanes.md#hospital-pause, #reported-absence: a confirmed report has no end, and
-- closes the tasks instead
absence as (
    select part2_view, client_key, admitted_at as started_at, ended_at, 'admitted' as reason
    from {{ ref('int_stay__in_hospital') }}
    union all
    select part2_view, client_key, since_at as started_at, until_at as ended_at, reason
    from {{ ref('int_client__absence') }}
    where until_at is not null
),

followed_absence as (
    select
        absence.*,
        max(absence.ended_at) over (
            partition by absence.part2_view, absence.client_key
            order by absence.started_at, absence.ended_at
            rows between unbounded preceding and 1 preceding
        ) as latest_ended_at
    from absence
    where absence.ended_at > absence.started_at
),

numbered_absence as (
    select
        *,
        sum(case when started_at <= latest_ended_at then 0 else 1 end) over (
            partition by part2_view, client_key
            order by started_at, ended_at
            rows between unbounded preceding and current row
        ) as pause_number
    from followed_absence
),

-- a day in two hospitals stops a clock once. A hospital stay is the first reason in the alphabet
merged_pause as (
    select
        absence.part2_view,
        absence.client_key,
        min(absence.started_at) as started_at,
        max(absence.ended_at) as ended_at,
        min(case when absence.ended_at > run.as_of then absence.reason end) as paused_reason
    from numbered_absence as absence
    cross join run
    group by absence.part2_view, absence.client_key, absence.pause_number
),

dated_pause as (
    select
        merged_pause.*,
        case when merged_pause.paused_reason is null
                then {{ local_date('merged_pause.ended_at', 'run.time_zone') }}
        end as end_date
    from merged_pause
    cross join run
),

pause as (
    select
        dated_pause.part2_view,
        dated_pause.client_key,
        dated_pause.started_at,
        dated_pause.ended_at,
        dated_pause.paused_reason,
        return_day.ends_at as return_due_at
    from dated_pause
    cross join task_setting
    left join local_day as end_day on dated_pause.end_date = end_day.calendar_date
    left join local_day as return_day
        on end_day.business_day_number + task_setting.return_business_days
        = return_day.business_day_number
        and return_day.is_business_day
)

select * from pause
