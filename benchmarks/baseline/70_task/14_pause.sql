-- Contacts that report a client away, until the client is seen again or the days have passed.
create temp table absence as
with report as (
    select
        contact.client_key, no_part2, contact_key, contact.outcome, pause_reason as reason, contacted_at as since_at,
        contacted_at + pause_days * interval '1 day' as lapses_at, ends_on_two_way, ends_on_visit,
        needs_confirmation and case pause_reason
            when 'reported_deceased' then is_deceased else coalesce(client.status, 'active') <> 'active'
        end as is_confirmed
    from fct_contact as contact
    inner join (from seed_contact_outcome where pause_reason is not null) as outcome using (outcome)
    inner join (from dim_client where is_agency_client) as client using (client_key)
    inner join client_part2_view using (client_key)
    where contacted_at <= as_of() and not (no_part2 and is_part2)
),
presence as (
    select client_key, contacted_at as seen_at, outcome, 'two_way' as kind, is_part2 from fct_contact where is_two_way
    union all
    select client_key, started_at, null, 'visit', is_part2 from fct_visit
    union all
    select client_key, discharged_at, null, 'discharge', is_part2 from discharge where retracted_at is null
),
seen as (
    select report.contact_key, report.no_part2, min(presence.seen_at) as seen_at
    from report
    inner join presence
        on report.client_key = presence.client_key and since_at < presence.seen_at and presence.seen_at <= as_of()
        and not (no_part2 and presence.is_part2)
    where case kind
        when 'two_way' then ends_on_two_way and presence.outcome <> report.outcome
        when 'visit' then ends_on_visit else true
    end
    group by report.contact_key, report.no_part2
)
select *, case when is_confirmed and seen_at is null then null else least(lapses_at, seen_at) end as until_at
from report
left join seen using (contact_key, no_part2);

-- Stays in a hospital and absences that touch are one pause.
create temp table pause as
with span as (
    select client_key, no_part2, admitted_at as started_at, 'admitted' as reason, ended_at from hospital_stay
    union all
    select client_key, no_part2, since_at, reason, until_at from absence where until_at is not null
),
followed as (
    select *, max(ended_at) over (
        partition by client_key, no_part2 order by started_at, ended_at rows between unbounded preceding and 1 preceding
    ) as latest_at
    from span
    where ended_at > started_at
),
numbered as (
    select *, sum(case when started_at <= latest_at then 0 else 1 end) over (
        partition by client_key, no_part2 order by started_at, ended_at rows unbounded preceding
    ) as number
    from followed
),
merged as (
    select
        client_key, no_part2, min(started_at) as started_at, max(ended_at) as ended_at,
        min(reason) filter (where ended_at > as_of()) as paused_reason
    from numbered
    group by client_key, no_part2, number
)
select merged.*, due_day.ends_at as return_due_at
from merged
left join day on paused_reason is null and local_date(merged.ended_at) = day.day
left join due_day
    on day.business_day_number + (
        select cast(value as integer) from seed_task_setting where name = 'return_business_days'
    ) = due_day.business_day_number;

create temp table task_client as
with confirmed_move as (
    select client_key, no_part2, min(since_at) as moved_at
    from absence
    where reason = 'reported_moved' and is_confirmed and seen_at is null
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
    moved_at,
    case when status = 'discharged'
        then coalesce(case when not is_enrolled then least(end_of_day(end_date), as_of()) end, noticed_at, as_of())
    end as left_at
from (from dim_client where is_agency_client) as client
inner join client_part2_view using (client_key)
left join confirmed_move using (client_key, no_part2)
left join notice using (client_key)
left join enrollment using (client_key);
