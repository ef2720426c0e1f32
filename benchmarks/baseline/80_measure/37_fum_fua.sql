-- Follow-up after an emergency visit for mental illness (FUM) or substance use (FUA).
create temp table visit_exclusion as
select basis, year, measure_set, ed_visit_key, min(reason) as reason
from (
    select basis, year, measure_set, ed_visit_key, 'death' as reason from measured_visit where has_died_in_year
    union all
    -- hospice in the year; any admission on day 0 to 30, except psychiatric residential care where it is follow-up
    select
        visit.basis, visit.year, measure_set, ed_visit_key,
        unnest(list_filter([
            case when is_hospice then 'hospice' end,
            case when admit_date - visit_date between 0 and visit.rule['admission_days']
                and (visit.rule['residential_is_follow_up'] = 0 or residential.stay_key is null)
                then case stay_class when 'acute' then 'acute_admission' when 'nonacute' then 'nonacute_admission' end
            end
        ], lambda reason: reason is not null))
    from measured_visit as visit
    inner join measured_stay as stay
        on visit.client_key = stay.client_key and visit.basis = stay.basis and visit.year = stay.year
    left join residential_stay as residential
        on stay.stay_key = residential.stay_key and stay.basis = residential.basis and stay.year = residential.year
    union all
    -- by any source; not if the visit ended in that care and in no other admission
    select visit.basis, visit.year, measure_set, ed_visit_key, 'visit_became_inpatient'
    from measured_visit as visit
    left join (
        select visit.basis, visit.year, visit.measure_set, visit.ed_visit_key
        from measured_visit as visit
        inner join measured_stay as stay
            on visit.client_key = stay.client_key and visit.year = stay.year
            and stay.admit_date between visit_date and left_date + 1
            and stay_class in ('acute', 'nonacute')
        left join residential_stay as residential
            on stay.stay_key = residential.stay_key and stay.basis = residential.basis and stay.year = residential.year
        where visit.rule['residential_is_follow_up'] = 1
        group by visit.basis, visit.year, visit.measure_set, visit.ed_visit_key
        having count(distinct stay.stay_key) = count(distinct residential.stay_key)
    ) as placed using (basis, year, measure_set, ed_visit_key)
    where became_inpatient and placed.ed_visit_key is null
)
group by basis, year, measure_set, ed_visit_key;

create temp table reported_visit as
select distinct
    ed_visit_key as event_key, client_key, visit_date as first_day, visit_date + rule['enrollment_days'] as last_day
from measured_visit
where basis = 'reporting';
create temp table assessed_visit as
select
    visit.*, reason, basis <> 'reporting' or event_key is not null as is_enrolled,
    -- a gap in coverage is known once the claims of all 30 days are in
    reason is null and (is_enrolled or as_of() < end_of_day(
        visit_date + rule['enrollment_days'] + rule['claims_runout_days']
    )) as may_hide
from measured_visit as visit
left join visit_exclusion using (basis, year, measure_set, ed_visit_key)
left join enrolled('reported_visit') on ed_visit_key = event_key;

-- The first visit hides the client's visits of the next 30 days, and so on.
create temp table visit_event as
with recursive hiding as (
    select basis, year, measure_set, client_key, min(visit_date) as visit_date, any_value(rule) as rule
    from assessed_visit
    where may_hide
    group by basis, year, measure_set, client_key
    union all
    select visit.basis, visit.year, visit.measure_set, visit.client_key, min(visit.visit_date), any_value(visit.rule)
    from hiding as earlier
    inner join (from assessed_visit where may_hide) as visit
        on earlier.client_key = visit.client_key and earlier.basis = visit.basis and earlier.year = visit.year
        and earlier.measure_set = visit.measure_set
        and visit.visit_date - earlier.visit_date > earlier.rule['repeat_visit_days']
    group by visit.basis, visit.year, visit.measure_set, visit.client_key, earlier.visit_date
),
shown as (
    select visit.*
    from assessed_visit as visit
    semi join hiding using (basis, year, measure_set, client_key, visit_date)
    where may_hide
    qualify row_number() over (partition by basis, year, measure_set, client_key, visit_date order by ed_visit_key) = 1
    union all
    select * from assessed_visit where not may_hide
)
select shown.*, measure_set || '_' || days as measure_id, rule[measure_id || '_last_day'] as last_day
from shown
cross join (values ('7'), ('30')) as window_length (days);

insert into event
select
    measure_id, measure_version, year, basis, measure_set, client_key, ed_visit_key, visit_date,
    end_of_day(visit_date + last_day + case basis when 'reporting' then rule['claims_runout_days'] else 0 end),
    case when not is_enrolled then 'coverage_gap' end
from visit_event;

insert into exclusion
select measure_id, basis, ed_visit_key, year, reason from visit_event where reason is not null;

insert into numerator
select distinct measure_id, event.basis, ed_visit_key, year, true
from visit_event as event
inner join service
    on event.client_key = service.client_key and event.basis = service.basis
    and service_date - visit_date between rule['first_follow_up_day'] and last_day
    and not is_emergency
    and (
        (is_follow_up_setting and not is_residential)
        or (is_residential and rule['residential_is_follow_up'] = 1)
        or (is_peer_support and rule['peer_support_is_follow_up'] = 1)
        or (measure_set = 'fua' and is_substance_use_service and not is_residential)
    )
    and case measure_set
        when 'fum' then is_mental_principal or (is_mental_any and is_self_harm_principal)
            or (is_mental_any and rule['any_mental_diagnosis_counts'] = 1)
        else coalesce(is_mental_health_provider, false) or is_sud_any or is_overdose_any
    end
union
select distinct measure_id, event.basis, ed_visit_key, year, true
from (from visit_event where measure_set = 'fua') as event
inner join sud_medication as medication
    on event.client_key = medication.client_key and event.basis = medication.basis
    and medication_date - visit_date between rule['first_follow_up_day'] and last_day;
