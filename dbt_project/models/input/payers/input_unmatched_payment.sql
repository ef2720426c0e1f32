with unmatched_payment as (
    {{ union_of_senders('unmatched_payment', ['claim_id']) }}
)

select * from unmatched_payment
