{{ config(materialized='view') }}

with claim as (
    select * from {{ ref('int_hospital_claim__described') }}
),

kind as (
    select 'stay' as event_kind
    union all
    select 'emergency' as event_kind
),

-- an interim bill (frequency 2 or 3, or still a patient) has no end: the client is still in the bed
hospital_event as (
    select
        kind.event_kind,
        case when claim.is_institutional then 'claims' else 'clinician' end as sender,
        {{ surrogate_key(["'claims'", 'claim.claim_key']) }} as event_id,
        claim.client_key,
        claim.facility_id,
        cast(null as {{ dbt.type_string() }}) as facility_name,
        cast(null as {{ dbt.type_string() }}) as facility_type,
        case
            when claim.is_acute_inpatient or claim.is_clinician_of_inpatient then 'acute'
            when claim.is_in_facility then 'nonacute'
            when claim.is_in_observation then 'observation'
            else 'emergency'
        end as stay_class,
        cast(null as timestamp with time zone) as started_at,
        coalesce(claim.admission_date, claim.start_date) as start_date,
        cast(null as timestamp with time zone) as ended_at,
        case
            when kind.event_kind = 'stay' and (
                    claim.discharge_disposition_code = '30' or claim.frequency in (2, 3)
                ) then null
            else greatest(
                    coalesce(claim.discharge_date, claim.end_date),
                    coalesce(claim.admission_date, claim.start_date)
                )
        end as end_date,
        claim.end_date as last_seen_date,
        'date' as end_precision,
        claim.discharge_disposition_code,
        claim.principal_diagnosis_code,
        cast(null as integer) as principal_mask,
        case when claim.is_mental_any then {{ diagnosis_bits()['is_mental_any'] }} else 0 end
        + case when claim.is_self_harm_any then {{ diagnosis_bits()['is_self_harm'] }} else 0 end
        + case when claim.is_sud_any then {{ diagnosis_bits()['is_sud'] }} else 0 end
        + case when claim.is_overdose_any then {{ diagnosis_bits()['is_overdose'] }} else 0 end
            as diagnosis_mask,
        case when claim.is_part2 then {{ event_setting_bits()['part2_provider'] }} else 0 end
        + case
            when claim.is_psychiatric then {{ event_setting_bits()['psychiatric_inpatient'] }}
            else 0
        end
        + case when claim.is_detox then {{ event_setting_bits()['detox'] }} else 0 end
            as setting_mask,
        claim.came_through_ed,
        claim.is_hospice,
        false as has_died,
        false as is_discharge_cancelled,
        cast(null as timestamp with time zone) as cancelled_discharge_at,
        claim.paid_usd,
        claim.received_at as known_at,
        claim.evidence_table,
        claim.evidence_key
    from claim
    inner join kind
        on
        (kind.event_kind = 'emergency' and claim.is_emergency_visit)
        or (
            kind.event_kind = 'stay'
            and (
                claim.is_acute_inpatient or claim.is_in_facility or claim.is_in_observation
                or claim.is_clinician_of_inpatient
            )
        )
)

select * from hospital_event
