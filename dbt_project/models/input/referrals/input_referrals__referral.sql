with record as (
    {{ sender_record('referrals', 'referral', client_source='ehr') }}
),

referral as (
    select
        record.referral_id,
        record.direction,
        record.domain,
        record.priority,
        record.created_at,
        record.sent_at,
        record.accepted_at,
        record.scheduled_at,
        record.attended_at,
        record.result_received_at,
        record.closed_at,
        record.close_reason,
        record.barrier_code,
        record.referred_to,
        record.program_id,
        {{ lineage_columns('record') }}
    from record
)

select * from referral
