-- Expected visit interval: from the plan, else from recent visits, else the program's default.
create temp table cadence as
with ordered as (
    select client_key, no_part2, min(interval_days) as interval_days
    from fct_treatment_plan as plan
    inner join ehr_treatment_plan_service as service using (plan_id)
    inner join client_part2_view using (client_key)
    where plan.status = 'active' and start_date <= as_of_date() and interval_days > 0 and not (no_part2 and is_part2)
    group by client_key, no_part2
),
-- visits are sorted only if no plan sets an interval
visit_interval as (
    select
        client_key, no_part2, visit_date - lag(visit_date) over scope as interval_days,
        row_number() over (partition by client_key, no_part2 order by visit_date desc) as recency
    from (
        select distinct client_key, no_part2, visit_date
        from fct_visit
        inner join client_part2_view using (client_key)
        anti join ordered using (client_key, no_part2)
        where started_at <= as_of() and not (no_part2 and is_part2)
            and visit_date > as_of_date() - cast(engagement_setting('interval_lookback_days') as integer)
    )
    window scope as (partition by client_key, no_part2 order by visit_date)
),
rhythm as (
    select client_key, no_part2, median(interval_days) as interval_days
    from visit_interval
    where interval_days is not null and recency <= engagement_setting('rhythm_intervals')
    group by client_key, no_part2
    having count(*) >= engagement_setting('rhythm_minimum_intervals')
),
last_line as (
    select client_key, no_part2, first(service_line order by last_kept_at desc, service_line) as service_line
    from visit_last
    where service_line <> 'any'
    group by client_key, no_part2
)
select
    client_key, no_part2,
    cast(coalesce(
        ordered.interval_days, rhythm.interval_days, expected_visit_interval_days, visit_interval_days
    ) as decimal(9, 2)) as expected_interval_days,
    case
        when ordered.interval_days is not null then 'plan'
        when rhythm.interval_days is not null then 'rhythm'
        when expected_visit_interval_days is not null then 'program'
        when visit_interval_days is not null then 'service_line'
    end as expected_interval_source
from client_part2_view
inner join dim_client as client using (client_key)
left join ordered using (client_key, no_part2)
left join rhythm using (client_key, no_part2)
left join dim_program as program on primary_program_id = program.program_id and not (no_part2 and program.is_part2)
left join last_line using (client_key, no_part2)
left join seed_service_line_default as line_default on last_line.service_line = line_default.service_line;

create temp table contact_last as
select
    client_key, no_part2, max(contacted_at) as last_contact_at,
    arg_max(outcome, (contacted_at, -contact_key)) as last_contact_outcome,
    arg_max(channel, (contacted_at, -contact_key)) as last_contact_channel,
    max(contacted_at) filter (where is_two_way) as last_reached_at,
    max(contacted_at) filter (where is_two_way and contacted_at <= getvariable('d14_at')) as d14_reached_at,
    max(contacted_at) filter (where is_two_way and contacted_at <= getvariable('d30_at')) as d30_reached_at,
    count(*) filter (where contacted_date > as_of_date() - cast(engagement_setting('attempt_days') as integer)) as attempts
from fct_contact
inner join client_part2_view using (client_key)
where contacted_at <= as_of() and not (no_part2 and is_part2)
group by client_key, no_part2;
