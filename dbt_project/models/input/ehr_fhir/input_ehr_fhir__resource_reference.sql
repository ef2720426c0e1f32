with record as (
    {{ sender_record('ehr_fhir', 'resource_reference') }}
),

resource_reference as (
    select
        record.resource_type,
        record.resource_id,
        record.element,
        record.element_position,
        record.target_type,
        record.target_id,
        {{ lineage_columns('record', of_client=false) }}
    from record
)

select * from resource_reference
