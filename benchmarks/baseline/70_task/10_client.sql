-- Tasks: lanes 0, 1 and 3 in one pass, then lanes 2 and 4, whose openings or due dates depend on them, then lane 6.

-- Local days with their bounds, so that a due date is a join and not a conversion; business days are numbered.
create temp table day as
select
    day, is_business_day, start_of_day(day) as starts_at, end_of_day(day) as ends_at,
    cast(sum(cast(is_business_day as integer)) over (order by day) as integer) as business_day_number
from (
    select cast(day as date) as day,
        isodow(day) < 6 and day not in (
            select holiday_date from seed_federal_holiday
            union all
            select try_cast(holiday_date as date) from seed_state_holiday where state = getvariable('state')
        ) as is_business_day
    from generate_series(date '1849-12-31', date '1849-12-31' + 99999, interval 1 day) as series (day)
);
create temp table due_day as select business_day_number, ends_at, day from day where is_business_day;
