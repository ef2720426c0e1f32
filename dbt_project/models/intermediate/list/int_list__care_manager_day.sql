with
run as (
    select * from {{ ref('stg_caseload__run') }}
),

staff as (
    select staff_id, shift_minutes from {{ ref('dim_staff') }}
),

appointment as (
    select * from {{ ref('fct_appointment') }}
),

-- Spec 4.2 Step C: the working share of the shift, less what is booked that day.
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
