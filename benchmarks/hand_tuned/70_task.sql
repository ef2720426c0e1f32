-- Tasks: lanes 0, 1 and 3 live through one pass, then lanes 2 and 4, whose openings or due days depend on them. Contacts that
-- name a task's key would dismiss it; the made-up agency has none, so keys of text are not made here.

-- Local days with their bounds, so that a due date is a join and no conversion; business days are numbered.
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
    from generate_series(date '2015-01-05', date '2015-01-05' + 9999, interval 1 day) as series (day)
);
create temp table due_day as select business_day_number, ends_at, day from day where is_business_day;

create temp table task_client as
with last_word as (
    select client_key, no_part2,
        max(contacted_at) filter (where contact.is_two_way) as reached_at,
        max(contacted_at) filter (where client_left = 'moved') as moved_at
    from fct_contact as contact
    inner join seed_contact_outcome as outcome on contact.outcome = outcome.outcome
    inner join client_scope using (client_key)
    where contacted_at <= as_of() and (client_left = 'moved' or contact.is_two_way) and not (no_part2 and is_part2)
    group by client_key, no_part2
),
-- the record says that a client was discharged but not when: the last program's end, else the day we heard it
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
inner join client_scope using (client_key)
left join last_word using (client_key, no_part2)
left join notice using (client_key)
left join enrollment using (client_key);

-- An admission whose discharge nobody sent must not silence a client for ever.
create temp table admission as
select
    stay_key, client_key, stay_class, admitted_at, is_part2,
    coalesce(
        discharged_at, admitted_at + coalesce(cast(setting.value as integer), 0) * interval '1 day'
    ) as ended_at,
    coalesce(discharged_at <= as_of() and stay_class in ('acute', 'crisis') and is_to_community, false) as has_come_home,
    ended_at > as_of() as is_inside,
    lead(admitted_at) over (partition by client_key order by admitted_at, stay_key) as next_admitted_at
from fct_stay
left join seed_task_setting as setting on setting.name = 'open_stay_days_' || stay_class
where client_key is not null and not died and admitted_at <= as_of();

-- Two-way contacts by scope, for "the first one after": an ASOF join finds it without looking at the others.
create temp table reach as
select client_key, no_part2, contacted_at
from fct_contact
inner join client_scope using (client_key)
where is_two_way and contacted_at <= as_of() and not (no_part2 and is_part2);

-- From openings to tasks: what ended each one first. answered_by_contact: a two-way contact after the event ends it.
-- admission: 'ends', 'pauses' (the client is inside), 'replaces' (ends it once the client came home).
create macro task_life(openings) as table (
    with opening as (
        select opening.*, died_at, moved_at, left_at
        from query_table(openings) as opening
        inner join task_client using (client_key, no_part2)
        -- nobody works a task of a client who had died or left before it opened
        where opened_at <= as_of() and coalesce(opened_at < died_at + interval '1 day', true)
            and coalesce(opened_at <= left_at, true)
    ),
    hospital as (
        select opening.task_key, opening.no_part2,
            min(case
                when admission = 'ends' and admitted_at > opened_at then admitted_at
                when admission = 'replaces' and admitted_at > event_at and has_come_home then admitted_at
            end) as readmitted_at,
            max(case when is_inside then admitted_at end) as inside_since
        from opening
        inner join admission as stay
            on opening.client_key = stay.client_key and stay.ended_at > event_at
            and not (no_part2 and stay.is_part2)
            and (admission <> 'ends' or stay_class <> 'crisis')
        group by opening.task_key, opening.no_part2
    ),
    ended as (
        select
            opening.*, readmitted_at, inside_since,
            case when answered_by_contact then reach.contacted_at end as reached_at,
            least(
                case when answered_by_contact then reach.contacted_at end, answered_at, withdrawn_at, readmitted_at, died_at,
                moved_at, left_at, expires_at
            ) as ended_at
        from opening
        asof left join reach
            on opening.client_key = reach.client_key and opening.no_part2 = reach.no_part2
            and opening.event_at < reach.contacted_at
        left join hospital on opening.task_key = hospital.task_key and opening.no_part2 = hospital.no_part2
    ),
    closed as (
        select *, case
            when ended_at is null or ended_at > as_of() then case when inside_since is not null then 'admitted' end
            when ended_at = reached_at then 'reached'
            when ended_at = answered_at then answered_as
            when ended_at = withdrawn_at then withdrawn_as
            when ended_at = readmitted_at then 'readmitted'
            when ended_at = died_at then 'died'
            when ended_at = moved_at then 'moved'
            when ended_at = left_at then 'agency_discharge'
            else expires_as
        end as reason
        from ended
    )
    select
        task_key, no_part2, client_key, lane, task_type, opened_at, due_at, expires_at,
        case
            when reason is null then 'open'
            when reason in ('cancelled', 'superseded') then reason
            when reason = expires_as and ended_at = expires_at then 'expired'
            else 'closed'
        end as status,
        case
            when reason = 'admitted' then greatest(opened_at, inside_since)
            when reason is not null then greatest(opened_at, ended_at)
        end as closed_at,
        case
            when reason is null then null
            when ended_at <= as_of() and ended_at in (reached_at, answered_at, withdrawn_at) then 'data'
            else 'system'
        end as closed_by,
        case reason when 'cancelled' then 'event_cancelled' when 'superseded' then 'event_corrected' else reason end
            as close_reason,
        is_part2, event_at, event_date, event_key, event_facility, event_setting, discharge_disposition_code,
        withdrawn_at, withdrawn_as, facility_id, event_precision
    from closed
);

-- Lane 0: an answer that says danger, self-harm or overdose, a crisis.
create temp table safety_opening as
with event as (
    select
        client_key, case when instrument = 'cssrs' then 'cssrs_high' else 'phq9_item9' end as task_type,
        hash('screening', screening_key) as event_hash, screening_key as event_key, administered_at as event_at,
        administered_date as event_date, reviewed_at as answered_at, not has_review_feed as has_expiry,
        null as facility_name, null as setting, is_part2
    from fct_screening
    where level in (select level from seed_screening_level where opens_safety_task)
        or item_9 >= (select value from seed_task_setting where name = 'safety_item_from')
    union all
    select
        client_key, case when is_self_harm_any then 'self_harm' else 'overdose' end,
        hash('harm', client_key, facility_id, event_at), event_key, event_at, local_date(event_at), null, true,
        facility_name, setting, is_part2
    from (
        -- an emergency visit counts from its start, a stay from the day the client came home
        select client_key, is_self_harm_any, facility_id, facility_name, setting, ed_visit_key as event_key,
            started_at as event_at, has_adt, received_at, is_part2
        from fct_ed_visit where (is_self_harm_any or is_overdose_any) and not became_inpatient
        union all
        select client_key, is_self_harm_any, facility_id, facility_name, setting, stay_key, discharged_at, has_adt,
            received_at, is_part2
        from fct_stay where (is_self_harm_any or is_overdose_any) and is_to_community and discharged_at is not null
    )
    where has_adt or received_at <= event_at + (
        select cast(value as integer) from seed_task_setting where name = 'claims_notice_days'
    ) * interval '1 day'
    union all
    select client_key, 'crisis_contact', hash('crisis', client_key, started_at, channel), crisis_contact_key, started_at,
        local_date(started_at), null, true, null, null, is_part2
    from fct_crisis_contact
)
select
    event_key, no_part2, event.client_key, lane, event.task_type, event_at, event_at as opened_at, ends_at as due_at,
    case when has_expiry then event_at + expires_days * interval '1 day' end as expires_at, 'expired' as expires_as,
    greatest(answered_at, case when answered_at is not null then event_at end) as answered_at, 'reviewed' as answered_as,
    true as answered_by_contact, 'ends' as admission, event.is_part2, event_date, facility_name as event_facility,
    setting as event_setting
from (
    from event
    qualify row_number() over (partition by event_hash order by task_type desc, event_key) = 1
) as event
inner join seed_task_type as task_type on event.task_type = task_type.task_type
inner join client_scope on event.client_key = client_scope.client_key and not (no_part2 and is_part2)
left join day on event_date + cast(due_days as integer) = day.day;

-- Lane 1: discharges, and those that an alert told of and a later one took back or moved.
create temp table discharge as
with fallen as (
    select alert.*
    from alert
    anti join (
        select client_key, facility_id as sending_facility_id, discharged_at as event_at from fct_stay
        union all select client_key, facility_id, ended_at from fct_ed_visit
    ) as standing using (client_key, sending_facility_id, event_at)
    where event_type = 'discharge' and client_key is not null
),
standing_alert as (
    select alert.*, standing.started_at
    from alert
    inner join (
        select client_key, facility_id as sending_facility_id, admitted_at as started_at, discharged_at as event_at
        from fct_stay
        union all select client_key, facility_id, started_at, ended_at from fct_ed_visit
    ) as standing using (client_key, sending_facility_id, event_at)
    where event_type = 'discharge'
),
cancellation as (
    select fallen._row, min(alert.event_at) as cancelled_at
    from fallen
    inner join alert
        on fallen.client_key = alert.client_key and fallen.sending_facility_id = alert.sending_facility_id
        and alert.event_type = 'cancelled_discharge' and alert.event_at >= fallen.event_at
        and coalesce(fallen.visit_number = alert.visit_number, true)
    group by fallen._row
),
correction as (
    select fallen._row, min(told.known_at) as corrected_at, min(told.event_at) as discharged_at
    from fallen
    inner join standing_alert as told
        on fallen.client_key = told.client_key and fallen.sending_facility_id = told.sending_facility_id
        and (fallen.visit_number = told.visit_number or fallen.event_at between told.started_at and told.event_at)
    group by fallen._row
),
behavioral as (
    select distinct fallen._row
    from fallen
    inner join fct_ed_visit as visit
        on fallen.client_key = visit.client_key and sending_facility_id = visit.facility_id
        and visit.started_at <= fallen.event_at and coalesce(visit.ended_at, fallen.event_at) >= fallen.event_at
    where visit.is_behavioral or visit.setting <> 'medical'
),
withdrawn as (
    select
        fallen.*, behavioral._row is not null as is_behavioral,
        coalesce(cancelled_at <= discharged_at, true) and cancelled_at is not null or correction._row is null as is_cancelled,
        case when is_cancelled then cancelled_at else corrected_at end as withdrawn_at,
        case
            when fallen.facility_type = 'crisis_center' then 'discharge_crisis'
            when is_behavioral then 'discharge_emergency'
            when patient_class = 'inpatient'
                or (patient_class is null and fallen.facility_type <> 'emergency_department') then 'discharge_inpatient'
        end as task_type
    from fallen
    left join cancellation using (_row)
    left join correction using (_row)
    left join behavioral using (_row)
    left join seed_discharge_disposition as disposition using (discharge_disposition_code)
    where (cancellation._row is not null or correction._row is not null) and coalesce(disposition.is_to_community, true)
),
told as (
    select
        stay_key as event_key, client_key, facility_id, facility_name, setting,
        case stay_class
            when 'crisis' then 'discharge_crisis' when 'observation' then 'discharge_observation'
            else 'discharge_inpatient'
        end as task_type,
        discharged_at, discharge_date, discharge_precision, discharge_disposition_code, is_part2,
        cast(null as timestamptz) as withdrawn_at, null as withdrawn_as, has_adt, received_at
    from fct_stay
    where discharged_at is not null and is_to_community
        and (stay_class in ('acute', 'crisis') or (stay_class = 'observation' and setting <> 'medical'))
    union all
    select
        ed_visit_key, client_key, facility_id, facility_name, setting,
        case when facility_type = 'crisis_center' then 'discharge_crisis' else 'discharge_emergency' end,
        ended_at, end_date, end_precision, discharge_disposition_code, is_part2, null, null, has_adt, received_at
    from fct_ed_visit
    where ended_at is not null and not became_inpatient and is_to_community
        and (is_behavioral or setting in ('psychiatric', 'substance_use', 'unknown'))
)
select event.* exclude (has_adt, received_at)
from (
    select told.*
    from told
    left join day
        on discharge_date + (
            select cast(value as integer) from seed_task_setting where name = 'claims_notice_days'
        ) = day.day
    where has_adt or received_at <= day.ends_at
    union all
    select
        null, client_key, sending_facility_id, withdrawn.facility_name, 'unknown', task_type, event_at, local_date(event_at),
        event_at_precision, discharge_disposition_code, coalesce(provider.is_part2, false), withdrawn_at,
        case when is_cancelled then 'cancelled' else 'superseded' end, true, withdrawn_at
    from withdrawn
    left join dim_provider as provider on sending_facility_id = npi
    where task_type is not null
) as event
semi join (from dim_client where is_agency_client) as client using (client_key)
-- one discharge of a client from a facility at a moment, however many messages tell of it
qualify row_number() over (
    partition by client_key, facility_id, discharged_at order by withdrawn_at is not null, task_type desc, event_key
) = 1;

create temp table discharge_opening as
with due as (
    select
        discharge.*, lane, pass_business_days,
        case when discharge_precision = 'date' then next_day.ends_at
            else discharged_at + due_hours * interval '1 hour' end as due_at,
        due_at at time zone getvariable('zone') as local_due_at
    from discharge
    inner join seed_task_type as task_type using (task_type)
    left join day as next_day on discharge_date + cast(due_days as integer) = next_day.day
)
select
    event_key, no_part2, due.client_key, lane, task_type, discharged_at as event_at, discharged_at as opened_at, due_at,
    -- a business day later, at the same time of the day
    (local_due_at + (pass_day.day - due_on.day) * interval '1 day') at time zone getvariable('zone') as expires_at,
    'passed_to_lane_2' as expires_as, true as answered_by_contact, 'replaces' as admission, withdrawn_at, withdrawn_as,
    due.is_part2, discharge_date as event_date, facility_name as event_facility, setting as event_setting,
    discharge_disposition_code, facility_id, discharge_precision as event_precision
from due
inner join client_scope on due.client_key = client_scope.client_key and not (no_part2 and is_part2)
left join day as due_on on cast(local_due_at as date) = due_on.day
left join due_day as pass_day
    on due_on.business_day_number + cast(pass_business_days as integer) = pass_day.business_day_number;

-- Lane 3: missed appointments, and misses that the record later took back, moved or rescheduled.
create temp table missed_opening as
with standing as (
    select
        missed.appointment_key, missed.client_key, missed.service_line, missed.scheduled_at, missed.scheduled_date,
        case when missed.status = 'late_cancel' then least(missed.scheduled_at, missed.status_at)
            else missed.scheduled_at end as missed_at,
        case when missed.rescheduled_to_appointment_id is not null
            then coalesce(rebooked.created_at, missed.status_at, missed.scheduled_at) end as rescheduled_at,
        cast(null as timestamptz) as withdrawn_at, null as withdrawn_as, missed.is_part2
    from fct_appointment as missed
    left join (
        select appointment_id, created_at from fct_appointment
        where appointment_id in (
            select rescheduled_to_appointment_id from fct_appointment where status in ('no_show', 'late_cancel')
        )
    ) as rebooked on missed.rescheduled_to_appointment_id = rebooked.appointment_id
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
withdrawn as (
    select
        now.appointment_key, coalesce(now.client_key, client.client_key), earlier.service_line, earlier.scheduled_at,
        earlier.scheduled_at_day, earlier.scheduled_at,
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
        miss.*, no_part2, lane, task_type,
        -- end of the next business day; the same day for injection and moud
        case when due_business_days = 0 then missed_day.ends_at else due_day.ends_at end as due_at,
        missed_at + expires_days * interval '1 day' as expires_at
    from (from standing union all from withdrawn) as miss
    inner join (from seed_task_type where lane = 3) as task_type on miss.service_line = event_kind
    inner join client_scope on miss.client_key = client_scope.client_key and not (no_part2 and is_part2)
    left join day as missed_day on scheduled_date = missed_day.day
    left join due_day on missed_day.business_day_number + cast(due_business_days as integer) = due_day.business_day_number
),
visit as (
    select visit.client_key, no_part2, service_line, started_at
    from fct_visit as visit
    inner join client_scope using (client_key)
    where service_line in (select event_kind from seed_task_type where lane = 3) and not (no_part2 and is_part2)
)
select
    appointment_key as event_key, opening.no_part2, opening.client_key, lane, task_type, missed_at as event_at,
    missed_at as opened_at, due_at, expires_at, 'expired' as expires_as,
    case when visit.started_at <= expires_at then visit.started_at end as kept_at,
    least(rescheduled_at, kept_at) as answered_at,
    case when rescheduled_at is null or kept_at < rescheduled_at then 'kept_visit' else 'rescheduled' end as answered_as,
    true as answered_by_contact, 'pauses' as admission, withdrawn_at, withdrawn_as, is_part2, scheduled_date as event_date
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
create temp table task_013 as from task_life('opening_013');

-- Lane 2 exists once lane 1 was worked or its time had passed.
create temp table transition_opening as
with passed as (
    select
        task.* exclude (lane, task_type), type.lane, type.task_type, due_days, expires_days,
        event_date + cast(expires_days as integer) as pass_date
    from task_013 as task
    cross join (from seed_task_type where lane = 2) as type
    where task.lane = 1 and (status = 'expired' or (status = 'closed' and closed_by <> 'system'))
),
kept as (
    select passed.task_key, passed.no_part2, min(started_at) as kept_at
    from passed
    inner join fct_visit as visit
        on passed.client_key = visit.client_key and started_at > event_at and started_at <= as_of()
        and visit_date <= pass_date and not (no_part2 and visit.is_part2)
        -- without a time of discharge, a visit of that day may have come before it
        and (event_precision <> 'date' or visit_date > event_date)
    group by passed.task_key, passed.no_part2
)
select
    passed.task_key, passed.no_part2, client_key, lane, task_type, event_at, closed_at as opened_at,
    case when event_precision = 'date' then due_on.ends_at
        else ((event_at at time zone getvariable('zone')) + due_days * interval '1 day') at time zone getvariable('zone')
    end as due_at,
    pass_day.starts_at as expires_at, 'passed_to_lane_6' as expires_as, kept_at as answered_at, 'kept_visit' as answered_as,
    false as answered_by_contact, 'replaces' as admission, withdrawn_at, withdrawn_as, is_part2, event_date, event_key,
    event_facility, event_setting, discharge_disposition_code
from passed
left join kept using (task_key, no_part2)
left join day as due_on on event_date + cast(due_days as integer) = due_on.day
left join day as pass_day on pass_date = pass_day.day;

-- Lane 4: no new status for so long, or a barrier; again where nothing moved so long after a hospital stay.
create temp table referral_opening as
with barrier as (
    select referral_id, barrier_code, min(received_at) as known_at
    from raw_referrals_referral as version
    inner join delivery on _row // 10000000000 = file_rank
    where barrier_code is not null
    group by referral_id, barrier_code
),
step as (
    select
        referral_key, unnest([1, 2, 3, 4, 5, 6, 7]) as step_order,
        unnest(['created', 'sent', 'accepted', 'scheduled', 'attended', 'result_received', 'closed']) as status,
        unnest([created_at, sent_at, accepted_at, scheduled_at, attended_at, result_received_at, closed_at]) as status_at
    from fct_referral
    where client_key is not null
),
followed as (
    select
        *, lead(status_at) over referral as next_status_at, lead(status) over referral as next_status
    from step
    where status_at <= as_of()
    window referral as (partition by referral_key order by status_at, step_order)
),
timed as (
    select
        followed.*, referral.client_key, is_part2, stalled_after_days,
        status_at + stalled_after_days * interval '1 day' as stalled_at,
        -- no barrier is heard of before its referral is made; greatest() alone would take a null for the creation
        case when known_at is not null then greatest(known_at, created_at) end as told_at,
        case when told_at >= status_at and coalesce(told_at < next_status_at, true) then told_at end as barrier_at,
        case when barrier_at <= stalled_at then 'referral_barrier' else 'referral_stalled' end as task_type,
        least(barrier_at, stalled_at) as opened_at
    from followed
    inner join fct_referral as referral using (referral_key)
    inner join seed_task_referral_limit using (priority)
    left join barrier using (referral_id, barrier_code)
    where followed.status <> 'closed'
),
stalled as (
    from timed where next_status_at is null or next_status_at > opened_at
),
opened as (
    select client_key, referral_key, status_at, next_status_at, next_status, task_type, opened_at, is_part2 from stalled
    union all
    select
        client_key, referral_key, status_at, next_status_at, next_status, 'referral_stalled',
        stay.ended_at + stalled_after_days * interval '1 day' as again_at, stalled.is_part2 or stay.is_part2
    from stalled
    inner join (from admission where stay_class <> 'crisis') as stay using (client_key)
    where stay.admitted_at > opened_at and coalesce(stay.admitted_at < next_status_at, true)
        and coalesce(next_status_at > again_at, true) and coalesce(next_admitted_at > again_at, true)
),
-- the tier of today; lanes 0 and 1 raise it, lane 4 does not, so nothing depends on itself
tiered as (
    select client_key, no_part2, first(tier order by tier_rank desc) as tier
    from score
    left join (select distinct client_key, no_part2, true as is_urgent from task_013 where lane < 2 and status = 'open')
        using (client_key, no_part2)
    inner join seed_risk_tier on risk_score >= at_least or is_urgent
    where spine = 0
    group by client_key, no_part2
)
select
    row_number() over () as task_key, client_scope.no_part2, opened.client_key, lane, opened.task_type, opened_at as event_at,
    opened_at, due_day.ends_at as due_at, next_status_at as answered_at,
    case next_status when 'closed' then 'referral_closed' else 'status_changed' end as answered_as,
    false as answered_by_contact, 'ends' as admission, opened.is_part2, local_date(status_at) as event_date,
    referral_key as event_key
from opened
inner join client_scope on opened.client_key = client_scope.client_key and not (no_part2 and is_part2)
left join tiered on opened.client_key = tiered.client_key and client_scope.no_part2 = tiered.no_part2
inner join seed_task_type as type on opened.task_type = type.task_type
inner join seed_task_referral_due as due on coalesce(tiered.tier, 'standard') = due.tier
left join day as opened_day on local_date(opened_at) = opened_day.day
left join due_day on opened_day.business_day_number + cast(due.due_business_days as integer) = due_day.business_day_number;

create temp table opening_24 as
from (select * from opening_013 where false)
union all by name from transition_opening
union all by name select * replace (-task_key as task_key) from referral_opening;

create temp table task as
from task_013
union all by name select * replace (task_key + (select max(task_key) from task_013) as task_key)
from task_life('opening_24');

create table fct_task as
select * exclude (no_part2, withdrawn_at, withdrawn_as, facility_id, event_precision) from task where not no_part2;

-- The tier: today's score, that of 14 days ago (it drops only if it was also lower then), a fast rise, the manual override.
create table mart_client_risk as
with urgent as (
    select distinct spine, client_key, no_part2
    from (from task_013 where lane <= risk_setting('critical_lane_at_most')) as task
    inner join spine on opened_at <= spine_at and (closed_at is null or closed_at > spine_at)
),
ranked as (
    select
        spine, client_key, no_part2, risk_score, urgent.client_key is not null as is_urgent,
        case when is_urgent then (select max(tier_rank) from seed_risk_tier) else step.tier_rank end as tier_rank
    from score
    inner join (
        select risk_score, max(tier_rank) as tier_rank
        from (select distinct risk_score from score) inner join seed_risk_tier on risk_score >= at_least
        group by risk_score
    ) as step using (risk_score)
    left join urgent using (spine, client_key, no_part2)
),
compared as (
    select
        client_key, no_part2,
        max(risk_score) filter (where spine = 0) as risk_score,
        max(tier_rank) filter (where spine = risk_days('hysteresis_days')) as previous_rank,
        max(risk_score) filter (where spine = 0) - max(risk_score) filter (where spine = risk_days('change_days'))
            as score_change_30d,
        bool_or(is_urgent) filter (where spine = 0) as is_urgent,
        greatest(
            max(tier_rank) filter (where spine = 0), previous_rank,
            case when score_change_30d >= risk_setting('rising_change')
                then (select tier_rank from seed_risk_tier where tier = 'rising') else 0 end
        ) as computed_rank
    from ranked
    group by client_key, no_part2
),
override as (
    select client_key, no_part2, lower(trim(value)) as value
    from fct_document
    inner join client_scope using (client_key)
    where document_type = 'tier_override' and author_id is not null and reason is not null and document_at <= as_of()
        and not (no_part2 and is_part2)
    qualify row_number() over (partition by client_key, no_part2 order by document_at desc, document_id) = 1
        and least(expires_date, document_date + risk_days('override_days')) >= as_of_date()
),
decided as (
    select
        compared.*,
        case when is_urgent then computed_rank
            else least(greatest(computed_rank + case
                when override.value in ('+1', '1', 'up', 'raise', 'higher') then 1
                when override.value in ('-1', 'down', 'lower') then -1
                else coalesce(sign(named.tier_rank - computed_rank), 0)
            end, 0), (select max(tier_rank) from seed_risk_tier))
        end as tier_rank
    from compared
    left join override using (client_key, no_part2)
    left join seed_risk_tier as named on override.value = named.tier
),
tiered as (
    select decided.*, tier.tier, previous.tier as previous_tier
    from decided
    inner join seed_risk_tier as tier on decided.tier_rank = tier.tier_rank
    inner join seed_risk_tier as previous on decided.previous_rank = previous.tier_rank
),
screened as (
    select client_key, bool_or(kind = 'phq9' and age_days <= risk_window('phq9_latest')) as has_phq9,
        bool_or(kind = 'cssrs') as has_cssrs
    from latest_response where spine = 0 and not no_part2
    group by client_key
)
select
    client_key, client_id, as_of() as as_of, tiered.risk_score, tiered.tier, tiered.tier_rank, tiered.previous_tier,
    tiered.score_change_30d, coalesce(without.risk_score, tiered.risk_score) as risk_score_without_part2,
    coalesce(without.tier, tiered.tier) as tier_without_part2, coalesce(without.tier_rank, tiered.tier_rank) as rank_without_part2,
    -- unknown is not zero: what could not be scored is named
    nullif(case
        when not is_agency_client then 'agency_record'
        else concat_ws(
            ';',
            case when not coalesce(has_phq9, false) then 'phq9' end,
            case when not coalesce(has_cssrs, false) then 'cssrs' end,
            case when client_key not in (
                select client_key from fct_screening
                where instrument = 'sdoh' and status = 'completed' and client_key is not null
                    and as_of_date() - administered_date <= risk_window('need_safety')
            ) then 'social_needs' end,
            case when coalesce(housing_status, 'unknown') = 'unknown' then 'housing' end,
            case when source <> 'ehr' and phone is null and phone_2 is null then 'phone' end,
            case when client_key not in (select client_key from fct_diagnosis where client_key is not null) then 'diagnosis' end,
            case when gap_ratio is null then 'visit_cadence' end,
            case when payer_type is null then 'claims' end
        )
    end, '') as data_gaps
from dim_client
inner join (from tiered where not no_part2) as tiered using (client_key)
left join (from tiered where no_part2) as without using (client_key)
left join screened using (client_key)
left join (select client_key, gap_ratio from seen where spine = 0 and not no_part2) using (client_key);
