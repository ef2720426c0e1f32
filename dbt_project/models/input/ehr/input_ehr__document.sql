with record as (
    {{ sender_record('ehr', 'document') }}
),

document as (
    select
        record.document_id,
        record.document_type,
        record.document_at,
        record.author_id,
        record.value,
        record.reason,
        record.expires_date,
        record.program_id,
        {{ lineage_columns('record') }}
    from record
)

select * from document
