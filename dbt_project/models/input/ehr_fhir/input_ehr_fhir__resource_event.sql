with

encounter_record as (
    {{ sender_record('ehr_fhir', 'Encounter') }}
),

observation_record as (
    {{ sender_record('ehr_fhir', 'Observation') }}
),

procedure_record as (
    {{ sender_record('ehr_fhir', 'Procedure') }}
),

servicerequest_record as (
    {{ sender_record('ehr_fhir', 'ServiceRequest') }}
),

task_record as (
    {{ sender_record('ehr_fhir', 'Task') }}
),

resource_event as (
    select
        'Encounter' as resource_type,
        record.encounter_id as resource_id,
        record.source_client_id as patient_id,
        record.status,
        cast(null as varchar) as intent,
        cast(null as boolean) as is_prohibited,
        record.start_written,
        record.end_written,
        cast(null as varchar) as issued_written,
        cast(null as decimal(18, 4)) as value_integer,
        cast(null as boolean) as has_value,
        {{ lineage_columns('record', of_client=false) }}
    from encounter_record as record
    union all
    select
        'Observation' as resource_type,
        record.observation_id as resource_id,
        record.source_client_id as patient_id,
        record.status,
        cast(null as varchar) as intent,
        cast(null as boolean) as is_prohibited,
        record.start_written,
        record.end_written,
        record.issued_written,
        record.value_integer,
        record.has_value,
        {{ lineage_columns('record', of_client=false) }}
    from observation_record as record
    union all
    select
        'Procedure' as resource_type,
        record.procedure_id as resource_id,
        record.source_client_id as patient_id,
        record.status,
        cast(null as varchar) as intent,
        cast(null as boolean) as is_prohibited,
        record.start_written,
        record.end_written,
        cast(null as varchar) as issued_written,
        cast(null as decimal(18, 4)) as value_integer,
        cast(null as boolean) as has_value,
        {{ lineage_columns('record', of_client=false) }}
    from procedure_record as record
    union all
    select
        'ServiceRequest' as resource_type,
        record.referral_id as resource_id,
        record.source_client_id as patient_id,
        record.status,
        record.intent,
        record.is_prohibited,
        record.authored_written as start_written,
        record.authored_written as end_written,
        cast(null as varchar) as issued_written,
        cast(null as decimal(18, 4)) as value_integer,
        cast(null as boolean) as has_value,
        {{ lineage_columns('record', of_client=false) }}
    from servicerequest_record as record
    union all
    select
        'Task' as resource_type,
        record.task_id as resource_id,
        record.source_client_id as patient_id,
        record.status,
        record.intent,
        cast(null as boolean) as is_prohibited,
        cast(null as varchar) as start_written,
        record.end_written,
        cast(null as varchar) as issued_written,
        cast(null as decimal(18, 4)) as value_integer,
        cast(null as boolean) as has_value,
        {{ lineage_columns('record', of_client=false) }}
    from task_record as record
)

select * from resource_event
