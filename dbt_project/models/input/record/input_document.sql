with document as (
    {{ union_of_senders('document', [
        'document_id', 'document_type', 'document_at', 'author_id', 'value', 'reason',
        'expires_date', 'program_id',
    ]) }}
)

select * from document
