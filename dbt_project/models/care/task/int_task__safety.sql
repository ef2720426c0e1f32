with run as (
    select time_zone from {{ ref('int_run__as_of') }}
),

task_type as (
    select * from {{ ref('task_type') }}
    where lane = 0
),

local_day as (
    select * from {{ ref('int_task__day') }}
),

event as (
    select
        safety_event.*,
        {{ local_date('safety_event.event_at', 'run.time_zone') }} as event_date
    from {{ ref('int_task__safety_event') }} as safety_event
    cross join run
),

opening as (
    select
        {{ task_identity(["'0'", 'event.event_hash']) }},
        event.part2_view,
        event.client_key,
        task_type.lane,
        event.task_type,
        event.event_at,
        event.event_at as opened_at,
        local_day.ends_at as due_at,
        case when event.has_expiry
                then event.event_at + task_type.expires_days * interval '1 day'
        end as expires_at,
        'expired' as expiry_reason,
        case when event.resolved_at < event.event_at then event.event_at
            else event.resolved_at
        end as resolved_at,
        'reviewed' as resolution_reason,
        {{ no_retraction() }},
        event.evidence_table,
        event.evidence_key,
        event.is_part2,
        event.event_date,
        event.event_key,
        event.facility_name as event_facility,
        event.setting as event_setting,
        cast(null as {{ dbt.type_string() }}) as discharge_disposition_code
    from event
    inner join task_type on event.task_type = task_type.task_type
    left join local_day on event.event_date + task_type.due_days = local_day.calendar_date
),

{{ task_lifecycle('opening', answered_by_contact=true, answered_by_visit=true) }}

select * from task
