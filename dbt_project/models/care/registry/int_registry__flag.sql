-- rules/registry.md#flags: the open tasks of lane 5, each with the episode that it comes from
with flag as (
    select
        *,
        {{ task_key(["'5'", 'task_type', 'enrollment_id', 'response_id']) }} as task_key
    from {{ ref('int_care_episode__flagged') }}
    where part2_view = 'full'
),

task as (
    select task_key from {{ ref('fct_task') }}
    where lane = 5 and status = 'open'
),

open_flag as (
    select flag.*
    from flag
    inner join task on flag.task_key = task.task_key
),

episode_flag as (
    select
        program_enrollment_key,
        bool_or(task_type = 'case_review') as needs_case_review,
        min(case when task_type = 'case_review' then red_from_date end) as review_red_from_date,
        bool_or(task_type = 'measure_first') as needs_measurement,
        bool_or(task_type = 'worse') as is_worse,
        bool_or(task_type = 'relapse_plan') as needs_relapse_plan
    from open_flag
    group by program_enrollment_key
)

select * from episode_flag
