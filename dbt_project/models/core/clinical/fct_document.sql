with document_record as (
    {{ client_record(
        'document',
        day=local_date('record.document_at', 'run.time_zone'),
        happened_at='record.document_at'
    ) }}
),

document as (
    select
        {{ surrogate_key(['source', 'document_id']) }} as document_key,
        document_id,
        client_key,
        document_type,
        document_at,
        record_date as document_date,
        author_id,
        value,
        reason,
        expires_date,
        program_id,
        is_part2,
        received_at,
        evidence_table,
        evidence_key
    from document_record
)

select * from document
