-- Measures: each as events (who counts), exclusions and numerators (rows that say so), judged in one place. The millions of
-- appointments of the no-show rate are never stored as events: they are counted at once.

-- The measurement years of a run, each with the rules in force in it.
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

-- Discharges that ask the agency for a follow-up, by ADT or by a claim that comes early enough.
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
        ed_visit_key, client_key, facility_id, ended_at, end_date, end_precision, received_at, is_to_community, died, has_adt,
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

-- nobody could have followed up: transfer, death, custody and placement, and who is back in a bed
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
-- an appointment that was moved or cancelled ahead is none; a missed one had been scheduled
select distinct measure_id, 'operational', event_key, year, true
from (from discharge_event where measure_id = 'followup_7d_scheduled') as event
inner join fct_appointment as appointment
    on event.client_key = appointment.client_key and scheduled_at > discharged_at and scheduled_at <= window_closes_at
where status in ('scheduled', 'kept', 'no_show', 'late_cancel');

-- Depression response: the last PHQ-9 in the window is at most half of the first total of 10 or more in the year.
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

-- Follow-up after hospitalization for mental illness. Claims speak for the reporting basis, ADT for the operational one.
create temp table measured_stay as
select
    basis, year, start_date, end_date, measure_version, rule, stay_key, stay.client_key, stay_class, setting, facility_type,
    admit_date, discharge_date, is_hospice,
    make_date(year, rule['last_discharge_month'], rule['last_discharge_day']) as last_event_date,
    age_years(birth_date, discharge_date) as age_years,
    died or coalesce(death_date between start_date and end_date, false) as has_died_in_year,
    -- principal mental illness; self-harm as principal, from MY2025 anywhere
    coalesce(
        is_self_harm_principal or (rule['self_harm_any_position'] = 1 and is_self_harm_any)
        or case rule['uses_2025_diagnosis_list'] when 1 then is_mental_principal_2025 else is_mental_principal_2024 end,
        false
    ) as has_index_diagnosis,
    has(diagnosis_mask(principal_diagnosis_code), diagnosis_bit('is_mental_any')) as has_mental_principal
from (
    select * replace (
        coalesce(claim_admit_date, admit_date) as admit_date,
        case when claim_admit_date is null then discharge_date else claim_discharge_date end as discharge_date
    ), 'reporting' as basis
    from fct_stay where has_claim
    union all
    select *, 'operational' as basis from fct_stay where has_adt
) as stay
inner join dim_client as client on stay.client_key = client.client_key
inner join (from period where measure_set = 'fuh') as period
    on admit_date <= end_date and coalesce(discharge_date, end_date) >= start_date;

-- A visit of the agency as a service, for the clients that have such a stay.
create temp table service as
select * exclude (claim_basis), 'reporting' as basis
from (select *, true as claim_basis from claim_service)
semi join measured_stay using (client_key)
union all by name
select
    client_key, visit_date as service_date, 'operational' as basis, is_mental_dx_any as is_mental_any,
    padded_code(place_of_service_code, 2) as place, mask_of('place_masks', place) as place_mask,
    mask_of('hcpcs_masks', procedure_code) as procedure_mask,
    mask_of('taxonomy_masks', provider_taxonomy_code) as taxonomy_mask,
    not has(place_mask, setting_bit('no_follow_up_place'))
    and (coalesce(is_follow_up_service, false) or has(procedure_mask, setting_bit('follow_up_service')))
        as is_follow_up_setting,
    case
        when has(taxonomy_mask, setting_bit('mental_health_taxonomy')) then true
        when has(taxonomy_mask, setting_bit('known_taxonomy')) then false
        when has(place_mask, setting_bit('mental_health_place')) then true
        else line.is_mental_health_provider
    end as is_mental_health_provider,
    has(place_mask | procedure_mask, setting_bit('residential')) as is_residential,
    coalesce(line.is_peer_support, false) or has(procedure_mask, setting_bit('peer_support')) as is_peer_support
from fct_visit
semi join measured_stay using (client_key)
left join seed_service_line_setting as line using (service_line)
where visit_date >= (select min(start_date) from period);

create temp table residential_stay as
select distinct stay.basis, stay.year, stay_key
from measured_stay as stay
left join (from service where is_residential) as service
    on stay.client_key = service.client_key and stay.basis = service.basis
    and service_date between admit_date and coalesce(discharge_date, end_date)
where stay_class = 'nonacute' and setting = 'psychiatric'
    and (facility_type = 'residential' or service.client_key is not null);

-- Stays no more than 30 days apart are one chain; its last discharge counts.
create temp table fuh_event as
with numbered as (
    select *, sum(case when admit_date - earlier_discharge_date <= rule['readmission_days'] then 0 else 1 end) over (
        partition by basis, year, client_key order by admit_date, discharge_date nulls last, stay_key rows unbounded preceding
    ) as chain
    from (
        select *, max(discharge_date) over (
            partition by basis, year, client_key order by admit_date, discharge_date nulls last, stay_key
            rows between unbounded preceding and 1 preceding
        ) as earlier_discharge_date
        from measured_stay
        where stay_class = 'acute' and (has_index_diagnosis or has_mental_principal)
    )
),
qualifying as (
    select *
    from (
        select
            *,
            bool_or(has_index_diagnosis and discharge_date <= last_event_date) over chain_of as is_index_chain,
            row_number() over (
                partition by basis, year, client_key, chain
                order by discharge_date desc nulls first, admit_date desc, stay_key desc
            ) as number_from_last
        from numbered
        window chain_of as (partition by basis, year, client_key, chain)
    )
    where is_index_chain and number_from_last = 1 and discharge_date between start_date and last_event_date
        and age_years >= rule['minimum_age_years']
),
-- enrolled from the discharge through day 30, without a gap
covered as (
    select
        stay_key, discharge_date as first_day, discharge_date + rule['enrollment_days'] as last_day, span.start_date,
        coalesce(span.end_date, last_day) as end_date, max(coalesce(span.end_date, last_day)) over (
            partition by stay_key order by span.start_date, span.end_date, payer_type
            rows between unbounded preceding and 1 preceding
        ) as covered_until
    from qualifying
    inner join fct_eligibility as span
        on qualifying.client_key = span.client_key
        and span.start_date <= discharge_date + rule['enrollment_days'] and span.end_date >= discharge_date
),
enrolled as (
    select stay_key from covered
    group by stay_key
    having min(start_date) <= min(first_day) and max(end_date) >= max(last_day)
        and coalesce(max(start_date - covered_until), 0) <= 1
)
select
    qualifying.*, measure_id, rule[measure_id || '_last_day'] as last_day, stay_key in (from enrolled) as is_enrolled
from qualifying
cross join (values ('fuh_7'), ('fuh_30')) as id (measure_id);

insert into event
select
    measure_id, measure_version, year, basis, 'fuh', client_key, stay_key, discharge_date,
    end_of_day(discharge_date + last_day + case basis when 'reporting' then rule['claims_runout_days'] else 0 end),
    case when basis = 'reporting' and not is_enrolled then 'coverage_gap' end
from fuh_event;

-- death; hospice; nonacute admission, from MY2025 not psychiatric residential care; acute admission for something else
insert into exclusion
select
    measure_id, event.basis, event.stay_key, event.year, min(case
        when event.has_died_in_year then 'death'
        when stay.is_hospice then 'hospice'
        when stay.stay_class = 'acute' then 'acute_admission'
        else 'nonacute_admission'
    end)
from fuh_event as event
inner join measured_stay as stay
    on event.client_key = stay.client_key and event.year = stay.year and event.basis = stay.basis
left join residential_stay as residential
    on event.rule['residential_is_follow_up'] = 1 and stay.stay_key = residential.stay_key
    and stay.year = residential.year and stay.basis = residential.basis
where (event.has_died_in_year and event.stay_key = stay.stay_key)
    or stay.is_hospice
    or (
        event.stay_key <> stay.stay_key
        and stay.admit_date - event.discharge_date between 0 and event.rule['readmission_days']
        and (
            (stay.stay_class = 'acute' and not stay.has_index_diagnosis and not stay.has_mental_principal)
            or (stay.stay_class = 'nonacute' and residential.stay_key is null)
        )
    )
group by measure_id, event.basis, event.stay_key, event.year;

-- Null where the record does not tell the provider's kind.
insert into numerator
select measure_id, basis, stay_key, year, bool_or(is_met)
from (
    select
        measure_id, event.basis, stay_key, year,
        case
            when is_mental_health_provider then true
            when rule['any_provider_with_mental_diagnosis'] = 1 and is_mental_any then true
            when is_mental_health_provider is not null then false
        end as is_met
    from fuh_event as event
    inner join service
        on event.client_key = service.client_key and event.basis = service.basis
        and service_date - discharge_date between rule['first_follow_up_day'] and last_day
        and (
            (is_follow_up_setting and not is_residential)
            or (is_residential and rule['residential_is_follow_up'] = 1)
            or (is_peer_support and rule['peer_support_is_follow_up'] = 1)
        )
)
where coalesce(is_met, true)
group by measure_id, basis, stay_key, year;

-- The order of the verdict: an exclusion from the moment it is known; before the window closes nothing counts; then what
-- cannot be judged leaves.
create table fct_measure_event as
select
    event.measure_id, measure_version, measurement_year, event.basis, client_key, client_id, event_key, event_date,
    case
        when reason is not null then 'excluded'
        when as_of() < window_closes_at then 'open'
        when not_evaluable_reason is not null then 'not_evaluable'
        when is_met then 'met'
        when numerator.event_key is not null and is_met is null then 'not_evaluable'
        else 'not_met'
    end as status,
    case
        when reason is not null then reason
        when as_of() < window_closes_at then null
        when not_evaluable_reason is not null then not_evaluable_reason
        when numerator.event_key is not null and is_met is null then 'provider_type_unknown'
    end as exclusion_reason,
    age_band, sex, race, ethnicity, payer_type, primary_program_id as program_id, site_id
from event
inner join dim_client using (client_key)
left join (select * exclude (reason), min(reason) as reason from exclusion group by all) as exclusion
    using (measure_id, basis, event_key, measurement_year)
left join numerator using (measure_id, basis, event_key, measurement_year)
left join seed_measure_age_band as band
    on event.measure_set = band.measure_set
    and age_years(birth_date, event_date) between first_age_years and last_age_years;

-- No-show rate. A client's strata are one small number, so that appointments are grouped by four numbers and a place.
create temp table stratum as
select row_number() over () as stratum, sex, race, ethnicity, payer_type, primary_program_id, site_id
from (select distinct sex, race, ethnicity, payer_type, primary_program_id, site_id from dim_client);
create temp table client_stratum as
select client_key, stratum, birth_date
from dim_client as client
inner join stratum
    on client.sex is not distinct from stratum.sex and client.race is not distinct from stratum.race
    and client.ethnicity is not distinct from stratum.ethnicity
    and client.payer_type is not distinct from stratum.payer_type
    and client.primary_program_id is not distinct from stratum.primary_program_id
    and client.site_id is not distinct from stratum.site_id;

create temp table no_show_count as
with missed_in_hospital as (
    select distinct appointment_key
    from (
        from fct_appointment
        where status in ('no_show', 'late_cancel')
            and scheduled_date >= make_date(extract(year from as_of_date())::integer - 1, 1, 1)
    ) as appointment
    inner join fct_stay as stay
        on appointment.client_key = stay.client_key and scheduled_at >= admitted_at
        and scheduled_at < coalesce(discharged_at, admitted_at + (
            select max(rule['open_stay_days']) from period where measure_set = 'no_show_rate'
        ) * interval '1 day')
),
judged as (
    select
        stratum, program_id, site_id, scheduled_date, birth_date,
        case
            when status in ('clinic_cancel', 'rescheduled', 'client_cancel') then 'excluded'
            when hospital.appointment_key is not null then 'excluded'
            when status = 'late_cancel' and (
                select min(rule['late_cancel_counts']) from period where measure_set = 'no_show_rate'
            ) = 0 then 'excluded'
            when status = 'scheduled' then 'open'
            when status = 'no_show' then 'met'
            else 'not_met'
        end as verdict
    from fct_appointment as appointment
    inner join client_stratum using (client_key)
    left join missed_in_hospital as hospital on appointment.appointment_key = hospital.appointment_key
    where scheduled_at <= as_of()
        and scheduled_date >= make_date(extract(year from as_of_date())::integer - 1, 1, 1)
),
grouped as (
    select
        stratum, program_id, site_id, date_trunc('month', scheduled_date) as month,
        age_years(birth_date, scheduled_date) as age,
        count(*) filter (where verdict in ('met', 'not_met')) as denominator,
        count(*) filter (where verdict = 'met') as numerator,
        count(*) filter (where verdict = 'excluded') as excluded,
        count(*) filter (where verdict = 'open') as open
    from judged
    group by all
)
select
    'no_show_rate' as measure_id, extract(year from month)::integer as measurement_year, 'operational' as basis,
    cast(month as date) as month, coalesce(program_id, primary_program_id) as program_id,
    coalesce(grouped.site_id, stratum.site_id) as site_id, payer_type, age_band, sex, race, ethnicity, denominator, numerator,
    excluded, open
from grouped
inner join stratum using (stratum)
left join seed_measure_age_band as band
    on measure_set = 'no_show_rate' and age between first_age_years and last_age_years;

create table fct_measure_rate as
with counted as (
    select
        measure_id, measurement_year, basis, cast(date_trunc('month', event_date) as date) as month, program_id, site_id,
        payer_type, age_band, sex, race, ethnicity,
        count(*) filter (where status in ('met', 'not_met')) as denominator,
        count(*) filter (where status = 'met') as numerator,
        count(*) filter (where status = 'excluded') as excluded,
        count(*) filter (where status = 'open') as open
    from fct_measure_event
    group by all
    union all by name
    from no_show_count
),
named as (
    select * replace (
        coalesce(program_id, 'unknown') as program_id, coalesce(site_id, 'unknown') as site_id,
        coalesce(payer_type, 'unknown') as payer_type, coalesce(age_band, 'unknown') as age_band,
        coalesce(sex, 'unknown') as sex, coalesce(race, 'unknown') as race, coalesce(ethnicity, 'unknown') as ethnicity
    )
    from counted
),
summed as (
    select
        measure_id, measurement_year, basis, month, program_id, site_id, payer_type, age_band, sex, race, ethnicity,
        sum(denominator) as denominator, sum(numerator) as numerator, sum(excluded) as excluded, sum(open) as open
    from named
    group by grouping sets (
        (measure_id, measurement_year, basis),
        (measure_id, measurement_year, basis, month),
        (measure_id, measurement_year, basis, program_id),
        (measure_id, measurement_year, basis, site_id),
        (measure_id, measurement_year, basis, payer_type),
        (measure_id, measurement_year, basis, age_band),
        (measure_id, measurement_year, basis, sex),
        (measure_id, measurement_year, basis, race),
        (measure_id, measurement_year, basis, ethnicity)
    )
)
select
    measure_id, measurement_year, month, basis, nullif(program_id, 'unknown') as program_id,
    nullif(site_id, 'unknown') as site_id, nullif(payer_type, 'unknown') as payer_type,
    case
        when program_id is not null then 'program_id' when site_id is not null then 'site_id'
        when payer_type is not null then 'payer_type' when age_band is not null then 'age_band'
        when sex is not null then 'sex' when race is not null then 'race' when ethnicity is not null then 'ethnicity'
        else 'total'
    end as stratum_name,
    coalesce(program_id, site_id, payer_type, age_band, sex, race, ethnicity, 'all') as stratum_value,
    cast(denominator as bigint) as denominator, cast(numerator as bigint) as numerator,
    cast(excluded as bigint) as excluded, cast(open as bigint) as open,
    cast(numerator * 1.0 / nullif(denominator, 0) as decimal(9, 6)) as rate
from summed;
