with document_record as (
    {{ agency_record(
        'ehr', 'document',
        day=local_date('record.document_at', 'run.time_zone'),
        happened_at='record.document_at'
    ) }}
),

run as (
    select time_zone from {{ ref('stg_caseload__run') }}
),

document as (
    select
        {{ surrogate_key(["'ehr'", 'document_record.document_id']) }} as document_key,
        document_record.document_id,
        document_record.client_key,
        document_record.document_type,
        document_record.document_at,
        {{ local_date('document_record.document_at', 'run.time_zone') }} as document_date,
        document_record.author_id,
        document_record.value,
        document_record.reason,
        document_record.expires_date,
        document_record.program_id,
        document_record.is_part2,
        document_record.received_at,
        document_record.evidence_table,
        document_record.evidence_key
    from document_record
    cross join run
)

select * from document
