with record as (
    {{ sender_record('ehr_fhir', 'Patient') }}
),

resource_patient as (
    select
        record.source_client_id as resource_id,
        record.source_client_id as patient_id,
        record.birth_date_written,
        record.deceased_written,
        {{ lineage_columns('record', of_client=false) }}
    from record
)

select * from resource_patient
