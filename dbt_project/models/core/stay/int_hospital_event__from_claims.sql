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
        case when claim.is_institutional then 'institutional_claim' else 'professional_claim' end
            as event_basis,
        {{ surrogate_key(["'claim'", 'claim.claim_key']) }} as event_id,
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
        claim.is_mental_any,
        claim.is_self_harm_any,
        claim.is_sud_any,
        claim.is_aud_any,
        claim.is_oud_any,
        claim.is_other_drug_any,
        claim.is_overdose_any,
        claim.is_psychiatric,
        claim.is_detox,
        claim.came_through_ed,
        claim.is_emergency_admission,
        claim.is_hospice,
        false as has_died,
        false as is_discharge_cancelled,
        cast(null as timestamp with time zone) as cancelled_discharge_at,
        claim.paid_usd,
        claim.is_part2,
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
