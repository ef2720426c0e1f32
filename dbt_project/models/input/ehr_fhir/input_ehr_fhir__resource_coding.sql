with record as (
    {{ sender_record('ehr_fhir', 'resource_coding') }}
),

resource_coding as (
    select
        record.resource_type,
        record.resource_id,
        record.element,
        record.element_position,
        record.code_system,
        record.code,
        {{ lineage_columns('record', of_client=false) }}
    from record
)

select * from resource_coding
