with delivered_row as (
    {{ current_rows('ehr_fhir', 'Condition') }}
),

problem as (
    select
        id as condition_id,
        last_updated,
        part2_label,
        program_id,
        clinical_status,
        verification_status,
        clinical_status_code,
        verification_status_code,
        coalesce(has_verification_status, false) as has_verification_status,
        category_code,
        code,
        code_system,
        {{ icd_code('icd10_code') }} as icd10_code,
        {{ icd_code('coalesce(icd10_code, snomed_code, code)') }} as diagnosis_code,
        snomed_code,
        coalesce(patient_id, patient_identifier) as source_client_id,
        encounter_id,
        onset_at,
        onset_at_precision,
        abatement_at,
        abatement_at_precision,
        onset_written,
        onset_age,
        onset_age_unit,
        abatement_written,
        abatement_age,
        abatement_age_unit,
        recorded_at,
        recorded_at_precision,
        _batch_id,
        _source_row
    from delivered_row
)

select * from problem
