with run as (
    select * from {{ ref('stg_caseload__run') }}
),

stay as (
    select * from {{ ref('fct_stay') }}
    where client_key is not null and not died
),

task_setting as (
    select name, cast(value as integer) as open_stay_days from {{ ref('task_setting') }}
),

-- an admission whose discharge nobody sent must not silence a client for ever
bounded_stay as (
    select
        stay.*,
        stay.admitted_at + coalesce(task_setting.open_stay_days, 0) * interval '1 day'
            as assumed_end_at
    from stay
    left join task_setting on task_setting.name = 'open_stay_days_' || stay.stay_class
),

admission as (
    select
        bounded_stay.stay_key,
        bounded_stay.client_key,
        bounded_stay.stay_class,
        bounded_stay.admitted_at,
        bounded_stay.admit_date,
        coalesce(bounded_stay.discharged_at, bounded_stay.assumed_end_at) as ended_at,
        -- the discharge that has a follow-up of its own
        bounded_stay.discharged_at <= run.as_of
        and bounded_stay.stay_class in ('acute', 'crisis')
        and bounded_stay.is_to_community as has_come_home,
        coalesce(bounded_stay.discharged_at, bounded_stay.assumed_end_at) > run.as_of
            as is_inside,
        lead(bounded_stay.admitted_at) over (
            partition by bounded_stay.client_key
            order by bounded_stay.admitted_at, bounded_stay.stay_key
        ) as next_admitted_at,
        min(case when not bounded_stay.is_part2 then bounded_stay.admitted_at end) over (
            partition by bounded_stay.client_key
            order by bounded_stay.admitted_at, bounded_stay.stay_key
            rows between 1 following and unbounded following
        ) as next_admitted_at_without_part2,
        bounded_stay.is_part2
    from bounded_stay
    cross join run
    where bounded_stay.admitted_at <= run.as_of
)

select * from admission
