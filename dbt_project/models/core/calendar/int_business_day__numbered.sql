-- rules/dates-and-times.md#business-days: business days leave out Saturday, Sunday, observed
-- federal holidays and the state's own. A day that is none carries the number of the business day
-- before it, so that number + 1 is the next business day from any day.
with run as (
    select state from {{ ref('int_run__as_of') }}
),

digit as (
    {%- for n in range(calendar_digits() | int) %}
    select {{ n }} as digit{{ '\n    union all' if not loop.last }}
    {%- endfor %}
),

-- from before the earliest day that a contract accepts to after the latest: an event without its
-- day here would have no due date. The first day is a Monday, so the weekday is the remainder by 7
day_number as (
    select
        ones.digit + 10 * tens.digit + 100 * hundreds.digit + 1000 * thousands.digit
        + 10000 * ten_thousands.digit as day_number
    from digit as ones
    cross join digit as tens
    cross join digit as hundreds
    cross join digit as thousands
    cross join digit as ten_thousands
),

calendar_day as (
    select
        day_number % 7 < 5 as is_weekday,
        cast({{ dbt.dateadd('day', 'day_number', "cast('1849-12-31' as date)") }} as date)
            as calendar_date
    from day_number
),

holiday as (
    select holiday_date from {{ ref('federal_holiday') }}
    union
    select state_holiday.holiday_date
    from {{ ref('state_holiday') }} as state_holiday
    inner join run on state_holiday.state = run.state
),

working_day as (
    select
        calendar_day.calendar_date,
        calendar_day.is_weekday and holiday.holiday_date is null as is_business_day
    from calendar_day
    left join holiday on calendar_day.calendar_date = holiday.holiday_date
),

numbered_day as (
    select
        calendar_date,
        is_business_day,
        cast(
            sum(case when is_business_day then 1 else 0 end) over (
                order by calendar_date rows between unbounded preceding and current row
            ) as integer
        ) as business_day_number
    from working_day
)

select * from numbered_day
