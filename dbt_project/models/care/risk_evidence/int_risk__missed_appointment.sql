with
appointment as (
    select
        client_key, appointment_key, scheduled_at, scheduled_date, status, is_part2
    from {{ ref('fct_appointment') }}
    where client_key is not null and status in ('kept', 'no_show', 'late_cancel')
),

score_date as (
    select * from {{ ref('int_risk__score_date') }}
),

client_part2_view as (
    select * from {{ ref('int_client__part2_view') }}
),

earliest_day as (
    select
        min(score_date) - {{ risk_window_days('missed_of_last_3') }}
            as earliest_date
    from score_date
),

-- The count of misses among three appointments applies until the next appointment.
counted_appointment as (
    select
        client_part2_view.part2_view,
        appointment.client_key,
        appointment.appointment_key,
        appointment.scheduled_at,
        appointment.scheduled_date,
        sum(case when appointment.status = 'kept' then 0 else 1 end) over last_three
            as missed_count,
        max(case when appointment.is_part2 then 1 else 0 end) over last_three = 1 as is_part2,
        lead(appointment.scheduled_at) over in_order as next_scheduled_at
    from appointment
    inner join earliest_day on appointment.scheduled_date >= earliest_day.earliest_date
    inner join client_part2_view on appointment.client_key = client_part2_view.client_key
    where client_part2_view.part2_view = 'full' or not appointment.is_part2
    window
        in_order as (
            partition by client_part2_view.part2_view, appointment.client_key
            order by appointment.scheduled_at, appointment.appointment_key
        ),
        last_three as (
            partition by client_part2_view.part2_view, appointment.client_key
            order by appointment.scheduled_at, appointment.appointment_key
            rows between 2 preceding and current row
        )
),

missed as (
    select
        score_date.score_point,
        counted_appointment.part2_view,
        counted_appointment.client_key,
        counted_appointment.appointment_key,
        counted_appointment.scheduled_date,
        counted_appointment.missed_count,
        counted_appointment.is_part2
    from counted_appointment
    inner join score_date
        on counted_appointment.scheduled_at <= score_date.score_at
        and (
            counted_appointment.next_scheduled_at is null
            or counted_appointment.next_scheduled_at > score_date.score_at
        )
    where counted_appointment.missed_count > 0
)

select * from missed
