-- Claims of stays and emergency visits; claim-level columns come from the line that was delivered last.
create temp table hospital_claim as
with final as (
    select
        *,
        has(setting_mask, setting_bit('nonacute') | setting_bit('residential')) as is_in_facility,
        case
            when is_institutional
                then has(setting_mask, setting_bit('emergency')) and not is_acute_inpatient
                and not has(setting_mask, setting_bit('inpatient_bill'))
            else has(setting_mask, setting_bit('emergency_place'))
        end as is_emergency,
        is_institutional and not is_acute_inpatient and has(setting_mask, setting_bit('observation')) as is_observation,
        not is_institutional
        and has(setting_mask, setting_bit('psychiatric_place') | setting_bit('detox_place')) as is_clinician_of_inpatient
    from claim_final
    where not is_denied
)
select
    final.* exclude (last_row, follow_up_days_mask, substance_use_days_mask, medication_days_mask, is_denied),
    admission_date, discharge_date,
    padded_code(line.discharge_disposition_code, 2) as discharge_disposition_code,
    coalesce(facility_npi, case when is_institutional then billing_npi end) as facility_id,
    icd_code(diagnosis_code_1) as principal_diagnosis_code
from final
inner join raw_claims_medical_claim as line on final.last_row = line._row
where is_acute_inpatient or is_emergency or is_observation or is_in_facility or is_clinician_of_inpatient;
