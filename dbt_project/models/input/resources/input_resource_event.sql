with resource_event as (
    {{ union_of_senders('resource_event', [
        'resource_type',
        'resource_id',
        'patient_id',
        'status',
        'intent',
        'is_prohibited',
        'start_written',
        'end_written',
        'issued_written',
        'value_integer',
        'has_value',
    ], of_client=false) }}
)

select * from resource_event
