with run as (
    select time_zone from {{ ref('int_run__as_of') }}
),

task_type as (
    select * from {{ ref('task_type') }}
    where lane = 5
),

flag as (
    select * from {{ ref('int_care_episode__flagged') }}
),

-- rules/tasks-and-lanes.md#lane-5: a consult, a change of treatment or a plan on file
answer as (
    select
        flag.part2_view,
        flag.task_type,
        flag.program_enrollment_key,
        flag.screening_key,
        min(case when step.step = 'consult' then step.step_at end) as consulted_at,
        min(case when step.step = 'treatment_change' then step.step_at end) as changed_at,
        min(case when step.step = 'relapse_plan' then step.step_at end) as planned_at
    from flag
    inner join {{ ref('int_care_episode__treated') }} as step
        on flag.client_key = step.client_key
        and flag.part2_view = step.part2_view
    where (
        flag.task_type = 'relapse_plan'
        and step.step = 'relapse_plan'
        and step.step_date >= flag.plan_from_date
    )
    or (
        flag.task_type in ('case_review', 'worse')
        and (
            -- one that ends the wait for an earlier consult leaves no task
            (step.step = 'consult' and step.step_at > flag.flagged_at)
            or (step.step = 'treatment_change' and step.step_at > flag.opened_at)
        )
    )
    group by
        flag.part2_view, flag.task_type, flag.program_enrollment_key, flag.screening_key
),

answered_flag as (
    select
        flag.*,
        case when flag.task_type <> 'relapse_plan' then flag.next_administered_at end as scored_at,
        answer.consulted_at,
        answer.changed_at,
        answer.planned_at
    from flag
    left join answer
        on flag.part2_view = answer.part2_view
        and flag.task_type = answer.task_type
        and flag.program_enrollment_key = answer.program_enrollment_key
        and flag.screening_key = answer.screening_key
),

resolved_flag as (
    select
        *,
        least(
            scored_at, consulted_at, changed_at, planned_at, outdated_at, treatment_ended_at
        ) as resolved_at
    from answered_flag
),

opening as (
    select
        {{ task_identity(["'5'", 'flag.task_type', 'flag.enrollment_id', 'flag.response_id']) }},
        flag.part2_view,
        flag.client_key,
        task_type.lane,
        flag.task_type,
        flag.opened_at as event_at,
        flag.opened_at,
        {{ local_days_later('flag.opened_at', 'task_type.due_days', 'run.time_zone') }} as due_at,
        flag.opened_at + task_type.expires_days * interval '1 day' as expires_at,
        'expired' as expiry_reason,
        flag.resolved_at,
        case flag.resolved_at
            when flag.scored_at then 'score'
            when flag.consulted_at then 'consult'
            when flag.changed_at then 'treatment_change'
            when flag.planned_at then 'plan_on_file'
            when flag.outdated_at then 'score_outdated'
            else 'treatment_ended'
        end as resolution_reason,
        {{ no_retraction() }},
        flag.evidence_table,
        flag.evidence_key,
        flag.is_part2,
        flag.administered_date as event_date,
        flag.screening_key as event_key,
        {{ no_facility() }}
    from resolved_flag as flag
    cross join run
    inner join task_type on flag.task_type = task_type.task_type
    where coalesce(flag.resolved_at > flag.opened_at, true)
),

{{ task_lifecycle('opening', answered_by_contact=false) }}

select * from task
