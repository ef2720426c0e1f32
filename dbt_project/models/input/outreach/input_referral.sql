with referral as (
    {{ union_of_senders('referral', [
        'referral_id', 'direction', 'domain', 'priority', 'created_at', 'sent_at', 'accepted_at',
        'scheduled_at', 'attended_at', 'result_received_at', 'closed_at', 'close_reason',
        'barrier_code', 'referred_to', 'program_id',
    ]) }}
)

select * from referral
