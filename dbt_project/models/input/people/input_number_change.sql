with number_change as (
    {{ union_of_senders('number_change', ['changed_at'], of_row=false) }}
)

select * from number_change
