with referral_barrier as (
    {{ union_of_senders('referral_barrier', [
        'referral_id', 'barrier_code', 'reported_at',
    ], of_client=false) }}
)

select * from referral_barrier
