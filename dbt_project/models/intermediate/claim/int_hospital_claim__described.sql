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
    where setting not in ('follow_up_place', 'no_follow_up_place', 'mental_health_place', 'crisis')
),

residential_code as (
    select hcpcs_code from {{ ref('claim_hcpcs') }}
    where setting = 'residential'
),

claim_version as (
    select * from {{ ref('int_claim__versioned') }}
),

-- a cheap first cut of the lines; what counts is decided by the join to hospital_claim
hospital_line as (
    select
        {{ row_hash(['data_source', 'payer', 'claim_id']) }} as claim_hash,
        coalesce(claim_frequency_code, right(bill_type_code, 1), '1') as frequency_code,
        coalesce(claim_status, 'paid') = 'reversed' as is_reversal,
        *
    from {{ ref('stg_claims__medical_claim') }}
    where
        claim_type <> 'professional'
        or place_of_service_code in (select place_of_service_code from hospital_place)
        or hcpcs_code in (select hcpcs_code from residential_code)
),

described_claim as (
    select
        line.claim_hash,
        min(line.data_source) as data_source,
        min(line.payer) as payer,
        min(line.claim_id) as claim_id,
        max(line.frequency_code) as frequency_code,
        min(line.admission_date) as admission_date,
        max(line.discharge_date) as discharge_date,
        max(line.discharge_disposition_code) as discharge_disposition_code,
        max(line.facility_npi) as facility_npi,
        max(line.billing_npi) as billing_npi,
        max(line.diagnosis_code_1) as principal_diagnosis_code,
        max(line.diagnosis_code_type) as diagnosis_code_type
    from hospital_line as line
    anti join claim_version
        on
        line.claim_hash = claim_version.claim_hash
        and line.frequency_code = claim_version.frequency_code
        and line.is_reversal = claim_version.is_reversal
        and not claim_version.is_final
    group by line.claim_hash
),

described_hospital_claim as (
    select
        hospital_claim.*,
        described_claim.* exclude (claim_hash, facility_npi, billing_npi),
        coalesce(claim_version.first_claim_id, described_claim.claim_id) as first_claim_id,
        coalesce(claim_version.is_orphan_adjustment, false) as is_orphan_adjustment,
        coalesce(
            described_claim.facility_npi,
            case when hospital_claim.is_institutional then described_claim.billing_npi end
        ) as facility_id
    from hospital_claim
    inner join described_claim on hospital_claim.claim_hash = described_claim.claim_hash
    left join claim_version
        on
        hospital_claim.claim_hash = claim_version.claim_hash
        and described_claim.frequency_code = claim_version.frequency_code
        and claim_version.is_final
)

select * from described_hospital_claim
