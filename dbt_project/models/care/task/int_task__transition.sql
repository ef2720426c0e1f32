with run as (
    select as_of, time_zone from {{ ref('int_run__as_of') }}
),

task_type as (
    select * from {{ ref('task_type') }}
    where lane = 2
),

discharge as (
    select * from {{ ref('int_task__followup_discharge') }}
),

local_day as (
    select * from {{ ref('int_task__day') }}
),

-- rules/tasks-and-lanes.md#lane-2: opens when lane 1 was worked or has expired
passed_task as (
    select *
    from {{ ref('int_task__discharge') }}
    where status = 'expired' or (status = 'closed' and closed_by <> 'system')
),

passed_discharge as (
    select
        passed_task.closed_at as opened_at,
        discharge.*,
        run.as_of,
        task_type.lane,
        task_type.task_type as transition_type,
        {{ instant_of(
            local_timestamp('discharge.discharged_at', 'run.time_zone')
            ~ " + task_type.due_days * interval '1 day'",
            'run.time_zone',
        ) }} as due_moment,
        discharge.discharge_date + task_type.due_days as due_date,
        discharge.discharge_date + task_type.expires_days as pass_date
    from passed_task
    inner join discharge
        on passed_task.part2_view = discharge.part2_view
        and passed_task.client_key = discharge.client_key
        and passed_task.event_at = discharge.discharged_at
        and passed_task.evidence_key = discharge.evidence_key
    cross join run
    cross join task_type
),

-- without a discharge time, a visit on that day may have preceded the discharge
kept_visit as (
    select
        passed_discharge.part2_view,
        passed_discharge.evidence_key,
        min(visit.started_at) as kept_at
    from passed_discharge
    inner join {{ ref('fct_visit') }} as visit
        on passed_discharge.client_key = visit.client_key
        and visit.started_at > passed_discharge.discharged_at
        and visit.started_at <= passed_discharge.as_of
        and (
            passed_discharge.discharge_precision <> 'date'
            or visit.visit_date > passed_discharge.discharge_date
        )
        and (passed_discharge.part2_view = 'full' or not visit.is_part2)
    group by passed_discharge.part2_view, passed_discharge.evidence_key
),

opening as (
    select
        {{ surrogate_key(["'2'", 'discharge.client_id', 'discharge.facility_id',
            'discharge.discharged_at']) }} as task_hash,
        {{ task_key(["'2'", 'discharge.client_id', 'discharge.facility_id',
            'discharge.discharged_at']) }} as task_key,
        discharge.part2_view,
        discharge.client_key,
        discharge.lane,
        discharge.transition_type as task_type,
        discharge.discharged_at as event_at,
        discharge.opened_at,
        -- due_days local days later, at the same time of day
        case when discharge.discharge_precision = 'date' then due_day.ends_at
            else discharge.due_moment
        end as due_at,
        pass_day.starts_at as expires_at,
        'passed_to_lane_6' as expiry_reason,
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
    left join local_day as due_day on discharge.due_date = due_day.calendar_date
    left join local_day as pass_day on discharge.pass_date = pass_day.calendar_date
),

{{ task_lifecycle('opening', answered_by_contact=false, follows_discharge=true) }}

select * from task
