with appointment as (
    {{ union_of_senders('appointment', [
        'appointment_id', 'scheduled_at', 'duration_minutes', 'service_line', 'procedure_code',
        'program_id', 'site_id', 'provider_id', 'status', 'status_at',
        'rescheduled_to_appointment_id', 'created_at', 'modality',
    ]) }}
)

select * from appointment
