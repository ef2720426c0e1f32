with living_situation as (
    {{ union_of_senders('living_situation', ['housing_status', 'has_phone']) }}
)

select * from living_situation
