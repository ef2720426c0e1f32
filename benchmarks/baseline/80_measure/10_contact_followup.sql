-- Measures: eligible events, exclusions and numerators, combined in 40_event.sql. The millions of appointments of the
-- no-show rate are aggregated directly and never stored as events.

-- The measurement years of a run, each with its effective rules.
create temp table period as
select
    year, make_date(year, 1, 1) as start_date, make_date(year, 12, 31) as end_date, measure_set,
    max(version) as measure_version, map(list(rule), list(cast(value as integer))) as rule
from (select unnest([extract(year from as_of_date()), extract(year from as_of_date()) - 1])::integer as year)
inner join seed_measure_version as version on year between first_year and last_year
group by year, measure_set;

create temp table event (
    measure_id varchar, measure_version varchar, measurement_year integer, basis varchar, measure_set varchar,
    client_key bigint, event_key bigint, event_date date, window_closes_at timestamptz, not_evaluable_reason varchar
);
create temp table exclusion (measure_id varchar, basis varchar, event_key bigint, measurement_year integer, reason varchar);
create temp table numerator (measure_id varchar, basis varchar, event_key bigint, measurement_year integer, is_met boolean);

-- Discharges that require a follow-up by the agency, from ADT or from a claim received in time. An emergency visit and
-- the observation stay after it have one key: the events of visits have negative keys.
create temp table measured_discharge as
select leaving.*, greatest(received_at, discharged_at) as notified_at
from (
    select
        stay_key as event_key, client_key, facility_id, discharged_at, discharge_date, discharge_precision, received_at,
        is_to_community, died, has_adt, false as is_emergency
    from fct_stay
    where not is_discharge_cancelled and discharge_precision <> 'unknown'
        and (stay_class in ('acute', 'crisis') or (stay_class = 'observation' and setting <> 'medical'))
    union all
    select
        -ed_visit_key, client_key, facility_id, ended_at, end_date, end_precision, received_at, is_to_community, died, has_adt,
        true
    from fct_ed_visit
    where not became_inpatient and end_precision <> 'unknown'
        and (is_behavioral or setting in ('psychiatric', 'substance_use', 'unknown'))
) as leaving
semi join (from dim_client where is_agency_client) as client using (client_key)
where discharged_at <= as_of() and extract(year from discharge_date) >= extract(year from as_of_date()) - 1;

create temp table discharge_event as
select
    measure_id, measure_version, year, measure_set, event_key, client_key, discharged_at, discharge_date,
    is_to_community, died,
    case
        when measure_set = 'followup_7d' then end_of_day(discharge_date + rule['last_day'])
        when discharge_precision = 'date'
            then greatest(end_of_day(discharge_date + 1), clock_at + rule['contact_hours'] * interval '1 hour')
        else clock_at + rule['contact_hours'] * interval '1 hour'
    end as window_closes_at
from (
    select
        *,
        unnest(case measure_set
            when 'contact_24h' then ['contact_24h', 'attempt_24h', 'contact_24h_from_notification']
            else ['followup_7d_scheduled', 'followup_7d_kept']
        end) as measure_id,
        case measure_id when 'contact_24h_from_notification' then notified_at else discharged_at end as clock_at
    from (
        select discharge.*, period.*
        from measured_discharge as discharge
        inner join (from period where measure_set in ('contact_24h', 'followup_7d')) as period
            on discharge_date between start_date and end_date
        where has_adt or local_date(received_at) - discharge_date <= rule['claims_notice_days']
        qualify row_number() over (
            partition by client_key, facility_id, discharged_at, measure_set order by is_emergency, event_key
        ) = 1
    )
) as period;

insert into event
select
    measure_id, measure_version, year, 'operational', measure_set, client_key, event_key, discharge_date, window_closes_at,
    null
from discharge_event;

-- follow-up not possible: transfer, death, custody, placement, or readmission
insert into exclusion
select measure_id, 'operational', event_key, year,
    case when died or death_date between discharge_date and local_date(window_closes_at) then 'death'
        else 'not_to_community' end as reason
from discharge_event
inner join dim_client using (client_key)
where died or not is_to_community or death_date between discharge_date and local_date(window_closes_at)
union all
select distinct measure_id, 'operational', event_key, year, 'readmitted'
from discharge_event as event
inner join fct_stay as stay
    on event.client_key = stay.client_key and event_key <> stay_key
    and admitted_at between event.discharged_at and window_closes_at;

insert into numerator
select distinct measure_id, 'operational', event_key, year, true
from discharge_event as event
inner join fct_contact as contact
    on event.client_key = contact.client_key and contacted_at > discharged_at and contacted_at <= window_closes_at
    and (is_two_way or measure_id = 'attempt_24h')
where measure_set = 'contact_24h'
union all
select distinct measure_id, 'operational', event_key, year, true
from (from discharge_event where measure_id = 'followup_7d_kept') as event
inner join fct_visit as visit
    on event.client_key = visit.client_key and started_at > discharged_at and started_at <= window_closes_at
union all
-- an appointment that was moved or cancelled in advance does not count; a missed one was scheduled
select distinct measure_id, 'operational', event_key, year, true
from (from discharge_event where measure_id = 'followup_7d_scheduled') as event
inner join fct_appointment as appointment
    on event.client_key = appointment.client_key and scheduled_at > discharged_at and scheduled_at <= window_closes_at
where status in ('scheduled', 'kept', 'no_show', 'late_cancel');
