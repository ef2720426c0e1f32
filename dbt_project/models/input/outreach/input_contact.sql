with contact as (
    {{ union_of_senders('contact', [
        'contact_id', 'task_key', 'staff_id', 'reported_at', 'contacted_at',
        'contacted_precision', 'channel', 'outcome', 'is_two_way', 'appointment_id',
        'next_follow_up_date', 'minutes', 'instructions_reviewed', 'medications_reconciled',
        'summary_received', 'same_time_number', 'is_after_return',
    ]) }}
)

select * from contact
