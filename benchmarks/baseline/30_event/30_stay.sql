-- ADT has the exact times, the claim has the coded diagnoses.
create table fct_stay as
with member as (
    select
        first_event_id as stay_key, event.*, sender = 'adt' as is_adt,
        row_number() over (
            partition by first_event_id
            order by
                principal_diagnosis_code is null, case sender when 'clinician' then 3 when 'adt' then 2 else 1 end,
                known_end_date desc, event_id
        ) = 1 as is_coding,
        row_number() over (
            partition by first_event_id, sender = 'adt'
            order by sender = 'clinician', start_date desc, known_end_date desc, event_id
        ) = 1 as is_last,
        min(case sender when 'clinician' then 3 when 'adt' then 1 else 2 end) over (partition by first_event_id)
        = case sender when 'clinician' then 3 when 'adt' then 1 else 2 end as is_timing
    from event_member
    inner join hospital_event as event using (event_kind, event_id)
    where event_kind = 'stay'
),
summed as (
    select
        stay_key,
        max(client_key) as client_key,
        max(stay_class) filter (where is_coding) as stay_class,
        max(principal_diagnosis_code) filter (where is_coding) as principal_diagnosis_code,
        max(principal_mask) filter (where is_coding) as principal_mask,
        bit_or(diagnosis_mask) as diagnosis_mask,
        min(reported_setting) as reported_setting,
        min(started_at) filter (where is_timing) as admitted_at,
        min(start_date) filter (where is_timing) as admit_date,
        max(struct_pack(
            facility_id := facility_id, facility_name := facility_name, facility_type := facility_type, ended_at := ended_at,
            end_date := end_date, end_precision := end_precision, disposition := discharge_disposition_code,
            known_at := known_at, event_row := _row, is_cancelled := is_discharge_cancelled,
            cancelled_at := cancelled_discharge_at
        )) filter (where is_adt and is_last) as adt,
        max(struct_pack(
            facility_id := facility_id, facility_name := facility_name, facility_type := facility_type, ended_at := ended_at,
            end_date := end_date, end_precision := end_precision, disposition := discharge_disposition_code,
            known_at := known_at
        )) filter (where not is_adt and is_last) as claim,
        min(start_date) filter (where not is_adt) as claim_admit_date,
        max(known_end_date) as last_seen_date,
        bool_or(came_through_ed) as came_through_ed,
        bool_or(not is_adt) as has_claim,
        bool_or(is_adt) as has_adt,
        bool_or(is_hospice) as is_hospice,
        bool_or(has_died) as has_died,
        bool_or(is_part2) as is_part2,
        sum(paid_usd) as paid_usd,
        count(*) as event_count
    from member
    group by stay_key
),
dated as (
    select
        * exclude (is_hospice),
        is_hospice as reported_hospice,
        -- an interim bill without a later bill no longer means that the client is an inpatient
        adt.end_date is null and claim.end_date is null and not has_adt
        and last_seen_date + event_rule('open_claim_stay_days') < as_of_date() as is_end_lost,
        adt.end_date is null and claim.end_date is not null as is_ended_by_claim,
        coalesce(adt.facility_id, claim.facility_id) as facility_id,
        case when is_end_lost then start_of_day(last_seen_date) else coalesce(adt.ended_at, claim.ended_at) end as discharged_at,
        case when is_end_lost then last_seen_date else coalesce(adt.end_date, claim.end_date) end as discharge_date,
        case
            when is_end_lost then 'unknown' when is_ended_by_claim then claim.end_precision else adt.end_precision
        end as discharge_precision,
        nullif(coalesce(adt.disposition, claim.disposition), '30') as discharge_disposition_code,
        case when is_ended_by_claim then claim.known_at else coalesce(adt.known_at, claim.known_at) end as received_at
    from summed
),
-- acute to acute on the same day, or at another facility within a day: two stays that refer to each other
neighbouring as (
    select
        *,
        lag(stay_key) over acute as earlier_stay_key,
        lag(discharge_date) over acute as earlier_discharge_date,
        lag(facility_id) over acute as earlier_facility_id,
        lead(stay_key) over acute as later_stay_key,
        lead(admit_date) over acute as later_admit_date,
        lead(facility_id) over acute as later_facility_id
    from dated
    window acute as (
        partition by coalesce(client_key, -stay_key), stay_class order by admitted_at, discharged_at nulls last, stay_key
    )
),
classified as (
    select
        stay.*,
        stay.has_died or coalesce(disposition.category = 'died', false)
        or coalesce(death_date between admit_date and discharge_date, false) as died,
        case
            when stay_class = 'acute' and admit_date <= earlier_discharge_date
                + case when earlier_facility_id = facility_id then 0 else event_rule('transfer_days') end
                then earlier_stay_key
        end as transferred_from_stay_key,
        case
            when stay_class = 'acute' and later_admit_date <= discharge_date
                + case when facility_id = later_facility_id then 0 else event_rule('transfer_days') end
                then later_stay_key
        end as transferred_to_stay_key,
        disposition.is_to_community as is_community_disposition,
        coalesce(disposition.is_against_advice, false) as is_against_advice,
        coalesce(reported_hospice or disposition.category = 'hospice', false) as is_hospice
    from neighbouring as stay
    left join seed_discharge_disposition as disposition using (discharge_disposition_code)
    left join dim_client using (client_key)
)
select
    stay_key, client_key, facility_id, coalesce(adt.facility_name, claim.facility_name) as facility_name,
    coalesce(adt.facility_type, claim.facility_type) as facility_type, stay_class,
    event_setting(reported_setting, principal_mask, stay_class, 0) as setting,
    admitted_at, admit_date, discharged_at, discharge_date, discharge_precision, discharge_disposition_code,
    discharge_date is not null and not died and discharge_precision <> 'unknown'
    and coalesce(is_community_disposition, transferred_to_stay_key is null) as is_to_community,
    is_against_advice, principal_diagnosis_code,
    has(principal_mask, diagnosis_bit('is_mental_principal_2024')) as is_mental_principal_2024,
    has(principal_mask, diagnosis_bit('is_mental_principal_2025')) as is_mental_principal_2025,
    has(principal_mask, diagnosis_bit('is_self_harm')) as is_self_harm_principal,
    has(principal_mask, diagnosis_bit('is_sud')) as is_sud_principal,
    has(diagnosis_mask, diagnosis_bit('is_mental_any')) as is_mental_any,
    has(diagnosis_mask, diagnosis_bit('is_self_harm')) as is_self_harm_any,
    has(diagnosis_mask, diagnosis_bit('is_overdose')) as is_overdose_any,
    came_through_ed, has_claim, has_adt, is_hospice, died,
    discharge_date - admit_date as length_of_stay_days, paid_usd,
    coalesce(adt.is_cancelled, false) and discharge_date is null as is_discharge_cancelled,
    adt.cancelled_at as cancelled_discharge_at, claim_admit_date, claim.end_date as claim_discharge_date,
    transferred_from_stay_key, transferred_to_stay_key, event_count, is_part2, received_at,
    adt.event_row as adt_row -- the deciding alert; tasks compare it
from classified;
