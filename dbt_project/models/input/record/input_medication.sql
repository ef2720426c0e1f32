with medication as (
    {{ union_of_senders('medication', [
        'medication_id', 'record_id', 'started_at', 'start_date', 'end_date', 'code_system', 'code',
        'medication_class', 'is_long_acting_injectable', 'next_due_date', 'days_supply',
        'program_id',
    ]) }}
)

select * from medication
