with run as (
    select * from {{ ref('int_run__as_of') }}
),

stay as (
    select * from {{ ref('fct_stay') }}
    where client_key is not null and not died and stay_class in ('acute', 'crisis')
),

-- an end without a discharge may rest on a Part 2 visit, which the redacted view does not contain
hospital_end as (
    select
        stay_key,
        max(case when part2_view = 'full' then ended_at end) as ended_at,
        max(case when part2_view = 'redacted' then ended_at end)
            as ended_at_without_part2
    from {{ ref('int_stay__in_hospital') }}
    group by stay_key
),

admission as (
    select
        stay.stay_key,
        stay.client_key,
        stay.stay_class,
        stay.admitted_at,
        stay.admit_date,
        coalesce(hospital_end.ended_at, stay.discharged_at) as ended_at,
        nullif(hospital_end.ended_at_without_part2, hospital_end.ended_at)
            as ended_at_without_part2,
        -- such a discharge opens its own follow-up
        stay.discharged_at <= run.as_of and stay.is_to_community as has_come_home,
        coalesce(hospital_end.ended_at > run.as_of, false) as is_inside,
        lead(stay.admitted_at) over (
            partition by stay.client_key
            order by stay.admitted_at, stay.stay_key
        ) as next_admitted_at,
        min(case when not stay.is_part2 then stay.admitted_at end) over (
            partition by stay.client_key
            order by stay.admitted_at, stay.stay_key
            rows between 1 following and unbounded following
        ) as next_admitted_at_without_part2,
        stay.is_part2
    from stay
    cross join run
    left join hospital_end on stay.stay_key = hospital_end.stay_key
    where stay.admitted_at <= run.as_of
)

select * from admission
