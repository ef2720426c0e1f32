with run as (
    select as_of, time_zone from {{ ref('int_run__as_of') }}
),

task_type as (
    select * from {{ ref('task_type') }}
    where task_type = 'transition_late'
),

local_day as (
    select * from {{ ref('int_task__day') }}
),

-- rules/tasks-and-lanes.md#lane-6: opens when lane 2 passes, on day 8 after the discharge
passed_task as (
    select * from {{ ref('int_task__transition') }}
    where status = 'expired'
),

passed_discharge as (
    select
        discharge.*,
        passed_task.closed_at as opened_at,
        task_type.lane,
        task_type.task_type as late_transition_type,
        {{ instant_of(
            local_timestamp('passed_task.closed_at', 'run.time_zone')
            ~ " + task_type.due_days * interval '1 day'",
            'run.time_zone',
        ) }} as due_at,
        discharge.discharge_date + task_type.expires_days as end_date,
        run.as_of
    from passed_task
    inner join {{ ref('int_task__followup_discharge') }} as discharge
        on passed_task.part2_view = discharge.part2_view
        and passed_task.client_key = discharge.client_key
        and passed_task.event_at = discharge.discharged_at
        and passed_task.evidence_key = discharge.evidence_key
    cross join run
    cross join task_type
),

kept_visit as (
    select
        passed_discharge.part2_view,
        passed_discharge.evidence_key,
        min(visit.started_at) as kept_at
    from passed_discharge
    inner join {{ ref('fct_visit') }} as visit
        on passed_discharge.client_key = visit.client_key
        and visit.started_at > passed_discharge.opened_at
        and visit.started_at <= passed_discharge.as_of
        and (passed_discharge.part2_view = 'full' or not visit.is_part2)
    group by passed_discharge.part2_view, passed_discharge.evidence_key
),

opening as (
    select
        {{ surrogate_key(["'6'", 'discharge.client_id', 'discharge.facility_id',
            'discharge.discharged_at']) }} as task_hash,
        {{ task_key(["'6'", 'discharge.client_id', 'discharge.facility_id',
            'discharge.discharged_at']) }} as task_key,
        discharge.part2_view,
        discharge.client_key,
        discharge.lane,
        discharge.late_transition_type as task_type,
        discharge.discharged_at as event_at,
        discharge.opened_at,
        discharge.due_at,
        end_day.starts_at as expires_at,
        'expired' as expiry_reason,
        kept_visit.kept_at as resolved_at,
        'kept_visit' as resolution_reason,
        discharge.retracted_at,
        discharge.retraction_type,
        discharge.evidence_table,
        discharge.evidence_key,
        discharge.is_part2,
        discharge.discharge_date as event_date,
        discharge.event_key,
        discharge.facility_name as event_facility,
        discharge.setting as event_setting,
        discharge.discharge_disposition_code
    from passed_discharge as discharge
    left join kept_visit
        on discharge.part2_view = kept_visit.part2_view
        and discharge.evidence_key = kept_visit.evidence_key
    left join local_day as end_day on discharge.end_date = end_day.calendar_date
),

{{ task_lifecycle('opening', answered_by_contact=false, follows_discharge=true) }}

select * from task
