with
run as (
    select * from {{ ref('int_run__as_of') }}
),

staff as (
    select staff_id, shift_minutes from {{ ref('dim_staff') }}
),

program_member as (
    select * from {{ ref('int_staff__program_member') }}
),

recipient_view as (
    select client_key, care_manager_id from {{ ref('int_client__recipient_view') }}
    where part2_view = 'full'
),

-- rules/privacy.md#without-consent: only visible appointments take up minutes; otherwise a shorter
-- list would reveal a Part 2 appointment
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
    left join recipient_view
        on appointment.client_key = recipient_view.client_key
        and appointment.provider_id = recipient_view.care_manager_id
    where not appointment.is_part2
        or program_member.staff_id is not null
        or recipient_view.client_key is not null
),

-- rules/tasks-and-lanes.md#capacity: the working share of the shift, less the day's appointments
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
