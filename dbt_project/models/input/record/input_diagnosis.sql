with diagnosis as (
    {{ union_of_senders('diagnosis', [
        'diagnosis_id', 'record_id', 'recorded_at', 'diagnosis_date', 'end_date', 'code_system',
        'code', 'is_primary', 'is_confirmed', 'program_id',
    ]) }}
)

select * from diagnosis
