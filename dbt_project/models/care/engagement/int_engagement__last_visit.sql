with run as (
    select * from {{ ref('int_run__as_of') }}
),

client_part2_view as (
    select * from {{ ref('int_client__part2_view') }}
),

-- Part 2 and other records apart: the views are made from this small result, not from all visits.
last_by_origin as (
    select
        visit.client_key,
        visit.is_part2,
        coalesce(visit.service_line, 'other') as service_line,
        max(visit.started_at) as last_kept_at,
        max(visit.visit_date) as last_kept_date
    from {{ ref('fct_visit') }} as visit
    cross join run
    where visit.client_key is not null and visit.started_at <= run.as_of
    group by visit.client_key, visit.is_part2, coalesce(visit.service_line, 'other')
),

last_visit as (
    select
        client_part2_view.client_key,
        client_part2_view.part2_view,
        last_by_origin.service_line,
        max(last_by_origin.last_kept_at) as last_kept_at,
        max(last_by_origin.last_kept_date) as last_kept_date
    from last_by_origin
    inner join client_part2_view on last_by_origin.client_key = client_part2_view.client_key
    where client_part2_view.part2_view = 'full' or not last_by_origin.is_part2
    group by
        client_part2_view.client_key, client_part2_view.part2_view, last_by_origin.service_line
    union all
    select
        client_part2_view.client_key,
        client_part2_view.part2_view,
        'any' as service_line,
        max(last_by_origin.last_kept_at) as last_kept_at,
        max(last_by_origin.last_kept_date) as last_kept_date
    from last_by_origin
    inner join client_part2_view on last_by_origin.client_key = client_part2_view.client_key
    where client_part2_view.part2_view = 'full' or not last_by_origin.is_part2
    group by client_part2_view.client_key, client_part2_view.part2_view
),

-- rules/engagement.md#hospital-days: nights in hospital do not count as days since the visit
hospital_days as (
    select
        last_visit.client_key,
        last_visit.part2_view,
        last_visit.service_line,
        sum(
            {{ dbt.datediff(
                'greatest(night.start_date, last_visit.last_kept_date)', 'night.end_date', 'day'
            ) }} + 1
        ) as hospital_days
    from last_visit
    inner join {{ ref('int_client__hospital_night') }} as night
        on last_visit.client_key = night.client_key
        and last_visit.part2_view = night.part2_view
        and last_visit.last_kept_date <= night.end_date
    group by last_visit.client_key, last_visit.part2_view, last_visit.service_line
),

counted_visit as (
    select
        last_visit.*,
        cast(greatest(
            run.as_of_date - last_visit.last_kept_date - coalesce(hospital_days.hospital_days, 0), 0
        ) as integer) as days_since_last_kept
    from last_visit
    cross join run
    left join hospital_days
        on last_visit.client_key = hospital_days.client_key
        and last_visit.part2_view = hospital_days.part2_view
        and last_visit.service_line = hospital_days.service_line
)

select * from counted_visit
