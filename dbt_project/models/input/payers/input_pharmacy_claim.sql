with pharmacy_claim as (
    {{ union_of_senders('pharmacy_claim', [
        'payer', 'claim_id', 'fill_id', 'version_date', 'version_rank', 'is_reversal',
        'dispensing_date', 'ndc_code', 'days_supply',
    ]) }}
)

select * from pharmacy_claim
