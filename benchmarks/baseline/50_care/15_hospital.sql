-- In a hospital: an acute stay. Without a discharge it ends at the first kept in-person visit, else after the configured days.
create temp table hospital_stay as
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
stay as (
    select
        client_key, no_part2, stay_key, admitted_at, admit_date,
        case when discharged_at <= as_of() then discharged_at end as ended_at,
        case when discharged_at <= as_of() then discharge_date end as discharge_date
    from fct_stay
    inner join client_part2_view using (client_key)
    where admitted_at <= as_of() and stay_class = 'acute' and not (no_part2 and is_part2)
),
seen as (
    select stay_key, no_part2, min(started_at) as seen_at
    from stay
    inner join in_person using (client_key)
    where stay.ended_at is null and started_at > admitted_at and started_at <= as_of() and not (no_part2 and is_part2)
    group by stay_key, no_part2
),
bounded as (
    select client_key, no_part2, admitted_at, admit_date, discharge_date, coalesce(
        ended_at, least(seen_at, admitted_at + event_rule('unended_admission_days') * interval '1 day')
    ) as ended_at
    from stay
    left join seen using (stay_key, no_part2)
)
select
    client_key, no_part2, admitted_at, ended_at, admit_date,
    coalesce(discharge_date, least(local_date(ended_at), as_of_date())) as last_date
from bounded;

-- Nights in hospital: up to the day before the discharge; nights of two stays count once.
create temp table hospital_night as
with followed as (
    select client_key, no_part2, admit_date as start_date, last_date - 1 as end_date, max(last_date) over (
        partition by client_key, no_part2 order by admit_date, last_date rows between unbounded preceding and 1 preceding
    ) as latest_date
    from hospital_stay
    where last_date > admit_date
),
numbered as (
    select *, sum(case when start_date <= latest_date then 0 else 1 end) over (
        partition by client_key, no_part2 order by start_date, end_date rows unbounded preceding
    ) as number
    from followed
)
select client_key, no_part2, min(start_date) as start_date, max(end_date) as end_date
from numbered
group by client_key, no_part2, number;
