with confirmation as (
    {{ union_of_senders('confirmation', ['kind', 'is_confirmed', 'decided_by', 'decided_at']) }}
)

select * from confirmation
