with
run as (
    select * from {{ ref('stg_caseload__run') }}
),

staff as (
    select staff_id, shift_minutes from {{ ref('dim_staff') }}
),

program_member as (
    select * from {{ ref('int_staff__program_member') }}
),

list_scope as (
    select client_key, care_manager_id from {{ ref('int_client__list_scope') }}
    where evidence_scope = 'all'
),

-- rules/privacy.md#without-consent: only what the colleague may see takes up minutes; a protected
-- booking would show as a shorter list
appointment as (
    select
        appointment.provider_id,
        appointment.scheduled_date,
        appointment.status,
        appointment.duration_minutes
    from {{ ref('fct_appointment') }} as appointment
    left join program_member
        on appointment.program_id = program_member.program_id
        and appointment.provider_id = program_member.staff_id
    left join list_scope
        on appointment.client_key = list_scope.client_key
        and appointment.provider_id = list_scope.care_manager_id
    where not appointment.is_part2
        or program_member.staff_id is not null
        or list_scope.client_key is not null
),

-- rules/tasks-and-lanes.md#capacity: the working share of the shift, less what is booked that day.
booked as (
    select appointment.provider_id, sum(appointment.duration_minutes) as booked_minutes
    from appointment
    inner join run on appointment.scheduled_date = run.as_of_date
    where appointment.status in ('scheduled', 'kept')
    group by appointment.provider_id
),

care_manager_day as (
    select
        staff.staff_id,
        coalesce(staff.shift_minutes, {{ risk_setting('default_shift_minutes') }})
            as shift_minutes,
        coalesce(booked.booked_minutes, 0) as booked_minutes,
        greatest(
            coalesce(staff.shift_minutes, {{ risk_setting('default_shift_minutes') }})
            * {{ risk_setting('working_share') }} - coalesce(booked.booked_minutes, 0),
            0
        ) as working_minutes
    from staff
    left join booked on staff.staff_id = booked.provider_id
)

select * from care_manager_day
