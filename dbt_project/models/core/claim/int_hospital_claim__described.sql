with claim as (
    select
        *,
        is_nonacute or is_residential as is_in_facility,
        case
            when is_institutional
                then is_emergency and not is_inpatient_bill and not is_acute_inpatient
            else is_emergency_place
        end as is_emergency_visit,
        is_institutional and not is_acute_inpatient and is_observation as is_in_observation,
        not is_institutional and (is_psychiatric_place or is_detox_place)
            as is_clinician_of_inpatient
    from {{ ref('int_claim__final') }}
    where not is_denied
),

line as (
    select * from {{ ref('int_claim_line__classified') }}
),

diagnosis as (
    select * from {{ ref('int_claim_diagnosis__classified') }}
),

-- every line repeats what describes the whole claim, so the line delivered last is read
hospital_claim as (
    select
        claim.claim_key,
        claim.client_key,
        claim.frequency,
        claim.is_orphan_adjustment,
        claim.start_date,
        claim.end_date,
        line.admission_date,
        line.discharge_date,
        line.discharge_disposition_code,
        line.facility_id,
        line.diagnosis_code_1 as principal_diagnosis_code,
        claim.is_institutional,
        claim.is_acute_inpatient,
        claim.is_in_facility,
        claim.is_emergency_visit,
        claim.is_in_observation,
        claim.is_clinician_of_inpatient,
        claim.is_emergency as came_through_ed,
        coalesce(line.is_emergency_admission, false) as is_emergency_admission,
        claim.is_hospice,
        claim.is_psychiatric_inpatient or claim.is_psychiatric_place as is_psychiatric,
        claim.is_detox or claim.is_detox_place as is_detox,
        coalesce(diagnosis.is_mental_any, false) as is_mental_any,
        coalesce(diagnosis.is_self_harm_any, false) as is_self_harm_any,
        coalesce(diagnosis.is_sud_any, false) as is_sud_any,
        coalesce(diagnosis.is_aud_any, false) as is_aud_any,
        coalesce(diagnosis.is_oud_any, false) as is_oud_any,
        coalesce(diagnosis.is_other_drug_any, false) as is_other_drug_any,
        coalesce(diagnosis.is_overdose_any, false) as is_overdose_any,
        claim.is_part2,
        claim.paid_usd,
        claim.received_at,
        claim.evidence_table,
        claim.evidence_key
    from claim
    inner join line
        on
        claim.claim_id_key = line.claim_id_key
        and claim.frequency = line.frequency
        and claim.is_reversal = line.is_reversal
        and claim.batch_rank = line.batch_rank
        and claim.last_source_row = line._source_row
    left join diagnosis
        on
        claim.claim_id_key = diagnosis.claim_id_key
        and claim.frequency = diagnosis.frequency
        and claim.is_reversal = diagnosis.is_reversal
    where
        claim.is_acute_inpatient
        or claim.is_emergency_visit
        or claim.is_in_observation
        or claim.is_in_facility
        or claim.is_clinician_of_inpatient
)

select * from hospital_claim
