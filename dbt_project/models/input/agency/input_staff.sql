with staff as (
    {{ union_of_senders('staff', [
        'staff_id', 'staff_name', 'role', 'team', 'site_id', 'languages', 'shift_minutes',
        'available_from_time', 'available_to_time', 'recipient_key',
    ], of_client=false) }}
)

select * from staff
