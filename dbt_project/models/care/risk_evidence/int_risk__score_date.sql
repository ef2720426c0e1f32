with
run as (
    select * from {{ ref('int_run__as_of') }}
),

days_back as (
    select 'current' as score_point, 0 as days_back
    union all
    select 'hysteresis' as score_point, {{ risk_setting_days('hysteresis_days') }} as days_back
    union all
    select 'month_ago' as score_point, {{ risk_setting_days('change_days') }} as days_back
),

-- The same local clock time on an earlier date: a day is not always 24 hours.
moment as (
    select
        days_back.score_point,
        days_back.days_back,
        run.as_of,
        run.time_zone,
        {{ local_timestamp('run.as_of', 'run.time_zone') }}
        - days_back.days_back * interval '1 day' as local_at,
        run.as_of_date - days_back.days_back as score_date
    from run
    cross join days_back
),

-- An hour that the clocks repeat has two timestamps, so as_of is not converted back.
score_date as (
    select
        score_point,
        case
            when days_back = 0 then as_of
            else {{ instant_of('local_at', 'time_zone') }}
        end as score_at,
        score_date
    from moment
)

select * from score_date
