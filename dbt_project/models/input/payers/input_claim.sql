with claim as (
    {{ union_of_senders('claim', ['claim_id', 'started_at', 'start_date', 'paid_usd']) }}
)

select * from claim
