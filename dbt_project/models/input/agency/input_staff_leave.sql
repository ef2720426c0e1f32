with staff_leave as (
    {{ union_of_senders('staff_leave', [
        'staff_id', 'start_date', 'end_date', 'cover_staff_id',
    ], of_client=false) }}
)

select * from staff_leave
