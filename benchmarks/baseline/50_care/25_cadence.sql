-- Expected visit interval of each service line: from the plan, else from its recent visits, else the program's default.
create temp table line_cadence as
with ordered as (
    select client_key, no_part2, service_line, min(interval_days) as interval_days
    from fct_treatment_plan as plan
    inner join ehr_treatment_plan_service as service using (plan_id)
    inner join client_part2_view using (client_key)
    where plan.status = 'active' and start_date <= as_of_date() and interval_days > 0 and not (no_part2 and is_part2)
    group by client_key, no_part2, service_line
),
-- lines with a rhythm that are in use; a line of long ago counts if no later one does
visited as (
    select *
    from visit_last
    semi join (from seed_service_line_default where visit_interval_days is not null) using (service_line)
    qualify last_kept_date = max(last_kept_date) over (partition by client_key, no_part2)
        or last_kept_date > as_of_date() - cast(engagement_setting('interval_lookback_days') as integer)
),
-- visits are sorted only if no plan sets the line's interval
visit_interval as (
    select
        client_key, no_part2, service_line, visit_date - lag(visit_date) over scope as interval_days,
        row_number() over (partition by client_key, no_part2, service_line order by visit_date desc) as recency
    from (
        select distinct client_key, no_part2, service_line, visit_date
        from fct_visit
        inner join client_part2_view using (client_key)
        anti join ordered using (client_key, no_part2, service_line)
        where started_at <= as_of() and not (no_part2 and is_part2)
            and visit_date > as_of_date() - cast(engagement_setting('interval_lookback_days') as integer)
    )
    window scope as (partition by client_key, no_part2, service_line order by visit_date)
),
rhythm as (
    select client_key, no_part2, service_line, median(interval_days) as interval_days
    from visit_interval
    where interval_days is not null and recency <= engagement_setting('rhythm_intervals')
    group by client_key, no_part2, service_line
    having count(*) >= engagement_setting('rhythm_minimum_intervals')
),
client_line as (
    select client_key, no_part2, service_line from visited
    union
    select client_key, no_part2, service_line from ordered
)
select
    client_key, no_part2, service_line, ordered.interval_days is not null as is_ordered,
    cast(coalesce(
        ordered.interval_days, rhythm.interval_days, expected_visit_interval_days, visit_interval_days
    ) as decimal(9, 2)) as expected_days,
    case
        when ordered.interval_days is not null then 'plan'
        when rhythm.interval_days is not null then 'rhythm'
        when expected_visit_interval_days is not null then 'program'
        when visit_interval_days is not null then 'service_line'
    end as interval_source,
    days_since, days_since / cast(expected_days as decimal(18, 6)) as gap_ratio
from client_line
inner join dim_client as client using (client_key)
left join ordered using (client_key, no_part2, service_line)
left join rhythm using (client_key, no_part2, service_line)
left join visited using (client_key, no_part2, service_line)
left join dim_program as program
    on if(no_part2, primary_program_id_without_part2, primary_program_id) = program.program_id
left join seed_service_line_default using (service_line);

-- The worst line with an ordered interval decides, else the worst line; without a line the program expects any visit.
create temp table cadence as
with decisive as (
    from line_cadence
    qualify row_number() over (
        partition by client_key, no_part2
        order by gap_ratio is null, not is_ordered, gap_ratio desc nulls last, expected_days, service_line
    ) = 1
)
select
    client_key, no_part2, decisive.service_line,
    coalesce(expected_days, cast(expected_visit_interval_days as decimal(9, 2))) as expected_interval_days,
    coalesce(interval_source, case when expected_visit_interval_days is not null then 'program' end) as expected_interval_source,
    coalesce(decisive.days_since, any_visit.days_since) as cadence_days
from client_part2_view
inner join dim_client as client using (client_key)
left join decisive using (client_key, no_part2)
left join (from visit_last where service_line = 'any') as any_visit using (client_key, no_part2)
left join dim_program as program
    on if(no_part2, primary_program_id_without_part2, primary_program_id) = program.program_id;

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
