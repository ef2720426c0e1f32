{{ config(materialized='view') }}

with condition_record as (
    {{ fhir_record(
        'Condition',
        day=local_date(
            'coalesce(record.onset_at, record.recorded_at, record.last_updated)', 'run.time_zone'
        ),
        happened_at='coalesce(record.recorded_at, record.onset_at, run.as_of)',
        has_program=true
    ) }}
),

run as (
    select time_zone from {{ ref('int_run__as_of') }}
),

code_system as (
    select told as uri, meaning as code_system from {{ ref('fhir_code') }}
    where kind = 'code_system'
),

principal_diagnosis as (
    select distinct condition_id from {{ ref('stg_ehr_fhir__encounter_diagnosis') }}
    where rank = 1
),

-- what was refuted or entered in error is no diagnosis; one that is resolved without a date ended
-- when the server heard of it
diagnosis as (
    select
        {{ surrogate_key(["'ehr_fhir'", 'record.condition_id']) }} as diagnosis_key,
        record.condition_id as diagnosis_id,
        record.client_key,
        record.record_date as diagnosis_date,
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
        record.is_part2,
        record.received_at,
        record.evidence_table,
        record.evidence_key
    from condition_record as record
    cross join run
    left join code_system on record.code_system = code_system.uri
    left join principal_diagnosis on record.condition_id = principal_diagnosis.condition_id
    where
        record.diagnosis_code is not null
        and coalesce(record.verification_status, 'confirmed')
        not in ('refuted', 'entered-in-error')
)

select * from diagnosis
