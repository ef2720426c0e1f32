with time_log as (
    {{ union_of_senders('time_log', [
        'staff_id', 'work_date', 'activity', 'minutes',
    ], of_client=false) }}
)

select * from time_log
