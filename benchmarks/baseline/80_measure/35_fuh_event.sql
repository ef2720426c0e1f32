-- Stays at most 30 days apart form a chain; the last discharge is the event.
create temp table fuh_discharge as
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
)
select
    *, stay_key as event_key, discharge_date as first_day, discharge_date + rule['enrollment_days'] as last_day
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
    and age_years >= rule['minimum_age_years'];

create temp table reported_discharge as select * from fuh_discharge where basis = 'reporting';
create temp table fuh_event as
select
    discharge.* exclude (last_day), measure_id, rule[measure_id || '_last_day'] as last_day,
    basis <> 'reporting' or enrolled.event_key is not null as is_enrolled
from fuh_discharge as discharge
left join enrolled('reported_discharge') as enrolled using (event_key)
cross join (values ('fuh_7'), ('fuh_30')) as id (measure_id);

insert into event
select
    measure_id, measure_version, year, basis, 'fuh', client_key, stay_key, discharge_date,
    end_of_day(discharge_date + last_day + case basis when 'reporting' then rule['claims_runout_days'] else 0 end),
    case when not is_enrolled then 'coverage_gap' end
from fuh_event;

-- death; hospice; nonacute admission, from MY2025 not psychiatric residential care; acute admission for something else
insert into exclusion
select measure_id, basis, stay_key, year, 'death' from fuh_event where has_died_in_year
union all
select
    measure_id, event.basis, event.stay_key, event.year,
    unnest(list_filter([
        case when stay.is_hospice then 'hospice' end,
        case
            when event.stay_key <> stay.stay_key
                and stay.admit_date - event.discharge_date between 0 and event.rule['readmission_days']
                and (
                    (stay.stay_class = 'acute' and not stay.has_index_diagnosis and not stay.has_mental_principal)
                    or (stay.stay_class = 'nonacute' and residential.stay_key is null)
                )
                then stay.stay_class || '_admission'
        end
    ], lambda reason: reason is not null))
from fuh_event as event
inner join measured_stay as stay
    on event.client_key = stay.client_key and event.year = stay.year and event.basis = stay.basis
left join residential_stay as residential
    on event.rule['residential_is_follow_up'] = 1 and stay.stay_key = residential.stay_key
    and stay.year = residential.year and stay.basis = residential.basis;

-- Null if the record has no provider type.
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
