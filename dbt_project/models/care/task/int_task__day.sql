-- local days with their start and end as timestamps, so that a due date needs a join only
with run as (
    select time_zone from {{ ref('int_run__as_of') }}
),

calendar_day as (
    select * from {{ ref('int_business_day__numbered') }}
),

bounded_day as (
    select
        calendar_day.calendar_date,
        calendar_day.is_business_day,
        calendar_day.business_day_number,
        {{ start_of_local_day('calendar_day.calendar_date', 'run.time_zone') }} as starts_at,
        {{ end_of_local_day('calendar_day.calendar_date', 'run.time_zone') }} as ends_at
    from calendar_day
    cross join run
)

select * from bounded_day
