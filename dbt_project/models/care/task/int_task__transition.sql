with run as (
    select as_of, time_zone from {{ ref('int_run__as_of') }}
),

task_type as (
    select * from {{ ref('task_type') }}
    where lane = 2
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

{{ passed_discharge('passed_task', visit_after='discharged_at') }},

opening as (
    select
        {{ task_identity(["'2'", 'discharge.client_id', 'discharge.facility_id',
            'discharge.discharged_at']) }},
        discharge.part2_view,
        discharge.client_key,
        discharge.lane,
        discharge.followup_type as task_type,
        discharge.discharged_at as event_at,
        discharge.opened_at,
        -- due_days local days later, at the same time of day
        case when discharge.discharge_precision = 'date' then due_day.ends_at
            else {{ local_days_later(
                'discharge.discharged_at', 'discharge.due_days', 'discharge.time_zone'
            ) }}
        end as due_at,
        end_day.starts_at as expires_at,
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
    left join local_day as due_day
        on discharge.discharge_date + discharge.due_days = due_day.calendar_date
    left join local_day as end_day on discharge.end_date = end_day.calendar_date
),

{{ task_lifecycle('opening', answered_by_contact=false, follows_discharge=true) }}

select * from task
