with eligibility as (
    {{ union_of_senders('eligibility', [
        'basis', 'payer_type', 'start_date', 'end_date', 'is_dual',
    ]) }}
)

select * from eligibility
