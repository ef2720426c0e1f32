-- Emergency visits, from the same groups of events; a visit that became a stay is joined to it.
create table fct_ed_visit as
with stay as (
    select * from fct_stay where stay_class in ('acute', 'nonacute')
),
own_stay as (
    select event_id
    from event_member
    inner join stay on first_event_id = stay_key
    where event_kind = 'stay'
),
member as (
    select
        first_event_id as ed_visit_key, event.*, sender = 'adt' as is_adt,
        own_stay.event_id is not null and sender = 'adt' as is_admitted_by_adt,
        row_number() over (
            partition by first_event_id
            order by
                principal_diagnosis_code is null, case sender when 'clinician' then 3 when 'adt' then 2 else 1 end,
                end_date desc nulls last, event_id
        ) = 1 as is_coding,
        row_number() over (
            partition by first_event_id
            order by
                case sender when 'clinician' then 3 when 'adt' then 1 else 2 end, start_date desc, end_date desc nulls last,
                event_id
        ) = 1 as is_timing,
        bool_or(sender = 'adt') over (partition by first_event_id) as has_adt
    from event_member
    inner join hospital_event as event using (event_kind, event_id)
    left join own_stay using (event_id)
    where event_kind = 'emergency'
),
summed as (
    select
        ed_visit_key,
        max(client_key) as client_key,
        max(struct_pack(
            facility_id := facility_id, facility_name := facility_name, facility_type := facility_type, ended_at := ended_at,
            end_date := end_date, end_precision := end_precision, disposition := discharge_disposition_code,
            known_at := known_at, event_row := _row
        )) filter (where is_timing) as timing,
        min(started_at) filter (where is_adt = has_adt) as started_at,
        min(start_date) filter (where is_adt = has_adt) as visit_date,
        max(discharge_disposition_code) as other_disposition,
        max(principal_diagnosis_code) filter (where is_coding) as principal_diagnosis_code,
        max(principal_mask) filter (where is_coding) as principal_mask,
        bit_or(diagnosis_mask) as diagnosis_mask,
        min(reported_setting) as reported_setting,
        bool_or(is_admitted_by_adt) as is_admitted_by_adt,
        bool_or(not is_adt) as has_claim,
        bool_or(is_adt) as has_adt,
        bool_or(is_part2) as is_part2,
        bool_or(has_died) as has_died,
        sum(paid_usd) as paid_usd,
        count(*) as event_count
    from member
    group by ed_visit_key
),
disposed as (
    select
        summed.*, category, is_to_community as is_community_disposition,
        coalesce(timing.disposition, other_disposition) as discharge_disposition_code
    from summed
    left join seed_discharge_disposition as disposition
        on coalesce(timing.disposition, other_disposition) = disposition.discharge_disposition_code
),
-- admitted on the day of departure; after midnight only at the same facility, on a transfer, or with an unknown end
admitted as (
    select distinct ed_visit_key
    from disposed as visit
    inner join stay
        on visit.client_key = stay.client_key
        and stay.admit_date >= visit.visit_date
        and stay.admit_date <= coalesce(timing.end_date, visit_date) + case
            when timing.facility_id = stay.facility_id or timing.end_date is null or timing.end_precision = 'unknown'
                or category = 'transfer' then 1
            else 0
        end
)
select
    ed_visit_key, client_key, timing.facility_id as facility_id, timing.facility_name as facility_name,
    timing.facility_type as facility_type,
    event_setting(reported_setting, principal_mask, 'emergency', diagnosis_mask) as setting,
    started_at, visit_date, timing.ended_at as ended_at, timing.end_date as end_date, timing.end_precision as end_precision,
    discharge_disposition_code,
    principal_diagnosis_code,
    has(principal_mask, diagnosis_bit('is_mental_principal_2024')) as is_mental_principal_2024,
    has(principal_mask, diagnosis_bit('is_mental_principal_2025')) as is_mental_principal_2025,
    has(principal_mask, diagnosis_bit('is_self_harm')) as is_self_harm_principal,
    has(principal_mask, diagnosis_bit('is_sud')) as is_sud_principal,
    has(diagnosis_mask, diagnosis_bit('is_mental_any')) as is_mental_any,
    has(diagnosis_mask, diagnosis_bit('is_self_harm')) as is_self_harm_any,
    has(diagnosis_mask, diagnosis_bit('is_overdose')) as is_overdose_any,
    -- principal mental or substance-use diagnosis, or self-harm in any position
    has(principal_mask, diagnosis_bit('is_behavioral'))
    or has(diagnosis_mask, diagnosis_bit('is_self_harm') | diagnosis_bit('is_overdose')) as is_behavioral,
    is_admitted_by_adt or admitted.ed_visit_key is not null as became_inpatient,
    has_died or coalesce(category = 'died', false) as died,
    timing.ended_at is not null and timing.end_precision <> 'unknown' and not became_inpatient and not died
    and coalesce(is_community_disposition, true) as is_to_community,
    has_claim, has_adt, paid_usd, event_count, is_part2,
    timing.known_at as received_at, timing.event_row as adt_row
from disposed
left join admitted using (ed_visit_key);
