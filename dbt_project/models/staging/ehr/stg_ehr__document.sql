with delivered_row as (
    {{ current_rows('ehr', 'document') }}
),

document as (
    select
        document_id,
        client_id as source_client_id,
        document_type,
        document_at,
        author_id,
        value,
        reason,
        expires_date,
        program_id,
        _batch_id,
        _source_row
    from delivered_row
)

select * from document
