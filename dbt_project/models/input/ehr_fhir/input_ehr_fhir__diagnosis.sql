with record as (
    {{ sender_record('ehr_fhir', 'Condition', part2_label='record.part2_label is not null') }}
),

run as (
    select time_zone from {{ ref('input_run') }}
),

code_system as (
    select source_value as uri, mapped_value as code_system from {{ ref('fhir_code') }}
    where kind = 'code_system'
),

principal_diagnosis as (
    select distinct condition_id from {{ ref('stg_ehr_fhir__encounter_diagnosis') }}
    where rank = 1
),

-- a refuted entry and one entered in error are not diagnoses. A resolved condition without an end
-- date ended on the day of the server's last update
diagnosis as (
    select
        record.condition_id as diagnosis_id,
        record.condition_id as record_id,
        coalesce(record.recorded_at, record.onset_at) as recorded_at,
        {{ local_date(
            'coalesce(record.onset_at, record.recorded_at, record.last_updated)', 'run.time_zone'
        ) }} as diagnosis_date,
        {{ local_date(
            'coalesce(record.abatement_at, case when record.clinical_status'
            ~ " in ('inactive', 'resolved') then coalesce(record.last_updated, record.recorded_at,"
            ~ ' record.received_at) end)',
            'run.time_zone'
        ) }} as end_date,
        case
            when record.icd10_code is not null then 'icd10cm'
            when record.snomed_code is not null then 'snomedct'
            else coalesce(code_system.code_system, 'unknown')
        end as code_system,
        record.diagnosis_code as code,
        principal_diagnosis.condition_id is not null as is_primary,
        coalesce(record.verification_status, 'confirmed') = 'confirmed' as is_confirmed,
        record.program_id,
        {{ lineage_columns('record') }}
    from record
    cross join run
    left join code_system on record.code_system = code_system.uri
    left join principal_diagnosis on record.condition_id = principal_diagnosis.condition_id
    where
        record.diagnosis_code is not null
        and coalesce(record.verification_status, 'confirmed')
        not in ('refuted', 'entered-in-error')
)

select * from diagnosis
