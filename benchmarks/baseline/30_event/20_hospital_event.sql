-- Every source of a stay or emergency visit in one layout.
create temp table hospital_event as
with alert_event as (
    select
        unnest(list_filter([
            case when encounter_class in ('inpatient', 'observation', 'crisis') then 'stay' end,
            case when has_emergency_part then 'emergency' end
        ], lambda kind: kind is not null)) as event_kind,
        'adt' as sender, encounter_key as event_id, client_key, facility_id, facility_name, facility_type,
        case encounter_class when 'inpatient' then 'acute' else encounter_class end as stay_class,
        started_at as arrived_at, admitted_at, ended_at as left_at, end_precision as reported_precision,
        discharge_disposition_code, diagnosis_code as principal_diagnosis_code, has_emergency_part as came_through_ed,
        has_died, is_discharge_cancelled, cancelled_discharge_at, known_at, _row
    from encounter
),
adt as (
    select
        alert_event.* exclude (arrived_at, admitted_at, left_at, reported_precision),
        -- an admission from the emergency room ends the visit
        case when event_kind = 'stay' then admitted_at else arrived_at end as started_at,
        local_date(started_at) as start_date,
        case when event_kind = 'stay' or stay_class = 'emergency' then left_at else admitted_at end as ended_at,
        local_date(ended_at) as end_date,
        case when event_kind = 'stay' or stay_class = 'emergency' then reported_precision else 'time' end as precision,
        diagnosis_mask(principal_diagnosis_code) as principal_mask,
        principal_mask as diagnosis_mask,
        0 as setting_mask,
        false as is_hospice
    from alert_event
),
claim as (
    select
        unnest(list_filter([
            case when is_acute_inpatient or is_in_facility or is_observation or is_clinician_of_inpatient then 'stay' end,
            case when is_emergency then 'emergency' end
        ], lambda kind: kind is not null)) as event_kind,
        case when is_institutional then 'claims' else 'clinician' end as sender,
        cast(claim_key as bigint) as event_id, client_key, facility_id, hospital_claim.start_date, hospital_claim.end_date,
        case
            when is_acute_inpatient or is_clinician_of_inpatient then 'acute'
            when is_in_facility then 'nonacute'
            when is_observation then 'observation'
            else 'emergency'
        end as stay_class,
        admission_date, discharge_date, frequency, discharge_disposition_code, principal_diagnosis_code, principal_mask,
        diagnosis_mask, setting_mask, paid_usd, delivery.received_at as known_at
    from hospital_claim
    left join delivery on first_rank = file_rank
),
described as (
    select * from adt
    union all by name
    select
        claim.* exclude (start_date, end_date, admission_date, discharge_date, frequency),
        coalesce(admission_date, claim.start_date) as start_date,
        -- an interim bill is not a discharge: the client is still an inpatient
        case
            when event_kind = 'stay' and (discharge_disposition_code = '30' or frequency in (2, 3)) then null
            else greatest(coalesce(discharge_date, claim.end_date), coalesce(admission_date, claim.start_date))
        end as end_date,
        claim.end_date as last_seen_date,
        start_of_day(coalesce(admission_date, claim.start_date)) as started_at,
        case
            when event_kind = 'stay' and (discharge_disposition_code = '30' or frequency in (2, 3)) then null
            else start_of_day(greatest(coalesce(discharge_date, claim.end_date), coalesce(admission_date, claim.start_date)))
        end as ended_at,
        'date' as precision,
        has(setting_mask, setting_bit('emergency')) as came_through_ed,
        has(setting_mask, setting_bit('hospice')) as is_hospice,
        false as has_died,
        false as is_discharge_cancelled,
        cast(null as bigint) as _row
    from claim
)
select
    event.* exclude (facility_name, facility_type, stay_class, precision, setting_mask),
    coalesce(event.client_key, -event_id) as person_key, -- an unmatched event has its own key, so that it merges with no other
    coalesce(event.facility_name, provider_name) as facility_name,
    coalesce(event.facility_type, provider.facility_type) as facility_type,
    case when event_kind = 'stay' then coalesce(facility.stay_class, event.stay_class) else event.stay_class end as stay_class,
    case when ended_at is not null then precision end as end_precision,
    coalesce(provider.is_part2, false) or has(setting_mask, setting_bit('part2_provider')) as is_part2,
    coalesce(end_date, last_seen_date, start_date) as known_end_date,
    case
        when setting is not null then setting
        when has(setting_mask, setting_bit('psychiatric_inpatient') | setting_bit('psychiatric_place')) then 'psychiatric'
        when has(setting_mask, setting_bit('detox') | setting_bit('detox_place')) then 'substance_use'
    end as reported_setting
from described as event
left join dim_provider as provider on event.facility_id = provider.npi
left join seed_facility_type_setting as facility
    on coalesce(event.facility_type, provider.facility_type) = facility.facility_type;
