with run as (
    select time_zone from {{ ref('stg_caseload__run') }}
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
        {{ surrogate_key(["'0'", 'event.event_hash']) }} as task_hash,
        {{ task_key(["'0'", 'event.event_hash']) }} as task_key,
        client_scope.evidence_scope,
        event.client_key,
        task_type.lane,
        event.task_type,
        event.event_at,
        event.event_at as opened_at,
        local_day.ends_at as due_at,
        case when event.has_expiry
                then event.event_at + task_type.expires_days * interval '1 day'
        end as expires_at,
        'expired' as expires_as,
        case when event.answered_at < event.event_at then event.event_at
            else event.answered_at
        end as answered_at,
        'reviewed' as answered_as,
        cast(null as timestamp with time zone) as withdrawn_at,
        cast(null as {{ dbt.type_string() }}) as withdrawn_as,
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
    inner join {{ ref('int_client__scope') }} as client_scope
        on event.client_key = client_scope.client_key
        and (client_scope.evidence_scope = 'all' or not event.is_part2)
    left join local_day on event.event_date + task_type.due_days = local_day.calendar_date
),

{{ task_life('opening', answered_by_contact=true, admission='ends') }}

select * from task
