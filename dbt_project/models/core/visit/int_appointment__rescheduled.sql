with appointment as (
    select * from {{ ref('fct_appointment') }}
),

-- a client who cancels late may book again before the appointment that is missed
miss as (
    select
        *,
        case when status = 'late_cancel' then coalesce(status_at, scheduled_at)
            else scheduled_at
        end as missed_at
    from appointment
    where client_key is not null and status in ('no_show', 'late_cancel')
),

-- rules/tasks-and-lanes.md#lane-3: an explicit link, whatever was booked
linked_appointment as (
    select
        miss.appointment_key,
        coalesce(
            case when miss.is_part2 or not linked.is_part2 then linked.created_at end,
            miss.status_at,
            miss.scheduled_at
        ) as rescheduled_at,
        false as is_part2
    from miss
    left join appointment as linked
        on miss.rescheduled_to_appointment_id = linked.appointment_id
    where miss.rescheduled_to_appointment_id is not null
),

new_appointment as (
    select miss.appointment_key, booked.created_at as rescheduled_at, booked.is_part2
    from miss
    inner join appointment as booked
        on miss.client_key = booked.client_key
        and miss.service_line = booked.service_line
        and miss.missed_at < booked.created_at
    where booked.status not in ('late_cancel', 'client_cancel', 'clinic_cancel')
),

rescheduling as (
    select * from linked_appointment
    union all
    select * from new_appointment
),

rescheduled_miss as (
    select
        appointment_key,
        min(rescheduled_at) as rescheduled_at,
        min(case when not is_part2 then rescheduled_at end) as rescheduled_at_without_part2
    from rescheduling
    group by appointment_key
)

select * from rescheduled_miss
