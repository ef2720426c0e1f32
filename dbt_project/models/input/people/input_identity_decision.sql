with identity_decision as (
    {{ union_of_senders(
        'identity_decision', ['decision_id', 'client_id', 'decision', 'decided_at'], of_row=false
    ) }}
)

select * from identity_decision
