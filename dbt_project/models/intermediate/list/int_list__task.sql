with
run as (
    select * from {{ ref('stg_caseload__run') }}
),

list_scope as (
    select * from {{ ref('int_client__list_scope') }}
),

task as (
    select * from {{ ref('int_task__unioned') }}
    where status = 'open'
),

generic_task as (
    select * from {{ ref('list_generic_task') }}
),

task_minute as (
    select * from {{ ref('list_task_minute') }}
),

disposition as (
    select discharge_disposition_code, label from {{ ref('discharge_disposition') }}
),

-- spec §6 Inference: without consent, what hints at substance use becomes general
visible_task as (
    select
        task.client_key,
        task.task_key,
        task.lane,
        task.lane_name,
        task.task_type,
        task.opened_at,
        task.due_at,
        {{ hours_past('task.due_at', 'run.as_of') }} as overdue_hours,
        {{ local_date('task.opened_at', 'run.time_zone') }} as opened_date,
        task.evidence_table,
        task.evidence_key,
        case
            when list_scope.consent_status in ('not_needed', 'consented') then false
            else task.event_setting = 'substance_use'
        end as hides_place,
        task.event_facility,
        task.event_setting,
        disposition.label as discharge_disposition,
        case
            when list_scope.consent_status in ('not_needed', 'consented')
                or generic_task.task_type is null then task.why_now
            else replace(
                    generic_task.why_now, '{date}', cast(task.event_date as {{ dbt.type_string() }})
                )
        end as why_now,
        case
            when list_scope.consent_status in ('not_needed', 'consented')
                or generic_task.task_type is null then task.action_needed
            else generic_task.action_needed
        end as action_needed,
        task_minute.minutes
    from task
    cross join run
    inner join list_scope
        on task.client_key = list_scope.client_key
        and task.evidence_scope = list_scope.evidence_scope
    inner join task_minute on task.lane = task_minute.lane
    left join generic_task on task.task_type = generic_task.task_type
    left join disposition
        on task.discharge_disposition_code = disposition.discharge_disposition_code
),

ordered_task as (
    select
        client_key, task_key, lane, lane_name, task_type, opened_at, opened_date, due_at,
        overdue_hours, evidence_table, evidence_key, why_now, action_needed, minutes,
        case when hides_place then {{ list_text('generic_facility') }} else event_facility end
            as event_facility,
        case when hides_place then {{ list_text('generic_setting') }} else event_setting end
            as event_setting,
        discharge_disposition,
        row_number() over (
            partition by client_key order by lane, due_at, opened_at, task_key
        ) as urgency
    from visible_task
)

select * from ordered_task
