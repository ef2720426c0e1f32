with referral_close as (
    {{ union_of_senders('referral_close', [
        'referral_id', 'is_closed', 'decided_by', 'decided_at',
    ]) }}
)

select * from referral_close
