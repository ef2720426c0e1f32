with intake as (
    {{ union_of_senders('intake', [
        'intake_id', 'first_contact_at', 'channel', 'urgency', 'initial_evaluation_at',
        'first_service_at',
    ]) }}
)

select * from intake
