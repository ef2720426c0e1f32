{{ config(materialized='table') }}

with record as (
    {{ sender_record('ehr_fhir', 'Encounter', part2_label='record.part2_label is not null') }}
),

run as (
    select as_of from {{ ref('input_run') }}
),

encounter_class as (
    select * from {{ ref('fhir_encounter_class') }}
),

encounter_status as (
    select source_value as resource_status, mapped_value = 'over' as is_over
    from {{ ref('fhir_code') }}
    where kind = 'encounter_status'
),

principal_diagnosis as (
    select encounter_id, diagnosis_code from {{ ref('input_ehr_fhir__encounter_diagnosis') }}
    where diagnosis_rank = 1
),

reason_condition as (
    select condition_id, diagnosis_code from {{ ref('stg_ehr_fhir__condition') }}
),

-- a part of another encounter is not counted again
encounter as (
    select
        record.encounter_id,
        encounter_class.event_kind,
        encounter_class.stay_class,
        encounter_status.is_over,
        record.started_at,
        case when encounter_status.is_over and record.ended_at <= run.as_of then record.ended_at end
            as ended_at,
        coalesce(record.ended_at_precision, 'time') as ended_at_precision,
        coalesce(
            principal_diagnosis.diagnosis_code, reason_condition.diagnosis_code, record.reason_code
        ) as principal_diagnosis_code,
        record.type_code,
        record.service_type_code,
        record.place_of_service_code,
        record.practitioner_id,
        record.provider_taxonomy_code,
        record.program_id,
        record.organization_id,
        record.organization_name,
        record.location_id,
        record.appointment_id,
        record.discharge_disposition_code,
        record.admit_source_code,
        {{ lineage_columns('record') }}
    from record
    cross join run
    inner join encounter_class on record.class_code = encounter_class.class_code
    inner join encounter_status on record.status = encounter_status.resource_status
    left join principal_diagnosis on record.encounter_id = principal_diagnosis.encounter_id
    left join reason_condition on record.reason_condition_id = reason_condition.condition_id
    where record.part_of_id is null and record.started_at is not null
)

select * from encounter
