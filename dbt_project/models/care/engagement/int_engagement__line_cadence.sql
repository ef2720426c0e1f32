-- Longer than the budget: which source gives an interval, now and before the last visit, is one
-- decision.
with run as (
    select * from {{ ref('int_run__as_of') }}
),

client_part2_view as (
    select * from {{ ref('int_client__part2_view') }}
),

ordered_line as (
    select
        client_part2_view.client_key,
        client_part2_view.part2_view,
        service.service_line,
        min(service.interval_days) as interval_days
    from {{ ref('fct_treatment_plan') }} as plan
    inner join {{ ref('int_treatment_plan__ordered_service') }} as service
        on plan.treatment_plan_key = service.treatment_plan_key
    inner join client_part2_view on plan.client_key = client_part2_view.client_key
    cross join run
    where plan.status = 'active' and plan.start_date <= run.as_of_date
        and service.interval_days > 0
        and (client_part2_view.part2_view = 'full' or not plan.is_part2)
    group by
        client_part2_view.client_key, client_part2_view.part2_view, service.service_line
),

line_default as (
    select service_line, visit_interval_days from {{ ref('service_line_default') }}
),

-- an intake or a crisis has no rhythm; a line of long ago counts if no later one does
visited_line as (
    select
        last_visit.client_key,
        last_visit.part2_view,
        last_visit.service_line,
        last_visit.last_kept_at,
        last_visit.last_kept_date,
        last_visit.days_since_last_kept,
        max(last_visit.last_kept_date) over (
            partition by last_visit.client_key, last_visit.part2_view
        ) as client_last_kept_date
    from {{ ref('int_engagement__last_visit') }} as last_visit
    inner join line_default on last_visit.service_line = line_default.service_line
    where line_default.visit_interval_days is not null
),

current_line as (
    select visited_line.*
    from visited_line
    cross join run
    where visited_line.last_kept_date = visited_line.client_last_kept_date
        or visited_line.last_kept_date
        > run.as_of_date - cast({{ engagement_setting('interval_lookback_days') }} as integer)
),

-- only lines without an ordered interval need their visits sorted
visit_day as (
    select distinct
        client_part2_view.client_key,
        client_part2_view.part2_view,
        visit.service_line,
        visit.visit_date
    from {{ ref('fct_visit') }} as visit
    inner join client_part2_view on visit.client_key = client_part2_view.client_key
    left join ordered_line
        on client_part2_view.client_key = ordered_line.client_key
        and client_part2_view.part2_view = ordered_line.part2_view
        and visit.service_line = ordered_line.service_line
    cross join run
    where ordered_line.client_key is null
        and visit.started_at <= run.as_of
        and visit.visit_date
        > run.as_of_date - cast({{ engagement_setting('interval_lookback_days') }} as integer)
        and (client_part2_view.part2_view = 'full' or not visit.is_part2)
),

visit_interval as (
    select
        client_key,
        part2_view,
        service_line,
        visit_date - lag(visit_date) over in_order as interval_days,
        row_number() over (
            partition by client_key, part2_view, service_line order by visit_date desc
        ) as interval_rank
    from visit_day
    window in_order as (partition by client_key, part2_view, service_line order by visit_date)
),

-- the earlier rhythm is that before the last visit, whose gap it measured
ranked_interval as (
    select
        client_key,
        part2_view,
        service_line,
        interval_days,
        interval_rank <= {{ engagement_setting('rhythm_intervals') }} as is_recent,
        interval_rank between 2 and {{ engagement_setting('rhythm_intervals') }} + 1 as is_earlier
    from visit_interval
    where interval_days is not null
),

counted_interval as (
    select
        client_key,
        part2_view,
        service_line,
        count(case when is_recent then 1 end) as recent_count,
        count(case when is_earlier then 1 end) as earlier_count,
        median(case when is_recent then interval_days end) as recent_days,
        median(case when is_earlier then interval_days end) as earlier_days
    from ranked_interval
    group by client_key, part2_view, service_line
),

rhythm as (
    select
        client_key,
        part2_view,
        service_line,
        case
            when recent_count >= {{ engagement_setting('rhythm_minimum_intervals') }}
                then recent_days
        end as interval_days,
        case
            when earlier_count >= {{ engagement_setting('rhythm_minimum_intervals') }}
                then earlier_days
        end as earlier_interval_days
    from counted_interval
),

client_line as (
    select client_key, part2_view, service_line from current_line
    union
    select client_key, part2_view, service_line from ordered_line
),

program as (
    select program_id, expected_visit_interval_days, is_part2 from {{ ref('dim_program') }}
),

line_cadence as (
    select
        client_line.client_key,
        client_line.part2_view,
        client_line.service_line,
        ordered_line.interval_days is not null as is_ordered,
        cast(coalesce(
            ordered_line.interval_days,
            rhythm.interval_days,
            program.expected_visit_interval_days,
            line_default.visit_interval_days
        ) as decimal(9, 2)) as expected_interval_days,
        cast(coalesce(
            ordered_line.interval_days,
            rhythm.earlier_interval_days,
            program.expected_visit_interval_days,
            line_default.visit_interval_days
        ) as decimal(9, 2)) as earlier_expected_interval_days,
        case
            when ordered_line.interval_days is not null then 'plan'
            when rhythm.interval_days is not null then 'rhythm'
            when program.expected_visit_interval_days is not null then 'program'
            when line_default.visit_interval_days is not null then 'service_line'
        end as expected_interval_source,
        current_line.last_kept_at,
        current_line.last_kept_date,
        current_line.days_since_last_kept
    from client_line
    inner join {{ ref('dim_client') }} as client on client_line.client_key = client.client_key
    left join program
        on case when client_line.part2_view = 'full' then client.primary_program_id
            else client.primary_program_id_without_part2
        end = program.program_id
    left join line_default on client_line.service_line = line_default.service_line
    {%- for relation in ['ordered_line', 'rhythm', 'current_line'] %}
    left join {{ relation }}
        on client_line.client_key = {{ relation }}.client_key
        and client_line.part2_view = {{ relation }}.part2_view
        and client_line.service_line = {{ relation }}.service_line
    {%- endfor %}
)

select * from line_cadence
