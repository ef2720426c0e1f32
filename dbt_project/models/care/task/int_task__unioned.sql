{{ config(materialized='view') }}

with task_type as (
    select task_type, why_now, action_needed from {{ ref('task_type') }}
),

task_lane as (
    select lane, lane_name from {{ ref('task_lane') }}
),

task as (
    {%- for lane in [
        'safety', 'discharge', 'transition', 'missed_appointment', 'referral', 'late_transition',
        'clinical_review', 'disengagement', 'went_quiet', 'plan_admin',
    ] %}
    select * from {{ ref('int_task__' ~ lane) }}
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

-- only open tasks are shown, so only they need text
described_task as (
    select
        task.*,
        task_lane.lane_name,
        case when task.status = 'open' then replace(
                    task_type.why_now, '{date}', cast(task.event_date as {{ dbt.type_string() }})
                )
        end as why_now,
        case when task.status = 'open' then task_type.action_needed end as action_needed
    from task
    inner join task_lane on task.lane = task_lane.lane
    inner join task_type on task.task_type = task_type.task_type
)

select * from described_task
