-- One pass over the visits for all columns that depend on them.
create temp table visit_summed as
select
    client_key, is_part2, coalesce(service_line, 'other') as service_line,
    max(started_at) filter (where started_at <= getvariable('now_at')) as now_at,
    max(started_at) filter (where started_at <= getvariable('d14_at')) as d14_at,
    max(started_at) filter (where started_at <= getvariable('d30_at')) as d30_at,
    max(visit_date) filter (where started_at <= getvariable('now_at')) as now_date,
    max(visit_date) filter (where started_at <= getvariable('d14_at')) as d14_date,
    max(visit_date) filter (where started_at <= getvariable('d30_at')) as d30_date,
    max(visit_date) filter (where visit_date <= as_of_date()) as last_date,
    count(*) filter (where visit_date between as_of_date() - 29 and as_of_date()) as count_30d,
    count(*) filter (where visit_date between as_of_date() - 89 and as_of_date()) as count_90d,
    count(*) filter (where visit_date between as_of_date() - 364 and as_of_date()) as count_365d
from fct_visit
where client_key is not null
group by client_key, is_part2, coalesce(service_line, 'other');

-- Days since the last kept visit, by service line and overall, without nights in hospital.
create temp table visit_last as
with last_visit as (
    select
        client_key, no_part2, case when grouping(service_line) = 1 then 'any' else service_line end as service_line,
        max(now_at) as last_kept_at, max(now_date) as last_kept_date
    from visit_summed
    inner join client_part2_view using (client_key)
    where now_at is not null and not (no_part2 and is_part2)
    group by grouping sets ((client_key, no_part2, service_line), (client_key, no_part2))
),
hospital as (
    select
        last_visit.client_key, last_visit.no_part2, service_line, sum(end_date - greatest(start_date, last_kept_date) + 1) as days
    from last_visit
    inner join hospital_night as night
        on last_visit.client_key = night.client_key and last_visit.no_part2 = night.no_part2 and end_date >= last_kept_date
    group by last_visit.client_key, last_visit.no_part2, service_line
)
select last_visit.*, cast(greatest(as_of_date() - last_kept_date - coalesce(days, 0), 0) as integer) as days_since
from last_visit
left join hospital using (client_key, no_part2, service_line);

-- One pass over the appointments: counts in two windows, the last, the next, the last three at each score date,
-- and whether one was scheduled on that date (created by then, in the future, not yet cancelled).
create macro is_booked(variable_name) as scheduled_at > getvariable(variable_name)
    and (created_at is null or created_at <= getvariable(variable_name))
    and (status in ('scheduled', 'kept', 'no_show') or status_at > getvariable(variable_name));
create macro last_three(variable_name) as max(
    struct_pack(at := scheduled_at, tie := tie, is_missed := status <> 'kept'),
    3
) filter (
    where scheduled_at <= getvariable(variable_name) and status in ('kept', 'no_show', 'late_cancel')
        and scheduled_date >= as_of_date() - risk_days('change_days') - risk_window('missed_of_last_3')
);
-- The pipeline breaks ties between appointments at the same time by its key, a hash of the id: built only for ties.
create temp table appointment_summed as
select
    client_key, no_part2,
    count(*) filter (where status = 'kept' and is_short) as kept_short,
    count(*) filter (where status = 'kept' and is_long) as kept_long,
    count(*) filter (where status = 'no_show' and is_short) as no_show_short,
    count(*) filter (where status = 'no_show' and is_long) as no_show_long,
    count(*) filter (where status = 'late_cancel' and is_short) as late_cancel_short,
    count(*) filter (where status = 'late_cancel' and is_long) as late_cancel_long,
    min(scheduled_at) filter (where status = 'kept') as first_kept_at,
    min(scheduled_at) filter (where status = 'no_show') as first_no_show_at,
    max(scheduled_at) filter (where status = 'kept') as last_kept_at,
    max(scheduled_at) filter (where status in ('no_show', 'late_cancel')) as last_missed_at,
    min(scheduled_at) filter (where status = 'scheduled' and scheduled_at > as_of()) as next_appointment_at,
    last_three('now_at') as now_three,
    last_three('d14_at') as d14_three,
    last_three('d30_at') as d30_three,
    bool_or(is_booked('now_at')) as now_booked,
    bool_or(is_booked('d14_at')) as d14_booked,
    bool_or(is_booked('d30_at')) as d30_booked
from (
    select
        *,
        case
            when status in ('kept', 'no_show', 'late_cancel')
                and scheduled_date >= as_of_date() - risk_days('change_days') - risk_window('missed_of_last_3')
                then md5('ehr|' || appointment_id)
        end as tie,
        scheduled_at <= as_of() and scheduled_date > as_of_date() - cast(engagement_setting('short_window_days') as integer) as is_short,
        scheduled_at <= as_of() and scheduled_date > as_of_date() - cast(engagement_setting('long_window_days') as integer) as is_long
    from fct_appointment
    where client_key is not null
)
inner join client_part2_view using (client_key)
where not (no_part2 and is_part2)
group by client_key, no_part2;
