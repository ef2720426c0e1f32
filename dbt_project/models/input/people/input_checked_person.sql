with checked_person as (
    {{ union_of_senders(
        'checked_person', ['client_id', 'is_twin'], of_row=false
    ) }}
)

select * from checked_person
