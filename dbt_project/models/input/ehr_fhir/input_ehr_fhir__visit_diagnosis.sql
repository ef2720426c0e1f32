with encounter as (
    select * from {{ ref('input_ehr_fhir__encounter') }}
    where event_kind = 'visit'
),

diagnosis as (
    select encounter_id, diagnosis_code from {{ ref('input_ehr_fhir__encounter_diagnosis') }}
    where diagnosis_code is not null
),

visit_diagnosis as (
    select
        encounter.encounter_id as visit_id,
        diagnosis.diagnosis_code,
        {{ lineage_columns('encounter') }}
    from encounter
    inner join diagnosis on encounter.encounter_id = diagnosis.encounter_id
)

select * from visit_diagnosis
