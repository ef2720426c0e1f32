{{ config(materialized='view') }}

-- an appointment is scheduled from its creation until its time or its cancellation
with booking as (
    select
        client_key,
        created_at as booked_at,
        case
            when status in ('scheduled', 'kept', 'no_show') then scheduled_at
            when status_at is not null then least(status_at, scheduled_at)
        end as booked_until,
        is_part2
    from {{ ref('fct_appointment') }}
    where client_key is not null
)

select * from booking
