with fill as (
    {{ union_of_senders('fill', [
        'fill_id', 'prescription_id', 'filled_at', 'fill_date', 'code_system', 'code',
        'medication_class', 'days_supply',
    ]) }}
)

select * from fill
