-- Tasks: lanes 0, 1 and 3 in one pass, then lanes 2 and 4, whose openings or due dates depend on them. A contact that
-- names a task's key would dismiss it; the synthetic agency has none, so text keys are not built here.

-- Local days with their bounds, so that a due date is a join and not a conversion; business days are numbered.
create temp table day as
select
    day, is_business_day, start_of_day(day) as starts_at, end_of_day(day) as ends_at,
    cast(sum(cast(is_business_day as integer)) over (order by day) as integer) as business_day_number
from (
    select cast(day as date) as day,
        isodow(day) < 6 and day not in (
            select holiday_date from seed_federal_holiday
            union all
            select try_cast(holiday_date as date) from seed_state_holiday where state = getvariable('state')
        ) as is_business_day
    from generate_series(date '1849-12-31', date '1849-12-31' + 99999, interval 1 day) as series (day)
);
create temp table due_day as select business_day_number, ends_at, day from day where is_business_day;

create temp table task_client as
with last_word as (
    select client_key, no_part2,
        max(contacted_at) filter (where contact.is_two_way) as reached_at,
        max(contacted_at) filter (where client_left = 'moved') as moved_at
    from fct_contact as contact
    inner join seed_contact_outcome as outcome on contact.outcome = outcome.outcome
    inner join client_part2_view using (client_key)
    where contacted_at <= as_of() and (client_left = 'moved' or contact.is_two_way) and not (no_part2 and is_part2)
    group by client_key, no_part2
),
-- the client was discharged on an unknown date: end of the last program, else the delivery day
notice as (
    select client_key, min(received_at) as noticed_at
    from ehr_client as record
    inner join client_of_agency using (client_id)
    inner join delivery on record._row // 10000000000 = file_rank
    where record.status = 'discharged'
    group by client_key
),
enrollment as (
    select client_key, max(end_date) as end_date, bool_or(end_date is null) as is_enrolled
    from fct_program_enrollment
    group by client_key
)
select
    client_key, no_part2,
    coalesce(start_of_day(death_date), case when is_deceased then as_of() end) as died_at,
    case when reached_at > moved_at then null else moved_at end as moved_at,
    case when status = 'discharged'
        then coalesce(case when not is_enrolled then least(end_of_day(end_date), as_of()) end, noticed_at, as_of())
    end as left_at
from (from dim_client where is_agency_client) as client
inner join client_part2_view using (client_key)
left join last_word using (client_key, no_part2)
left join notice using (client_key)
left join enrollment using (client_key);

-- Inpatient: an acute stay. Without a discharge it ends at the first kept in-person visit, else after the configured days.
create temp table admission as
with remote as (
    select distinct client_key, appointment_id from fct_appointment where modality in ('video', 'phone')
),
elsewhere as (
    select distinct place_of_service_code from seed_claim_place_of_service
    where setting in ('telehealth', 'no_follow_up_place', 'psychiatric_place')
),
in_person as (
    from fct_visit anti join remote using (client_key, appointment_id) anti join elsewhere using (place_of_service_code)
),
seen as (
    select stay_key, min(started_at) as seen_at
    from fct_stay inner join in_person using (client_key)
    where discharged_at is null and started_at > admitted_at and started_at <= as_of()
    group by stay_key
)
select
    stay_key, client_key, stay_class, admitted_at, fct_stay.is_part2,
    coalesce(
        discharged_at,
        case when stay_class = 'acute' then least(
            seen_at, admitted_at + event_rule('unended_admission_days') * interval '1 day'
        ) end
    ) as ended_at,
    coalesce(discharged_at <= as_of() and is_to_community, false) as has_come_home,
    coalesce(stay_class = 'acute' and ended_at > as_of(), false) as is_inside,
    lead(admitted_at) over (partition by client_key order by admitted_at, stay_key) as next_admitted_at
from fct_stay
left join seen using (stay_key)
where client_key is not null and not died and admitted_at <= as_of() and stay_class in ('acute', 'crisis');
