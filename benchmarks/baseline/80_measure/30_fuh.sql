-- Follow-up after hospitalization for mental illness: claims for the reporting basis, ADT for the operational basis.
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

-- The agency's visits as services, for clients with an eligible stay.
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
