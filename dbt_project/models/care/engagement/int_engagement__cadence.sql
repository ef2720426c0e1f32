with run as (
    select * from {{ ref('int_run__as_of') }}
),

client_part2_view as (
    select * from {{ ref('int_client__part2_view') }}
),

last_visit as (
    select * from {{ ref('int_engagement__last_visit') }}
),

last_line as (
    select
        client_key,
        part2_view,
        service_line,
        row_number() over (
            partition by client_key, part2_view order by last_kept_at desc, service_line
        ) as line_rank
    from last_visit
    where service_line <> 'any'
),

ordered_interval as (
    select
        client_part2_view.client_key,
        client_part2_view.part2_view,
        min(service.interval_days) as interval_days
    from {{ ref('fct_treatment_plan') }} as plan
    inner join {{ ref('int_treatment_plan__ordered_service') }} as service
        on plan.treatment_plan_key = service.treatment_plan_key
    inner join client_part2_view on plan.client_key = client_part2_view.client_key
    cross join run
    where plan.status = 'active' and plan.start_date <= run.as_of_date
        and service.interval_days > 0
        and (client_part2_view.part2_view = 'full' or not plan.is_part2)
    group by client_part2_view.client_key, client_part2_view.part2_view
),

-- Only clients without an ordered interval need their visits sorted.
visit_day as (
    select distinct client_part2_view.client_key, client_part2_view.part2_view, visit.visit_date
    from {{ ref('fct_visit') }} as visit
    inner join client_part2_view on visit.client_key = client_part2_view.client_key
    left join ordered_interval
        on client_part2_view.client_key = ordered_interval.client_key
        and client_part2_view.part2_view = ordered_interval.part2_view
    cross join run
    where ordered_interval.client_key is null
        and visit.started_at <= run.as_of
        and visit.visit_date
        > run.as_of_date - cast({{ engagement_setting('interval_lookback_days') }} as integer)
        and (client_part2_view.part2_view = 'full' or not visit.is_part2)
),

visit_interval as (
    select
        client_key,
        part2_view,
        visit_date - lag(visit_date) over in_order as interval_days,
        row_number() over (
            partition by client_key, part2_view order by visit_date desc
        ) as interval_rank
    from visit_day
    window in_order as (partition by client_key, part2_view order by visit_date)
),

rhythm as (
    select client_key, part2_view, median(interval_days) as interval_days
    from visit_interval
    where interval_days is not null
        and interval_rank <= {{ engagement_setting('rhythm_intervals') }}
    group by client_key, part2_view
    having count(*) >= {{ engagement_setting('rhythm_minimum_intervals') }}
),

program as (
    select program_id, expected_visit_interval_days, is_part2 from {{ ref('dim_program') }}
),

cadence as (
    select
        client_part2_view.client_key,
        client_part2_view.part2_view,
        cast(coalesce(
            ordered_interval.interval_days,
            rhythm.interval_days,
            program.expected_visit_interval_days,
            line_default.visit_interval_days
        ) as decimal(9, 2)) as expected_interval_days,
        case
            when ordered_interval.interval_days is not null then 'plan'
            when rhythm.interval_days is not null then 'rhythm'
            when program.expected_visit_interval_days is not null then 'program'
            when line_default.visit_interval_days is not null then 'service_line'
        end as expected_interval_source
    from client_part2_view
    inner join {{ ref('dim_client') }} as client on client_part2_view.client_key = client.client_key
    left join ordered_interval
        on client_part2_view.client_key = ordered_interval.client_key
        and client_part2_view.part2_view = ordered_interval.part2_view
    left join rhythm
        on client_part2_view.client_key = rhythm.client_key
        and client_part2_view.part2_view = rhythm.part2_view
    left join program
        on client.primary_program_id = program.program_id
        and (client_part2_view.part2_view = 'full' or not program.is_part2)
    left join last_line
        on client_part2_view.client_key = last_line.client_key
        and client_part2_view.part2_view = last_line.part2_view
        and last_line.line_rank = 1
    left join {{ ref('service_line_default') }} as line_default
        on last_line.service_line = line_default.service_line
)

select * from cadence
