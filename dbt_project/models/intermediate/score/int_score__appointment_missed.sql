with
appointment as (
    select
        client_key, appointment_key, scheduled_at, scheduled_date, status, is_part2
    from {{ ref('fct_appointment') }}
    where client_key is not null and status in ('kept', 'no_show', 'late_cancel')
),

spine as (
    select * from {{ ref('int_score__spine') }}
),

client_scope as (
    select * from {{ ref('int_client__scope') }}
),

earliest_day as (
    select
        min(spine_date) - {{ risk_window_days('missed_of_last_3') }}
            as earliest_date
    from spine
),

-- The running count of misses among three is the answer for every day until the next appointment.
counted_appointment as (
    select
        client_scope.evidence_scope,
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
    inner join client_scope on appointment.client_key = client_scope.client_key
    where client_scope.evidence_scope = 'all' or not appointment.is_part2
    window
        in_order as (
            partition by client_scope.evidence_scope, appointment.client_key
            order by appointment.scheduled_at, appointment.appointment_key
        ),
        last_three as (
            partition by client_scope.evidence_scope, appointment.client_key
            order by appointment.scheduled_at, appointment.appointment_key
            rows between 2 preceding and current row
        )
),

missed as (
    select
        spine.spine,
        counted_appointment.evidence_scope,
        counted_appointment.client_key,
        counted_appointment.appointment_key,
        counted_appointment.scheduled_date,
        counted_appointment.missed_count,
        counted_appointment.is_part2
    from counted_appointment
    inner join spine
        on counted_appointment.scheduled_at <= spine.spine_at
        and (
            counted_appointment.next_scheduled_at is null
            or counted_appointment.next_scheduled_at > spine.spine_at
        )
    where counted_appointment.missed_count > 0
)

select * from missed
