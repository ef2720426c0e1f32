with pharmacy_claim as (
    {{ union_of_senders('pharmacy_claim', [
        'claim_id', 'dispensing_date', 'ndc_code', 'days_supply',
    ]) }}
)

select * from pharmacy_claim
