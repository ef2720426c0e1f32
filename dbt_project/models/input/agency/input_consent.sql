with consent as (
    {{ union_of_senders('consent', [
        'consent_id', 'recipient_type', 'recipient_id', 'purpose', 'scope', 'program_id',
        'start_date', 'end_date', 'revoked_at',
    ]) }}
)

select * from consent
