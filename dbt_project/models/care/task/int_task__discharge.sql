with run as (
    select time_zone from {{ ref('int_run__as_of') }}
),

task_type as (
    select * from {{ ref('task_type') }}
    where lane = 1
),

local_day as (
    select * from {{ ref('int_task__day') }}
),

-- rules/tasks-and-lanes.md#lane-1: 24 elapsed hours; without a time, the end of the next day
due_discharge as (
    select
        discharge.*,
        task_type.lane,
        task_type.pass_business_days,
        case when discharge.discharge_precision = 'date' then next_day.ends_at
            else discharge.discharged_at + task_type.due_hours * interval '1 hour'
        end as due_at
    from {{ ref('int_task__followup_discharge') }} as discharge
    inner join task_type on discharge.task_type = task_type.task_type
    left join local_day as next_day
        on discharge.discharge_date + task_type.due_days = next_day.calendar_date
),

local_discharge as (
    select
        due_discharge.*,
        {{ local_timestamp('due_discharge.due_at', 'run.time_zone') }} as local_due_at
    from due_discharge
    cross join run
),

-- a business day later, at the same time of the day
passing_discharge as (
    select
        discharge.*,
        discharge.local_due_at + (pass_day.calendar_date - due_day.calendar_date) * interval '1 day'
            as local_pass_at
    from local_discharge as discharge
    left join local_day as due_day
        on cast(discharge.local_due_at as date) = due_day.calendar_date
    left join local_day as pass_day
        on due_day.business_day_number + discharge.pass_business_days
        = pass_day.business_day_number
        and pass_day.is_business_day
),

passed_discharge as (
    select
        passing_discharge.*,
        {{ instant_of('passing_discharge.local_pass_at', 'run.time_zone') }} as passes_at
    from passing_discharge
    cross join run
),

opening as (
    select
        {{ task_identity(["'1'", 'discharge.client_id', 'discharge.facility_id',
            'discharge.discharged_at']) }},
        discharge.part2_view,
        discharge.client_key,
        discharge.lane,
        discharge.task_type,
        discharge.discharged_at as event_at,
        discharge.discharged_at as opened_at,
        discharge.due_at,
        discharge.passes_at as expires_at,
        'passed_to_lane_2' as expiry_reason,
        cast(null as timestamp with time zone) as resolved_at,
        cast(null as {{ dbt.type_string() }}) as resolution_reason,
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
),

{{ task_lifecycle(
    'opening', answered_by_contact=true, answered_by_visit=true, follows_discharge=true
) }}

select * from task
