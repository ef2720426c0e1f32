-- Depression response: the last PHQ-9 in the window is at most half of the year's first total of 10 or more.
create temp table phq9_total as
select screening_key, client_key, administered_at, administered_date, total_score
from fct_screening
where instrument in ('phq9', 'phq9m') and total_score is not null and client_key is not null;

create temp table phq9_event as
select
    year, measure_version, rule, client_key, last.key as event_key, last.day as event_date, last.total as baseline_total
from (
    select year, any_value(measure_version) as measure_version, any_value(rule) as rule, client_key, min(struct_pack(
        at := administered_at, key := screening_key, day := administered_date, total := total_score
    )) as last
    from phq9_total
    inner join (from period where measure_set = 'phq9_response') as period
        on administered_date between start_date and end_date and total_score >= rule['baseline_score']
    group by year, client_key
);

insert into event
select
    'phq9_response', measure_version, year, 'operational', 'phq9_response', client_key, event_key, event_date,
    end_of_day(event_date + rule['last_day']), null
from phq9_event;
insert into exclusion
select 'phq9_response', 'operational', event_key, year, 'death'
from phq9_event inner join dim_client using (client_key)
where death_date - event_date <= rule['last_day'];
insert into numerator
select 'phq9_response', 'operational', event_key, year,
    max(struct_pack(
        at := administered_at, key := screening_key, is_met := total_score * 100 <= baseline_total * rule['response_percent']
    )).is_met
from phq9_event as event
inner join phq9_total as score using (client_key)
where administered_date - event_date between rule['first_day'] and rule['last_day']
group by event_key, year;
