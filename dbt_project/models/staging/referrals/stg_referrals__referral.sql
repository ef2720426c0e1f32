with delivered_row as (
    {{ current_rows('referrals', 'referral') }}
),

referral as (
    select
        referral_id,
        client_id as source_client_id,
        direction,
        domain,
        priority,
        created_at,
        sent_at,
        accepted_at,
        scheduled_at,
        attended_at,
        result_received_at,
        closed_at,
        close_reason,
        barrier_code,
        referred_to,
        program_id,
        _batch_id,
        _source_row
    from delivered_row
)

select * from referral
