with appointment_version as (
    {{ union_of_senders('appointment_version', [
        'appointment_id', 'scheduled_at', 'service_line', 'status', 'created_at', 'replaced_at',
    ]) }}
)

select * from appointment_version
