-- Lane 3: missed appointments, and misses that the record later retracted, moved or rescheduled.
create temp table missed_opening as
with booked as (
    select
        missed.appointment_key, booked.created_at as rescheduled_at, booked.is_part2
    from fct_appointment as missed
    inner join fct_appointment as booked
        on missed.client_key = booked.client_key and missed.service_line = booked.service_line
        and booked.created_at > case when missed.status = 'late_cancel' then coalesce(missed.status_at, missed.scheduled_at)
            else missed.scheduled_at end
    where missed.status in ('no_show', 'late_cancel')
        and booked.status not in ('late_cancel', 'client_cancel', 'clinic_cancel')
    union all
    select
        missed.appointment_key, coalesce(linked.created_at, missed.status_at, missed.scheduled_at), false
    from (from fct_appointment where rescheduled_to_appointment_id is not null) as missed
    left join fct_appointment as linked
        on missed.rescheduled_to_appointment_id = linked.appointment_id and (missed.is_part2 or not linked.is_part2)
    where missed.status in ('no_show', 'late_cancel')
),
rescheduled as (
    select
        appointment_key, min(rescheduled_at) as rescheduled_at,
        min(rescheduled_at) filter (where not is_part2) as rescheduled_at_without_part2
    from booked
    group by appointment_key
),
current_miss as (
    select
        missed.appointment_key, missed.client_key, missed.service_line, missed.scheduled_at, missed.scheduled_date,
        missed.scheduled_at as missed_at, rescheduled_at, rescheduled_at_without_part2,
        cast(null as timestamptz) as retracted_at, null as retraction_type, missed.is_part2
    from fct_appointment as missed
    left join rescheduled using (appointment_key)
    where missed.status in ('no_show', 'late_cancel')
),
earlier as (
    select
        appointment_id, scheduled_at, any_value(scheduled_at_day) as scheduled_at_day,
        arg_min(client_id, version._row) as client_id, arg_min(service_line, version._row) as service_line,
        arg_min(delivery.received_at, version._row) as corrected_at
    from raw_ehr_appointment as version
    inner join superseded_ehr_appointment using (_row)
    inner join delivery on current_row // 10000000000 = file_rank
    where status in ('no_show', 'late_cancel')
    group by appointment_id, scheduled_at
),
retracted_miss as (
    select
        now.appointment_key, coalesce(now.client_key, client.client_key), earlier.service_line, earlier.scheduled_at,
        earlier.scheduled_at_day, earlier.scheduled_at,
        case when now.status = 'rescheduled' then coalesce(now.status_at, corrected_at) end,
        case when now.status = 'rescheduled' then coalesce(now.status_at, corrected_at) end,
        case when coalesce(now.status, '') <> 'rescheduled' then corrected_at end,
        case when now.status in ('no_show', 'late_cancel') then 'superseded' else 'cancelled' end,
        coalesce(now.is_part2, true)
    from earlier
    left join fct_appointment as now on earlier.appointment_id = now.appointment_id
    left join client_of_agency as client on earlier.client_id = client.client_id
    where now.appointment_id is null or now.status not in ('no_show', 'late_cancel')
        or now.scheduled_at <> earlier.scheduled_at
),
opening as (
    select
        miss.* replace (
            case when no_part2 then rescheduled_at_without_part2 else rescheduled_at end as rescheduled_at
        ),
        no_part2, lane, task_type,
        -- end of the next business day; the same day for injection and MOUD
        case when due_business_days = 0 then missed_day.ends_at else due_day.ends_at end as due_at,
        missed_at + expires_days * interval '1 day' as expires_at
    from (from current_miss union all from retracted_miss) as miss
    inner join (from seed_task_type where lane = 3) as task_type on miss.service_line = event_kind
    inner join client_part2_view on miss.client_key = client_part2_view.client_key and not (no_part2 and is_part2)
    left join day as missed_day on scheduled_date = missed_day.day
    left join due_day on missed_day.business_day_number + cast(due_business_days as integer) = due_day.business_day_number
),
visit as (
    select visit.client_key, no_part2, service_line, started_at
    from fct_visit as visit
    inner join client_part2_view using (client_key)
    where service_line in (select event_kind from seed_task_type where lane = 3) and not (no_part2 and is_part2)
)
select
    appointment_key as event_key, opening.no_part2, opening.client_key, lane, task_type, missed_at as event_at,
    missed_at as opened_at, due_at, expires_at, 'expired' as expiry_reason,
    visit.started_at as kept_at,
    least(rescheduled_at, kept_at) as resolved_at,
    case when rescheduled_at is null or kept_at < rescheduled_at then 'kept_visit' else 'rescheduled' end as resolution_reason,
    true as answered_by_contact, false as answered_by_visit, false as follows_discharge, retracted_at, retraction_type, is_part2, scheduled_date as event_date
from opening
asof left join visit
    on opening.client_key = visit.client_key and opening.no_part2 = visit.no_part2
    and opening.service_line = visit.service_line and opening.scheduled_at < visit.started_at;

create temp table opening_013 as
select row_number() over () as task_key, * exclude (kept_at)
from (
    from safety_opening
    union all by name from discharge_opening
    union all by name from missed_opening
);
create temp table task_013 as from task_lifecycle('opening_013');
