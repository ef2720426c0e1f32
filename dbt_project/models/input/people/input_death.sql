with death as (
    {{ union_of_senders('death', ['death_date', 'death_basis', 'event_at'], of_row=false) }}
)

select * from death
