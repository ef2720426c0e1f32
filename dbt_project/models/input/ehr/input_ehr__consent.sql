with record as (
    {{ sender_record('ehr', 'consent') }}
),

consent as (
    select
        record.consent_id,
        record.recipient_type,
        record.recipient_id,
        record.purpose,
        record.scope,
        record.program_id,
        record.start_date,
        record.end_date,
        record.revoked_at,
        {{ lineage_columns('record') }}
    from record
)

select * from consent
