with record as (
    {{ sender_record('ehr_fhir', 'Condition') }}
),

resource_condition as (
    select
        'Condition' as resource_type,
        record.condition_id as resource_id,
        record.source_client_id as patient_id,
        record.clinical_status_code as clinical_status,
        record.verification_status_code as verification_status,
        record.has_verification_status,
        record.onset_written,
        record.onset_age,
        record.onset_age_unit,
        record.abatement_written,
        record.abatement_age,
        record.abatement_age_unit,
        {{ lineage_columns('record', of_client=false) }}
    from record
)

select * from resource_condition
