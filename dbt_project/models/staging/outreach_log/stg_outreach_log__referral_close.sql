with delivered_row as (
    {{ current_rows('outreach_log', 'referral_close') }}
),

referral_close as (
    select
        referral_id,
        client_id as source_client_id,
        referral_answer = 'close' as is_closed,
        decided_by,
        decided_at,
        _batch_id,
        _source_row
    from delivered_row
)

select * from referral_close
