with record as (
    {{ sender_record('outreach_log', 'referral_close', client_source='ehr') }}
),

referral_close as (
    select
        record.referral_id,
        record.is_closed,
        record.decided_by,
        record.decided_at,
        {{ lineage_columns('record') }}
    from record
)

select * from referral_close
