with record as (
    {{ sender_record('outreach_log', 'confirmation', client_source='ehr') }}
),

confirmation as (
    select
        record.kind,
        record.is_confirmed,
        record.decided_by,
        record.decided_at,
        {{ lineage_columns('record') }}
    from record
)

select * from confirmation
