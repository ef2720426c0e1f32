with payer_authorization as (
    {{ union_of_senders('authorization', [
        'authorization_id', 'payer', 'service_line', 'start_date', 'end_date', 'units_approved',
        'units_used',
    ]) }}
)

select * from payer_authorization
