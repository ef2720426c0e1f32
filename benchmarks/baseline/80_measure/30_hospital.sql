-- Stays and emergency visits of the follow-up measures: claims for the reporting basis, ADT for the operational basis; and
-- what may follow them.
create temp table measured_stay as
select
    basis, year, start_date, end_date, measure_version, rule, stay_key, stay.client_key, stay_class, setting, facility_type,
    admit_date, discharge_date, is_hospice,
    make_date(year, rule['last_discharge_month'], rule['last_discharge_day']) as last_event_date,
    age_years(birth_date, discharge_date) as age_years,
    died or coalesce(death_date between start_date and end_date, false) as has_died_in_year,
    -- principal diagnosis of mental illness; self-harm as principal, from MY2025 in any position
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

-- Emergency visits for mental illness (FUM) or substance use (FUA).
create temp table measured_visit as
select
    measure_set, basis, year, measure_version, rule, ed_visit_key, visit.client_key, visit_date, became_inpatient,
    coalesce(visit.end_date, visit_date) as left_date,
    died or coalesce(death_date between period.start_date and year_end_date, false) as has_died_in_year
from (
    select *, 'reporting' as basis from fct_ed_visit where has_claim
    union all
    select *, 'operational' as basis from fct_ed_visit where has_adt
) as visit
inner join dim_client as client on visit.client_key = client.client_key
inner join (
    select * replace (make_date(year, rule['last_visit_month'], rule['last_visit_day']) as end_date), end_date as year_end_date
    from period where measure_set in ('fum', 'fua')
) as period
    on visit_date between period.start_date and period.end_date
    and age_years(birth_date, visit_date) >= rule['minimum_age_years']
where case measure_set
    when 'fum' then is_self_harm_principal or (rule['self_harm_any_position'] = 1 and is_self_harm_any)
        or case rule['uses_2025_diagnosis_list'] when 1 then is_mental_principal_2025 else is_mental_principal_2024 end
    else is_sud_principal or is_overdose_any
end;

-- Clients with an eligible stay or emergency visit, and the agency's visits as services.
create temp table measured_client as
select client_key from measured_stay union select client_key from measured_visit;
create temp table service as
select * exclude (claim_basis), 'reporting' as basis
from (select *, true as claim_basis from claim_service)
semi join measured_client using (client_key)
union all by name
select
    client_key, visit_date as service_date, 'operational' as basis, is_mental_principal, is_mental_dx_any as is_mental_any,
    false as is_self_harm_principal, is_sud_dx_any as is_sud_any, is_overdose_any, false as is_emergency,
    padded_code(place_of_service_code, 2) as place, mask_of('place_masks', place) as place_mask,
    mask_of('hcpcs_masks', procedure_code) as procedure_mask,
    mask_of('taxonomy_masks', provider_taxonomy_code) as taxonomy_mask,
    not has(place_mask, setting_bit('no_follow_up_place'))
    and (coalesce(is_follow_up_service, false) or has(procedure_mask, setting_bit('follow_up_service')))
        as is_follow_up_setting,
    not has(place_mask, setting_bit('no_follow_up_place')) and has(procedure_mask, setting_bit('substance_use_service'))
        as is_substance_use_service,
    has(procedure_mask, setting_bit('opioid_medication')) as is_medication,
    case
        when has(taxonomy_mask, setting_bit('mental_health_taxonomy')) then true
        when has(taxonomy_mask, setting_bit('known_taxonomy')) then false
        when has(place_mask, setting_bit('mental_health_place')) then true
        else line.is_mental_health_provider
    end as is_mental_health_provider,
    has(place_mask | procedure_mask, setting_bit('residential')) as is_residential,
    coalesce(line.is_peer_support, false) or has(procedure_mask, setting_bit('peer_support')) as is_peer_support
from fct_visit
semi join measured_client using (client_key)
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

create temp table sud_medication as
select client_key, medication_date, 'reporting' as basis from claim_medication
union all
select client_key, service_date, 'operational' from service where basis = 'operational' and is_medication;

-- Events with coverage on every day from first_day through last_day.
create macro enrolled(events) as table (
    with covered as (
        select
            event_key, first_day, last_day, span.start_date, coalesce(span.end_date, last_day) as end_date,
            max(coalesce(span.end_date, last_day)) over (
                partition by event_key order by span.start_date, span.end_date, payer_type
                rows between unbounded preceding and 1 preceding
            ) as covered_until
        from query_table(events) as event
        inner join fct_eligibility as span
            on event.client_key = span.client_key and span.start_date <= last_day and span.end_date >= first_day
    )
    select event_key
    from covered
    group by event_key
    having min(start_date) <= min(first_day) and max(end_date) >= max(last_day)
        and coalesce(max(start_date - covered_until), 0) <= 1
);
