with
final_claim as (
    select
        *,
        {{ has_setting('setting_mask', 'nonacute') }}
        or {{ has_setting('setting_mask', 'residential') }} as is_in_facility,
        case
            when is_institutional
                then
                    {{ has_setting('setting_mask', 'emergency') }}
                    and not {{ has_setting('setting_mask', 'inpatient_bill') }}
                    and not is_acute_inpatient
            else {{ has_setting('setting_mask', 'emergency_place') }}
        end as is_emergency,
        is_institutional
        and not is_acute_inpatient
        and {{ has_setting('setting_mask', 'observation') }} as is_observation,
        not is_institutional
        and (
            {{ has_setting('setting_mask', 'psychiatric_place') }}
            or {{ has_setting('setting_mask', 'detox_place') }}
        ) as is_clinician_of_inpatient
    from {{ ref('int_claim__final') }}
    where not is_denied
),

hospital_claim as (
    select * from final_claim
    where
        is_acute_inpatient or is_emergency or is_observation or is_in_facility
        or is_clinician_of_inpatient
),

hospital_place as (
    select distinct place_of_service_code
    from {{ ref('claim_place_of_service') }}
    where
        setting not in (
            'follow_up_place', 'no_follow_up_place', 'mental_health_place', 'crisis', 'telehealth'
        )
),

residential_code as (
    select hcpcs_code from {{ ref('claim_hcpcs') }}
    where setting = 'residential'
),

batch as (
    select batch_id, batch_rank from {{ ref('stg_caseload__batch_order') }}
),

-- a cheap first cut of the lines; what counts is decided by the join to hospital_claim
hospital_line as (
    select
        {{ claim_evidence_row('batch.batch_rank', 'line._source_row') }} as evidence_row,
        line.data_source,
        line.payer,
        line.claim_id,
        line.admission_date,
        line.discharge_date,
        line.discharge_disposition_code,
        line.facility_npi,
        line.billing_npi,
        line.diagnosis_code_1 as principal_diagnosis_code,
        line.diagnosis_code_type
    from {{ ref('int_claim_line__delivered') }} as line
    inner join batch on line._batch_id = batch.batch_id
    where
        line.claim_type <> 'professional'
        or line.place_of_service_code in (select place_of_service_code from hospital_place)
        or line.hcpcs_code in (select hcpcs_code from residential_code)
),

-- what is said of the claim as a whole stands on every line, so the line last delivered tells it
described_hospital_claim as (
    select
        hospital_claim.*,
        line.* exclude (evidence_row, facility_npi, billing_npi),
        coalesce(
            line.facility_npi, case when hospital_claim.is_institutional then line.billing_npi end
        ) as facility_id
    from hospital_claim
    inner join hospital_line as line on hospital_claim.evidence_row = line.evidence_row
)

select * from described_hospital_claim
