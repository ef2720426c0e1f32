-- Engagement and utilization per client. A client who has Part 2 rows is counted twice: with them, and without (no_part2).

-- Every origin of a client's Part 2 rows; '' where no program is known.
create temp table part2_origin as
with program as (
    select program_id from dim_program where is_part2
),
enrolled as (
    select distinct client_key, program_id from fct_program_enrollment semi join program using (program_id)
    where client_key is not null
),
agency_row as (
    select distinct client_key, program_id from fct_visit where is_part2
    union select client_key, program_id from fct_appointment where is_part2
    union select client_key, program_id from fct_screening where is_part2
    union select client_key, program_id from fct_referral where is_part2
    union select client_key, program_id from fct_diagnosis where is_part2
    union select client_key, program_id from fct_medication where is_part2
    union select client_key, program_id from fct_treatment_plan where is_part2
    union select client_key, program_id from fct_document where is_part2
    union select client_key, null from fct_contact where is_part2
    union select client_key, null from fct_crisis_contact where is_part2
    union select client_key, null from fct_intake where is_part2
)
select client_key, program_id from enrolled
union
select agency_row.client_key, coalesce(program.program_id, '')
from agency_row
left join program using (program_id)
where agency_row.client_key is not null
    and (program.program_id is not null or agency_row.client_key not in (select client_key from enrolled))
union
select client_key, '' from (
    select client_key from fct_stay where is_part2
    union all select client_key from fct_ed_visit where is_part2
    union all select client_key from claim_service where is_part2
)
where client_key is not null;

create temp table client_scope as
select client_key, false as no_part2 from dim_client
union all
select distinct client_key, true from part2_origin semi join dim_client using (client_key);

-- The score is worked out for today and for the same time of day 14 and 30 days ago.
create temp table spine as
select
    days_back as spine,
    case when days_back = 0 then as_of()
        else ((as_of() at time zone getvariable('zone')) - days_back * interval '1 day') at time zone getvariable('zone')
    end as spine_at,
    as_of_date() - days_back as spine_date
from (select unnest([0, risk_days('hysteresis_days'), risk_days('change_days')]) as days_back);
set variable now_at = (select max(spine_at) from spine);
set variable d14_at = (select spine_at from spine where spine = risk_days('hysteresis_days'));
set variable d30_at = (select min(spine_at) from spine);

-- Acute care by day of the spine and scope. An emergency visit that became a stay is that stay.
create temp table acute_event as
select
    row_number() over () as event_key, client_key, event_kind, start_date, end_date, ended_at, is_to_community,
    is_against_advice, is_self_harm, is_part2
from (
    select
        client_key,
        case
            when stay_class = 'observation' then 'observation'
            when setting = 'psychiatric' then 'psychiatric_stay' else 'medical_stay'
        end as event_kind,
        admit_date as start_date, case when not is_discharge_cancelled then discharge_date end as end_date,
        discharged_at as ended_at, is_to_community, is_against_advice, is_self_harm_any or is_overdose_any as is_self_harm,
        is_part2
    from fct_stay where stay_class in ('acute', 'observation')
    union all
    select
        client_key, case when is_behavioral then 'behavioral_ed' else 'other_ed' end, visit_date, visit_date,
        coalesce(ended_at, started_at), is_to_community, false, is_self_harm_any or is_overdose_any, is_part2
    from fct_ed_visit where not became_inpatient
    union all
    select
        client_key, case when channel = 'center' then 'crisis_center' else 'crisis_contact' end, contact_date, contact_date,
        started_at, channel = 'center', false, false, is_part2
    from fct_crisis_contact
)
where client_key is not null;

set variable acute_lookback = (
    select cast(max(window_days) as integer) from seed_risk_weight
    where domain in ('transition', 'utilization', 'clinical', 'care_gap')
);
create temp table dated_event as
select
    spine, no_part2, event.*, spine_date, spine_date - start_date as start_days,
    case when end_date <= spine_date then spine_date - end_date end as end_days
from acute_event as event
cross join spine
inner join client_scope using (client_key)
where start_date <= spine_date
    and coalesce(end_date, spine_date) >= spine_date - getvariable('acute_lookback')
    and not (no_part2 and is_part2);

-- One pass over the visits for everything that asks when a client came.
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

-- Days since the last kept visit, of each line and of any; days in hospital do not count against the client.
create temp table visit_last as
with last_visit as (
    select
        client_key, no_part2, case when grouping(service_line) = 1 then 'any' else service_line end as service_line,
        max(now_at) as last_kept_at, max(now_date) as last_kept_date
    from visit_summed
    inner join client_scope using (client_key)
    where now_at is not null and not (no_part2 and is_part2)
    group by grouping sets ((client_key, no_part2, service_line), (client_key, no_part2))
),
hospital as (
    select last_visit.client_key, no_part2, service_line, sum(
        coalesce(least(discharge_date, as_of_date()), as_of_date()) - greatest(admit_date, last_kept_date)
    ) as days
    from last_visit
    inner join fct_stay as stay
        on last_visit.client_key = stay.client_key and coalesce(discharge_date > last_kept_date, true)
    where stay_class = 'acute' and admit_date <= as_of_date() and not (no_part2 and is_part2)
    group by last_visit.client_key, no_part2, service_line
)
select last_visit.*, cast(greatest(as_of_date() - last_kept_date - coalesce(days, 0), 0) as integer) as days_since
from last_visit
left join hospital using (client_key, no_part2, service_line);

-- One pass over the appointments: counts of two windows, the last ones, the next one, the last three of each day of the spine,
-- and whether something was booked that day (made by then, not yet due, not yet taken back).
create macro is_booked(moment) as scheduled_at > getvariable(moment)
    and (created_at is null or created_at <= getvariable(moment))
    and (status in ('scheduled', 'kept', 'no_show') or status_at > getvariable(moment));
create macro last_three(moment) as max(
    struct_pack(at := scheduled_at, tie := tie, is_missed := status <> 'kept'),
    3
) filter (
    where scheduled_at <= getvariable(moment) and status in ('kept', 'no_show', 'late_cancel')
        and scheduled_date >= as_of_date() - risk_days('change_days') - risk_window('missed_of_last_3')
);
-- Of appointments at one moment the pipeline's key, a hash of the id, decides: it is made where it could matter.
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
inner join client_scope using (client_key)
where not (no_part2 and is_part2)
group by client_key, no_part2;

-- How often a client should be seen: as the plan orders, else as the client came lately, else as is usual.
create temp table cadence as
with ordered as (
    select client_key, no_part2, min(interval_days) as interval_days
    from fct_treatment_plan as plan
    inner join ehr_treatment_plan_service as service using (plan_id)
    inner join client_scope using (client_key)
    where plan.status = 'active' and start_date <= as_of_date() and interval_days > 0 and not (no_part2 and is_part2)
    group by client_key, no_part2
),
-- visits are only sorted where no plan orders an interval
visit_interval as (
    select
        client_key, no_part2, visit_date - lag(visit_date) over scope as interval_days,
        row_number() over (partition by client_key, no_part2 order by visit_date desc) as recency
    from (
        select distinct client_key, no_part2, visit_date
        from fct_visit
        inner join client_scope using (client_key)
        anti join ordered using (client_key, no_part2)
        where started_at <= as_of() and not (no_part2 and is_part2)
            and visit_date > as_of_date() - cast(engagement_setting('rhythm_lookback_days') as integer)
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
from client_scope
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
inner join client_scope using (client_key)
where contacted_at <= as_of() and not (no_part2 and is_part2)
group by client_key, no_part2;

create temp table engagement as
with visit as (
    pivot (select client_key, no_part2, service_line, days_since from visit_last)
    on service_line in (
        'any', 'therapy', 'psychiatry', 'medical', 'case_management', 'peer', 'group', 'injection', 'moud'
    ) using max(days_since)
),
any_visit as (
    from visit_last where service_line = 'any'
),
-- a kept visit without an appointment also ends a row of misses
miss_row as (
    select summed.client_key, summed.no_part2, count(*) as consecutive_miss_count
    from (from fct_appointment where status in ('no_show', 'late_cancel') and scheduled_at <= as_of()) as appointment
    inner join (
        select client_key, appointment_summed.no_part2,
            greatest(appointment_summed.last_kept_at, any_visit.last_kept_at) as last_seen_at
        from appointment_summed
        left join any_visit using (client_key, no_part2)
    ) as summed
        on appointment.client_key = summed.client_key
        and coalesce(scheduled_at > last_seen_at, true)
        and not (summed.no_part2 and is_part2)
    group by summed.client_key, summed.no_part2
),
counted as (
    select
        client_key, no_part2,
        coalesce(kept_short, 0) as kept_90d_count,
        coalesce(kept_long, 0) as kept_365d_count,
        coalesce(no_show_short + late_cancel_short, 0) as missed_90d_count,
        coalesce(no_show_long + late_cancel_long, 0) as missed_365d_count,
        coalesce(no_show_short, 0) as no_show_90d_count,
        coalesce(no_show_long, 0) as no_show_365d_count,
        no_show_short + late_cancel_short * engagement_setting('late_cancel_is_no_show') as miss_short,
        no_show_long + late_cancel_long * engagement_setting('late_cancel_is_no_show') as miss_long,
        cast(case when kept_short + miss_short >= engagement_setting('minimum_appointments')
            then miss_short / cast(kept_short + miss_short as decimal(18, 6)) end as decimal(5, 4)) as no_show_90d_rate,
        cast(case when kept_long + miss_long >= engagement_setting('minimum_appointments')
            then miss_long / cast(kept_long + miss_long as decimal(18, 6)) end as decimal(5, 4)) as no_show_365d_rate,
        any_visit.last_kept_at, last_kept_date as last_kept_visit_date, any_visit.days_since as days_since_last_kept,
        visit.therapy as days_since_last_therapy, visit.psychiatry as days_since_last_psychiatry,
        visit.medical as days_since_last_medical, visit.case_management as days_since_last_case_management,
        visit.peer as days_since_last_peer, visit.group as days_since_last_group,
        visit.injection as days_since_last_injection, visit.moud as days_since_last_moud,
        expected_interval_days, expected_interval_source,
        cast(any_visit.days_since / cast(nullif(expected_interval_days, 0) as decimal(18, 6)) as decimal(9, 2))
            as cadence_gap_ratio,
        next_appointment_at, last_missed_at, coalesce(consecutive_miss_count, 0) as consecutive_miss_count,
        coalesce(
            first_no_show_at < coalesce(first_kept_at, first_no_show_at + interval '1 day'), false
        ) as is_first_visit_no_show,
        coalesce(attempts, 0) as attempts_14d_count, last_contact_at, last_contact_outcome, last_contact_channel,
        last_reached_at
    from client_scope
    left join any_visit using (client_key, no_part2)
    left join visit using (client_key, no_part2)
    left join cadence using (client_key, no_part2)
    left join appointment_summed using (client_key, no_part2)
    left join miss_row using (client_key, no_part2)
    left join contact_last using (client_key, no_part2)
)
select
    * exclude (miss_short, miss_long),
    next_appointment_at is null as has_no_future_appointment,
    consecutive_miss_count >= engagement_setting('consecutive_misses') as has_consecutive_misses,
    coalesce(cadence_gap_ratio > engagement_setting('gap_watch_above'), false) as is_cadence_watch,
    coalesce(
        cadence_gap_ratio > engagement_setting('gap_disengaging_above')
        or (cadence_gap_ratio > engagement_setting('gap_watch_above') and next_appointment_at is null),
        false
    ) as is_disengaging
from counted;

create table mart_client_engagement as
select client_key, client_id, as_of() as as_of, is_agency_client, engagement.* exclude (client_key, no_part2)
from engagement
inner join dim_client using (client_key)
where not no_part2;

create table mart_client_utilization as
with stay as (
    select
        *, as_of_date() - admit_date as age_days,
        least(coalesce(discharge_date, as_of_date()), as_of_date()) as last_day,
        -- back within 30 days; a transfer is the same episode going on
        coalesce(
            stay_class = 'acute' and transferred_from_stay_key is null
            and admit_date <= lag(discharge_date) over (
                partition by client_key, stay_class order by admitted_at, stay_key
            ) + event_rule('readmission_days'),
            false
        ) as is_readmission,
        case
            when stay_class = 'acute' and setting = 'psychiatric' then 'psychiatric'
            when stay_class = 'acute' and setting = 'medical' then 'medical'
            when stay_class = 'acute' then 'other'
            else stay_class
        end as kind
    from fct_stay
    where client_key is not null and admit_date <= as_of_date()
),
stay_summed as (
    select
        client_key,
        count(*) filter (where kind = 'psychiatric' and age_days < 30) as psychiatric_stay_30d_count,
        count(*) filter (where kind = 'medical' and age_days < 30) as medical_stay_30d_count,
        count(*) filter (where kind = 'other' and age_days < 30) as other_acute_stay_30d_count,
        count(*) filter (where kind = 'observation' and age_days < 30) as observation_stay_30d_count,
        count(*) filter (where kind = 'nonacute' and age_days < 30) as nonacute_stay_30d_count,
        count(*) filter (where is_readmission and age_days < 30) as readmission_30d_count,
        count(*) filter (where kind = 'psychiatric' and age_days < 90) as psychiatric_stay_90d_count,
        count(*) filter (where kind = 'medical' and age_days < 90) as medical_stay_90d_count,
        count(*) filter (where kind = 'other' and age_days < 90) as other_acute_stay_90d_count,
        count(*) filter (where kind = 'observation' and age_days < 90) as observation_stay_90d_count,
        count(*) filter (where kind = 'nonacute' and age_days < 90) as nonacute_stay_90d_count,
        count(*) filter (where is_readmission and age_days < 90) as readmission_90d_count,
        count(*) filter (where kind = 'psychiatric' and age_days < 365) as psychiatric_stay_365d_count,
        count(*) filter (where kind = 'medical' and age_days < 365) as medical_stay_365d_count,
        count(*) filter (where kind = 'other' and age_days < 365) as other_acute_stay_365d_count,
        count(*) filter (where kind = 'observation' and age_days < 365) as observation_stay_365d_count,
        count(*) filter (where kind = 'nonacute' and age_days < 365) as nonacute_stay_365d_count,
        count(*) filter (where is_readmission and age_days < 365) as readmission_365d_count,
        sum(greatest(0, last_day - greatest(admit_date, as_of_date() - 30)))
            filter (where kind = 'psychiatric') as psychiatric_stay_30d_days,
        sum(greatest(0, last_day - greatest(admit_date, as_of_date() - 90)))
            filter (where kind = 'psychiatric') as psychiatric_stay_90d_days,
        sum(greatest(0, last_day - greatest(admit_date, as_of_date() - 365)))
            filter (where kind = 'psychiatric') as psychiatric_stay_365d_days,
        sum(greatest(0, last_day - greatest(admit_date, as_of_date() - 30)))
            filter (where kind = 'medical') as medical_stay_30d_days,
        sum(greatest(0, last_day - greatest(admit_date, as_of_date() - 90)))
            filter (where kind = 'medical') as medical_stay_90d_days,
        sum(greatest(0, last_day - greatest(admit_date, as_of_date() - 365)))
            filter (where kind = 'medical') as medical_stay_365d_days,
        sum(greatest(0, last_day - greatest(admit_date, as_of_date() - 30)))
            filter (where stay_class = 'acute') as acute_30d_days,
        sum(greatest(0, last_day - greatest(admit_date, as_of_date() - 90)))
            filter (where stay_class = 'acute') as acute_90d_days,
        sum(greatest(0, last_day - greatest(admit_date, as_of_date() - 365)))
            filter (where stay_class = 'acute') as acute_365d_days,
        bool_or(discharge_date is null) as is_in_stay,
        bool_or(discharge_date is null and stay_class = 'observation') as is_in_observation,
        max(last_day) filter (where stay_class = 'acute') as last_acute_day,
        max(discharge_date) filter (where stay_class = 'acute') as last_acute_discharge_date,
        max(discharge_date) filter (where kind = 'psychiatric') as last_psychiatric_discharge_date,
        max_by(stay_key, admitted_at) filter (where stay_class = 'acute') as last_acute_stay_key,
        count(*) filter (where has_adt and age_days < 365) as stay_by_adt_365d_count,
        count(*) filter (where has_claim and age_days < 365) as stay_by_claim_365d_count
    from stay
    group by client_key
),
ed_summed as (
    select
        client_key,
        count(*) filter (where age_days < 30) as ed_visit_30d_count,
        count(*) filter (where age_days < 90) as ed_visit_90d_count,
        count(*) filter (where age_days < 365) as ed_visit_365d_count,
        count(*) filter (where is_behavioral and age_days < 30) as behavioral_ed_visit_30d_count,
        count(*) filter (where is_behavioral and age_days < 90) as behavioral_ed_visit_90d_count,
        count(*) filter (where is_behavioral and age_days < 365) as behavioral_ed_visit_365d_count,
        count(*) filter (where age_days < event_rule('high_emergency_window_days')) as ed_visit_60d_count,
        bool_or(ended_at is null) as is_in_emergency,
        max(visit_date) as last_ed_visit_date,
        max(visit_date) filter (where is_behavioral) as last_behavioral_ed_visit_date,
        max_by(ed_visit_key, started_at) as last_ed_visit_key,
        count(*) filter (where has_adt and age_days < 365) as ed_visit_by_adt_365d_count,
        count(*) filter (where has_claim and age_days < 365) as ed_visit_by_claim_365d_count
    from (select *, as_of_date() - visit_date as age_days from fct_ed_visit)
    where client_key is not null and not became_inpatient and visit_date <= as_of_date()
    group by client_key
),
crisis_summed as (
    select
        client_key,
        count(*) filter (where contact_date > as_of_date() - 30) as crisis_contact_30d_count,
        count(*) filter (where contact_date > as_of_date() - 90) as crisis_contact_90d_count,
        count(*) filter (where contact_date > as_of_date() - 365) as crisis_contact_365d_count,
        max(contact_date) as last_crisis_contact_date
    from fct_crisis_contact
    where client_key is not null and contact_date <= as_of_date()
    group by client_key
),
kept_summed as (
    select
        client_key, sum(count_30d) as kept_visit_30d_count, sum(count_90d) as kept_visit_90d_count,
        sum(count_365d) as kept_visit_365d_count, max(last_date) as last_kept_visit_date
    from visit_summed
    group by client_key
),
paid_summed as (
    select
        client_key,
        sum(paid_usd) filter (where start_date > as_of_date() - 30) as paid_30d_usd,
        sum(paid_usd) filter (where start_date > as_of_date() - 90) as paid_90d_usd,
        sum(paid_usd) filter (where start_date > as_of_date() - 365) as paid_365d_usd
    from claim_final
    where not is_denied and start_date between as_of_date() - 365 and as_of_date()
    group by client_key
),
counted as (
    select
        client_key, client_id, as_of() as as_of,
        coalesce(columns('(_count|_days|_usd)$'), 0),
        coalesce(is_in_stay, false) as is_in_stay,
        -- in an emergency room or under observation now, and inpatient lately
        coalesce(
            (is_in_emergency or is_in_observation)
            and last_acute_day >= as_of_date() - event_rule('readmission_risk_days'),
            false
        ) as is_readmission_risk,
        columns('^last_(ed|beh|acute_discharge|acute_stay|psy|cri|kept)')
    from dim_client
    left join stay_summed using (client_key)
    left join ed_summed using (client_key)
    left join crisis_summed using (client_key)
    left join kept_summed using (client_key)
    left join paid_summed using (client_key)
)
select
    *,
    ed_visit_60d_count >= event_rule('high_emergency_visits') as is_high_emergency,
    psychiatric_stay_365d_count + medical_stay_365d_count + other_acute_stay_365d_count
    >= event_rule('high_inpatient_stays_365d')
    or ed_visit_365d_count >= event_rule('high_emergency_visits_365d') as is_high_utilizer,
    psychiatric_stay_365d_count >= event_rule('high_psychiatric_stays_365d')
    or crisis_contact_90d_count >= event_rule('high_crisis_contacts_90d') as is_high_behavioral
from counted;
